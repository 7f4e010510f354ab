"""What git's own merge writes into the wrong record is put right by the next sync."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from clones import Clone, like, replaced, tree
from support import Repo

from lsp_server import Memory

EDITED = "Paragraph 7, as it should be."


def edit(memory: Memory, record_id: str) -> None:
    text = memory.text(record_id)
    memory.amend(record_id, text.replace("Paragraph 7 of a text that people copy.", EDITED))


class World(NamedTuple):
    """Two clones. ``edited`` was edited in the second, and deleted in the first with ``other``, a bug like
    it, in its place; the second has fetched that."""

    a: Repo
    one: Memory
    b: Repo
    two: Memory
    edited: str
    other: str


@pytest.fixture
def world(clone: Clone) -> World:
    (a, one), (b, two) = clone("a"), clone("b")
    one.initialise()
    edited = like(one, "The first")
    one.sync()
    two.sync()
    other = replaced(one, edited)
    one.sync()
    edit(two, edited)
    b.git("fetch", "-q", "origin")
    return World(a, one, b, two, edited, other)


def merge_by_git(repo: Repo, place: Path, ours: str, theirs: str) -> None:
    repo.git("worktree", "add", "-q", "--force", "--detach", str(place), ours)
    repo.git("-C", str(place), "merge", "-q", "--no-edit", theirs)
    merged = repo.git("-C", str(place), "rev-parse", "HEAD")
    repo.git("worktree", "remove", "--force", str(place))
    repo.git("update-ref", "refs/heads/memory", merged)


@pytest.mark.parametrize("swapped", [False, True])
def test_an_edit_that_gits_merge_wrote_into_another_record_comes_back_to_its_own(
    world: World, tmp_path: Path, *, swapped: bool
) -> None:
    a, one, b, two, edited, other = world
    pure, wanted = one.raw(other), two.raw(edited)
    sides = ("memory", "origin/memory")
    merge_by_git(b, tmp_path / "by-git", *(sides[::-1] if swapped else sides))
    assert EDITED in two.text(other), "git did not take the two for one renamed file"
    done = two.sync()
    assert "is there again" in done.merges[-1].remarks[-1]
    for memory in (two, one):
        memory.sync()
        assert (memory.raw(other), memory.raw(edited)) == (pure, wanted)
        assert memory.get("BUG-1").id == edited
    assert tree(a) == tree(b)
    two.delete(edited)  # what was put right once is not put right again
    two.sync()
    one.sync()
    assert one.find(edited) is None
    assert tree(a) == tree(b)


def test_a_persons_own_edit_in_a_merge_is_left_alone(world: World, tmp_path: Path) -> None:
    _, one, b, two, _, other = world
    place = tmp_path / "by-hand"
    b.git("worktree", "add", "-q", "--detach", str(place), "memory")
    b.git("-C", str(place), "merge", "-q", "--no-commit", "origin/memory")
    path = one.get(other).path
    text = (place / path).read_text().replace(EDITED, "Another wording.")
    (place / path).write_text(text)
    b.git("-C", str(place), "commit", "-q", "-a", "-m", "Merge by hand")
    merged = b.git("-C", str(place), "rev-parse", "HEAD")
    b.git("worktree", "remove", "--force", str(place))
    b.git("update-ref", "refs/heads/memory", merged)
    two.sync()
    assert two.text(other) == text
    assert b.git("rev-parse", "memory") == merged
