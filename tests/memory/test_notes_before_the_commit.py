"""Notes on lines that repeat and are in no commit yet: on their line before it and after it, or nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.records.anchors import UNCOMMITTED, Anchor, CodeRange
from lsp_server.records.model import Record

FILE = "t.py"
ASSERTION = "    assert response.status_code == 200"


def file_of(names: Sequence[str]) -> str:
    """A file of tests that end alike."""
    bodies = "".join(
        f'def test_{name}(client):\n    response = client.get("/{name}")\n{ASSERTION}\n\n' for name in names
    )
    return f"import app\n\n{bodies}"


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    repo.commit("Begin", **{FILE: file_of([])})
    with Memory.open(repo.root) as opened:
        opened.initialise()
        yield opened


def note(repo: Repo, memory: Memory, name: str, names: Sequence[str]) -> Record:
    """A note on a test's assertion, in the file with these tests, which is not committed."""
    repo.write(FILE, file_of(names))
    line = 5 + 4 * names.index(name)
    return memory.record(
        Kind.LEARNING, f"Of {name}", fields={"lesson": "So."}, at=[CodeRange(FILE, line, line)]
    )


def is_in(repo: Repo, memory: Memory, record: Record) -> list[str]:
    """The tests that a note is in."""
    found = []
    for _, located in memory.places(memory.get(record.id)):
        for place in located.ranges:
            above = (repo.root / place.path).read_text().splitlines()[: place.end]
            assert (place.start, above[-1]) == (place.end, ASSERTION)
            found.append(next(line for line in reversed(above) if line.startswith("def "))[9:-9])
    return found


def anchor_of(memory: Memory, record: Record) -> Anchor:
    (anchor,) = memory.get(record.id).anchors
    return anchor


ALL = ("login", "logout", "profile")
AFTER = [
    ("first", *ALL),
    ("login", "first", "logout", "profile"),
    (*ALL, "last"),
    ("logout", "first", "login", "second", "profile", "last"),
    ("login", "profile"),
    ("logout",),
    ("first", "second", "third"),
]


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("name", ALL)
def test_a_note_is_in_its_own_test_before_the_commit_and_after_it_or_nowhere(
    repo: Repo, memory: Memory, name: str, after: tuple[str, ...]
) -> None:
    record = note(repo, memory, name, ALL)
    assert is_in(repo, memory, record) == [name]
    repo.write(FILE, file_of(after))
    expected = [name] if name in after else []
    assert is_in(repo, memory, record) == expected
    repo.commit("Tests")
    assert is_in(repo, memory, record) == expected
    memory.settle_links()
    assert is_in(repo, memory, record) == expected
    assert (anchor_of(memory, record).births[0].commit == UNCOMMITTED) is not bool(expected)
    repo.commit("More", **{FILE: file_of(["more", *after])})
    assert is_in(repo, memory, record) == expected


def test_a_note_waits_until_its_own_test_is_committed(repo: Repo, memory: Memory) -> None:
    record = note(repo, memory, "logout", ALL)
    repo.commit("Part", **{FILE: file_of(["login"])})
    repo.write(FILE, file_of(ALL))
    memory.settle_links()
    assert anchor_of(memory, record).births[0].commit == UNCOMMITTED
    assert is_in(repo, memory, record) == ["logout"]
    head = repo.commit("Rest")
    memory.settle_links()
    assert anchor_of(memory, record).births[0].commit == head
    assert is_in(repo, memory, record) == ["logout"]


def test_a_line_of_several_is_not_settled_on_an_equal_one(repo: Repo, memory: Memory) -> None:
    repo.write(FILE, file_of(ALL))
    place = CodeRange(FILE, 8, 9)
    record = memory.record(Kind.LEARNING, "Of logout", fields={"lesson": "So."}, at=[place])
    repo.commit("Part", **{FILE: file_of(["login"])})
    memory.settle_links()
    assert [birth.commit for birth in anchor_of(memory, record).births] == [UNCOMMITTED]
    head = repo.commit("Rest", **{FILE: file_of(ALL)})
    memory.settle_links()
    assert [tuple(birth) for birth in anchor_of(memory, record).births] == [(head, FILE, 8, 9)]


def test_what_told_it_apart_is_in_its_file_until_it_has_a_birth(repo: Repo, memory: Memory) -> None:
    record = note(repo, memory, "logout", ALL)
    assert "    beside: 1 0 " in memory.text(record.id)
    assert anchor_of(memory, record).beside is not None
    repo.commit("Tests")
    memory.settle_links()
    assert "beside" not in memory.text(record.id)
    assert anchor_of(memory, record).beside is None
