"""The raw diff of a change of the memory is as small as the change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.records.model import MARKDOWN_KINDS


def _raw(repo: Repo) -> dict[str, tuple[int, int]]:
    """Lines added and removed by the last commit, by path."""
    listed = repo.git("show", "--numstat", "--format=", "refs/heads/memory").splitlines()
    return {path: (int(a), int(r)) for a, r, path in (line.split("\t") for line in listed)}


WRITES: dict[str, tuple[Callable[[Memory], object], dict[str, tuple[int, int]]]] = {
    "mark": (lambda m: m.mark("ADR-1", "accepted"), {"decisions/0001-a.md": (1, 1)}),
    "close": (lambda m: m.close_bug("BUG-1"), {"bugs/0001-b.md": (1, 1)}),
    "close with a field": (
        lambda m: m.close_bug("BUG-1", fields={"fix": "Lower-case it."}),
        {"bugs/0001-b.md": (5, 1)},  # the status; a blank line, the heading, a blank line, the text
    ),
    "edit of one word": (
        lambda m: m.amend("ADR-1", m.text("ADR-1").replace("scale", "grow")),
        {"decisions/0001-a.md": (1, 1)},
    ),
    "edit of the title": (
        lambda m: m.amend("ADR-1", m.text("ADR-1").replace("# A", "# Another")),
        {"decisions/0001-a.md": (1, 1)},
    ),
}


@pytest.mark.parametrize("write", list(WRITES))
def test_the_raw_diff_of_one_change_is_one_line(memory: Memory, repo: Repo, write: str) -> None:
    memory.record(Kind.DECISION, "A", fields={"context": "Sessions do not scale."}, tags=["auth"])
    memory.record(Kind.BUG, "B", fields={"description": "It fails."})
    change, lines = WRITES[write]
    change(memory)
    assert _raw(repo) == lines


def test_the_raw_diff_of_a_new_record_touches_nothing_else(memory: Memory, repo: Repo) -> None:
    for kind in MARKDOWN_KINDS:
        before = set(repo.git("ls-tree", "-r", "--name-only", "refs/heads/memory").splitlines())
        record = memory.checkpoint("A") if kind is Kind.CHECKPOINT else memory.record(kind, "A")
        ((path, (_, removed)),) = _raw(repo).items()
        assert (path, removed) == (record.path, 0)
        assert path not in before


def test_the_raw_diff_of_a_supersession_is_the_new_record_and_what_the_old_one_says_of_it(
    memory: Memory, repo: Repo
) -> None:
    memory.record(Kind.DECISION, "A", fields={"context": "x"})
    old, new = memory.supersede("ADR-1", "B")
    lines = _raw(repo)
    assert set(lines) == {old.path, new.path}
    assert lines[old.path] == (3, 1)  # the status; `links:` and the link
    assert lines[new.path][1] == 0


def test_the_raw_diff_of_a_deletion_is_the_record_and_its_tombstone(memory: Memory, repo: Repo) -> None:
    record = memory.record(Kind.DECISION, "A")
    length = len(memory.text("ADR-1").splitlines())
    memory.delete("ADR-1")
    assert _raw(repo)[record.path] == (0, length)
    assert set(_raw(repo)) == {record.path, "deleted/decisions/0001.yaml"}
