"""What became of commits that a forge rewrote, where no hook ran: its squash and its rebase merges, seen from
a clone that has the old commits and from one that has not."""

from __future__ import annotations

from typing import NamedTuple

import forges
import pytest

from lsp_server.records.evidence import Evidence

from .conftest import Repo
from .rewriting import forget_moves, head, text, today


class World(NamedTuple):
    """A developer's clone with a pushed branch of two commits, and the forge."""

    forge: Repo
    clone: Repo
    one: str
    two: str

    def merge(self, how: str) -> None:
        """The forge's button, after main has moved on: the branch is deleted there."""
        forge = self.forge
        forge.git("switch", "-q", "main")
        forge.commit("Meanwhile", c="c\n")
        forge.git("switch", "-q", "-C", "main", forges.merge(forge, how, "main", "topic"))
        forge.git("branch", "-q", "-D", "topic")

    def pull(self) -> None:
        """What a developer does after the merge."""
        self.clone.git("switch", "-q", "main")
        self.clone.git("pull", "-q", "--prune")
        self.clone.git("branch", "-q", "-D", "topic")

    def squashed(self, *commits: str) -> dict[str, tuple[str, Evidence]]:
        """That commits are in the squash that the clone's main stands on."""
        return {commit: (head(self.clone), Evidence.SQUASH) for commit in commits}


@pytest.fixture
def world(repo: Repo) -> World:
    repo.commit("Begin", a=text())
    repo.git("branch", "-M", "main")
    clone = repo.clone("clone")
    clone.git("switch", "-q", "-c", "topic")
    one = clone.commit("One", a=text(l3="three"))
    two = clone.commit("Two", a=text(l3="three", l20="twenty"), b="b\n")
    clone.git("push", "-q", "-u", "origin", "topic")
    return World(repo, clone, one, two)


def test_a_squash_is_the_sum_of_the_branch(world: World) -> None:
    world.merge("squash")
    world.pull()
    assert today(world.clone, world.one, world.two) == world.squashed(world.one, world.two)


def test_a_squash_of_a_branch_that_took_main_in_is_found(world: World) -> None:
    world.forge.git("switch", "-q", "main")
    world.forge.commit("Long before", d="d\n")
    world.clone.git("fetch", "-q")
    world.clone.git("merge", "-q", "--no-edit", "origin/main")
    world.clone.git("push", "-q")
    world.merge("squash")
    world.pull()
    assert today(world.clone, world.one) == world.squashed(world.one)


def test_a_squash_next_to_a_line_that_main_changed_is_found(world: World) -> None:
    world.forge.git("switch", "-q", "main")
    world.forge.commit("Near", a=text(l5="five"))
    world.merge("squash")
    world.pull()
    assert today(world.clone, world.one) == world.squashed(world.one)


def test_the_end_of_the_branch_is_known_from_where_it_stood_where_git_forgot_it(world: World) -> None:
    world.merge("squash")
    world.pull()
    forget_moves(world.clone)
    assert today(world.clone, world.one) == {}, "that there was a second commit nobody knows"
    assert today(world.clone, world.one, former=[world.two]) == world.squashed(world.one)


def test_a_branch_that_went_on_after_the_squash_is_no_sum(world: World) -> None:
    world.merge("squash")
    three = world.clone.commit("Three", a=text(l3="three", l20="twenty", l30="thirty"))
    world.pull()
    assert today(world.clone, world.one, world.two, three) == world.squashed(world.one, world.two)


def test_a_squash_of_one_commit_makes_the_same_change(world: World) -> None:
    world.clone.git("reset", "-q", "--hard", "HEAD~1")
    world.clone.git("push", "-q", "--force")
    world.merge("squash")
    world.pull()
    assert today(world.clone, world.one) == {world.one: (head(world.clone), Evidence.PATCH_ID)}


def test_a_rebase_merge_makes_the_same_changes(world: World) -> None:
    world.merge("rebase")
    world.pull()
    forget_moves(world.clone)
    assert today(world.clone, world.one, world.two) == {
        world.one: (head(world.clone, "HEAD~1"), Evidence.PATCH_ID),
        world.two: (head(world.clone), Evidence.PATCH_ID),
    }


@pytest.mark.parametrize("how", ["squash", "rebase"])
def test_a_clone_that_never_had_the_commits_has_no_evidence(world: World, how: str) -> None:
    world.merge(how)
    other = world.forge.clone("other")
    assert today(other, world.one, world.two) == {}


@pytest.mark.parametrize("how", ["squash", "rebase"])
def test_a_bare_clone_with_the_old_commits_tells_it_as_well(world: World, how: str) -> None:
    mirror = world.forge.clone("mirror", "--mirror")
    world.merge(how)
    mirror.git("fetch", "-q", "--prune")
    found = today(mirror, world.one, former=[world.two])
    expected = Evidence.SQUASH if how == "squash" else Evidence.PATCH_ID
    assert found == {world.one: (head(mirror, "main" if how == "squash" else "main~1"), expected)}
