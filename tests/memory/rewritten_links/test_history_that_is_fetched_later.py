"""What was not to be seen where history was cut is looked up again once more of it was fetched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from memory.rewritten_links.written_at import LINES, change, learn, link_of
from support import Repo

from lsp_server import Memory
from lsp_server.code.model import Certainty
from lsp_server.memory.links import Link
from lsp_server.records.anchors import CodeRange

Clone = Callable[[], Repo]


@pytest.fixture
def shallow(repo: Repo, memory: Memory, tmp_path: Path) -> Clone:
    """Makes a clone of the newest commit alone, which has a memory."""

    def make() -> Repo:
        repo.git(
            "clone", "-q", "--depth=1", "--no-single-branch", f"file://{repo.root}", str(tmp_path / "cut")
        )
        clone = Repo(tmp_path / "cut")
        clone.git("branch", "-q", "memory", "origin/memory")
        return clone

    return make


@pytest.mark.parametrize("is_opened_again", [False, True])
def test_a_commit_that_was_not_here_is_there_once_it_is_fetched(
    repo: Repo, memory: Memory, shallow: Clone, is_opened_again: bool
) -> None:
    record = learn(memory)
    commit = repo.git("rev-parse", "HEAD")
    repo.commit("Later", **{"b.py": "b\n"})
    clone = shallow()
    with Memory.open(clone.root) as opened:
        assert link_of(opened, record) == Link(commit, None, unknown=True, missing=True)
        clone.git("fetch", "-q", "--unshallow")
        if not is_opened_again:
            assert link_of(opened, record) == Link(commit, commit)
    with Memory.open(clone.root) as opened:
        assert link_of(opened, record) == Link(commit, commit)


def test_lines_that_are_gone_are_not_said_to_be_on_another_branch(
    repo: Repo, memory: Memory, shallow: Clone
) -> None:
    change(repo, 5, "a line with words of its own\n")
    record = learn(memory, CodeRange("a.py", 5, 5))
    change(repo, 5, LINES[4])
    clone = shallow()
    with Memory.open(clone.root) as opened:
        opened.places(opened.get(record.id))
        clone.git("fetch", "-q", "--unshallow")
        ((_, located),) = opened.places(opened.get(record.id))
        assert located.certainty is Certainty.STALE


def test_a_copy_is_found_once_what_it_is_a_copy_of_is_fetched(
    repo: Repo, memory: Memory, tmp_path: Path
) -> None:
    repo.git("switch", "-q", "-c", "topic")
    lines = [*LINES[:5], "words of its own\n", "and more of them\n", *LINES[5:]]
    repo.commit("Two lines", **{"a.py": "".join(lines)})
    record = learn(memory, CodeRange("a.py", 6, 7))
    repo.git("switch", "-q", "main")
    repo.commit("Beside", **{"b.py": "b\n"})
    repo.git("cherry-pick", "topic")
    lines[6] = "and quite others\n"
    repo.commit("Other words", **{"a.py": "".join(lines)})
    repo.git("clone", "-q", "--single-branch", f"file://{repo.root}", str(tmp_path / "clone"))
    clone = Repo(tmp_path / "clone")
    clone.git("fetch", "-q", "origin", "memory:memory")
    with Memory.open(clone.root) as opened:
        assert [one.ranges for _, one in opened.places(opened.get(record.id))] == [()]
        clone.git("fetch", "-q", "origin", "topic:refs/remotes/origin/topic")
        opened.links([record])
        assert [one.ranges for _, one in opened.places(opened.get(record.id))] == [(CodeRange("a.py", 6, 6),)]
