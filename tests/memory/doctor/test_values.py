"""Keyed values that are none, or stand elsewhere, are told and kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from memory.doctor.findings import ByHand, codes, mended
from support import Repo

from lsp_server import Memory
from lsp_server.memory.keyed.git_storage import GitStorage
from lsp_server.store.keyvalue.branch_files import value_path

PLACE = value_path("user:1")
VALUE = """{
  "git-memory": 1,
  "created": "2026-11-21T10:00:00+00:00",
  "updated": "2026-11-21T10:00:00+00:00",
  "expires": null,
  "key": "user:1",
  "value": {"a": 1}
}
"""


def writing(path: str, text: str) -> Callable[[Repo], None]:
    def work(tree: Repo) -> None:
        tree.write(path, text)

    return work


def test_values_are_counted(memory: Memory) -> None:
    GitStorage(memory).put("user:1", {"a": 1})
    found = memory.examine()
    assert codes(found) == []
    assert next(area.summary for area in found.areas if area.name == "values") == "1 value"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"key"', "key", 6),
        ('"key": "user:1",\n', "", 1),
        ('"user:1"', "1", 6),
        ('"user:1"', '"\\ud800"', 7),
        ('"git-memory": 1', '"git-memory": 2', 2),
        ('"updated": "2026-11-21T10:00:00+00:00"', '"updated": "yesterday"', 4),
        ('"value": {"a": 1}', '"value": NaN', 7),
        ('"value": {"a": 1}', '"value": "\\udc00"', 7),
        ('"value": {"a": 1}', f'"value": {"9" * 5000}', 1),
        ('"value": {"a": 1}', f'"value": {"[" * 5000}', 1),
        (VALUE, "[]", 1),
        (VALUE, "", 1),
        ('"value"', "<<<<<<< HEAD", 7),
    ],
)
def test_what_is_no_value_is_told_with_its_line_and_takes_nothing_down(
    memory: Memory, repo: Repo, by_hand: ByHand, *, old: str, new: str, line: int
) -> None:
    storage = GitStorage(memory)
    storage.put("other", 1)
    assert old in VALUE
    text = VALUE.replace(old, new)
    by_hand(writing(PLACE, text))
    found = memory.examine()
    assert codes(found) == ["value-unreadable"]
    assert [finding.where for finding in found.findings] == [f"{PLACE}:{line}"]
    assert [item.key for item in storage.scan()] == ["other"]
    memory.repair()
    assert repo.git("show", f"memory:{PLACE}") == text.strip()
    storage.put("user:1", 2)
    assert codes(memory.examine()) == []


def test_a_file_with_another_ending_is_told(memory: Memory, by_hand: ByHand) -> None:
    by_hand(writing("values/notes.txt", "Mine.\n"))
    assert codes(memory.examine()) == ["value-unreadable"]


def test_an_expiry_that_nobody_can_read_is_told(memory: Memory, by_hand: ByHand) -> None:
    by_hand(writing(PLACE, VALUE.replace("null", '"tomorrow"')))
    assert [finding.where for finding in memory.examine().findings] == [f"{PLACE}:5"]
    assert GitStorage(memory).get("user:1").value == {"a": 1}


def test_a_time_before_the_first_is_taken_for_the_first(memory: Memory, by_hand: ByHand) -> None:
    created = '"created": "2026-11-21T10:00:00+00:00"'
    by_hand(writing(PLACE, VALUE.replace(created, '"created": "0001-01-01T00:00:00+10:00"')))
    assert codes(memory.examine()) == []
    item = GitStorage(memory).get("user:1")
    assert item is not None
    assert (item.value, item.created.isoformat()) == ({"a": 1}, "0001-01-01T00:00:00+00:00")


def test_a_value_in_another_place_is_moved_to_its_own(memory: Memory, by_hand: ByHand) -> None:
    by_hand(writing("values/mine/user.json", VALUE))
    storage = GitStorage(memory)
    assert storage.get("user:1") is None
    mended(memory, "value-misplaced")
    assert storage.get("user:1").value == {"a": 1}


def test_where_its_place_is_taken_both_stay(memory: Memory, repo: Repo, by_hand: ByHand) -> None:
    GitStorage(memory).put("user:1", "newer")
    by_hand(writing("values/mine/user.json", VALUE))
    found = memory.examine()
    assert codes(found) == ["value-misplaced"]
    assert [finding.fixable for finding in found.findings] == [False]
    memory.repair()
    assert repo.git("show", "memory:values/mine/user.json") == VALUE.strip()
    assert GitStorage(memory).get("user:1").value == "newer"


def test_of_two_in_other_places_one_is_moved(memory: Memory, repo: Repo, by_hand: ByHand) -> None:
    by_hand(writing("values/a.json", VALUE))
    by_hand(writing("values/b.json", VALUE))
    assert codes(memory.repair()) == ["value-misplaced"]
    assert repo.git("show", "memory:values/b.json") == VALUE.strip()
    assert GitStorage(memory).get("user:1").value == {"a": 1}
