"""What a review tells of keyed values."""

from __future__ import annotations

from datetime import timedelta

import pytest
from store.keyvalue.conformance import START, Hands
from support import Repo

from lsp_server import Memory
from lsp_server.memory.keyed.git_storage import GitStorage
from lsp_server.store.keyvalue.base import Value, Write
from lsp_server.store.keyvalue.branch_files import value_path


@pytest.fixture
def storage(memory: Memory) -> GitStorage:
    return GitStorage(memory, clock=Hands())


def told(memory: Memory) -> list[tuple[str | None, str, str]]:
    """Key, change and remark of each file in the last commit."""
    comparison, _ = memory.compare("memory~1..memory")
    return [(file.key, file.change, file.remark) for file in comparison.files]


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        ({"a": 1, "b": {"c": [1]}}, {"a": 2, "b": {"c": [1]}}, "a is 2, was 1"),
        ({"b": {"c": 1}}, {"b": {"d": "x"}}, 'b.c is gone, was 1; b.d is "x"'),
        (1, 2, "is 2, was 1"),
        (1, True, "is true, was 1"),
        ({"a": 1}, [1], 'is [1], was {"a": 1}'),
        ("a", "b" * 100, f'is "{"b" * 58}…, was "a"'),
        ({f"k{n}": 0 for n in range(8)}, {f"k{n}": 1 for n in range(8)},
         "; ".join(f"k{n} is 1, was 0" for n in range(5)) + "; and 3 more"),
        ({"a\nb": 1}, {"a\nb": 2}, "a b is 2, was 1"),
    ],
)  # fmt: skip
def test_what_changed_is_told_by_its_place(
    memory: Memory, storage: GitStorage, old: Value, new: Value, remark: str
) -> None:
    storage.put("user:1", old)
    storage.put("user:1", new)
    assert told(memory) == [("user:1", "changed", remark)]


def test_new_gone_and_expiring_values(memory: Memory, storage: GitStorage) -> None:
    hour = START + timedelta(hours=1)
    storage.put_many({"gone": Write(1), "expiring": Write(1)})
    storage.put_many({"gone": None, "expiring": Write(1, hour), "new": Write({"a": 1})})
    assert sorted(told(memory)) == [
        ("expiring", "changed", f"expires {hour:%Y-%m-%d %H:%M} UTC"),
        ("gone", "deleted", "was 1"),
        ("new", "new", '{"a": 1}'),
    ]


def test_a_spoilt_value_is_another_file(memory: Memory, storage: GitStorage, repo: Repo) -> None:
    storage.put("user:1", 1)
    place = repo.root.parent / "by-hand"
    repo.git("worktree", "add", "-q", str(place), "memory")
    (place / value_path("user:1")).write_text("{")
    repo.git("-C", str(place), "commit", "-qam", "by hand")
    repo.git("worktree", "remove", str(place))
    assert told(memory) == [(None, "changed", "")]


def test_a_pull_request_lists_values_by_their_keys(memory: Memory, storage: GitStorage) -> None:
    storage.put("user:1", {"theme": "<b>dark</b>"})
    comparison, _ = memory.compare("memory~1..memory")
    report = memory.report(comparison)
    assert "### Memory: 1 value\n" in report
    assert "\n**Values**\n\n- user:1: new, " in report
    assert "Other files" not in report
    assert "<b>" not in report
