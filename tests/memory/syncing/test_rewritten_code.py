"""History of the code is rewritten in one clone, or by a forge; every clone finds its records today."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import forges
import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.records.anchors import CodeRange
from lsp_server.records.evidence import Evidence
from lsp_server.records.model import Record

LINES = [f"line {number} of the file\n" for number in range(1, 31)]
NEW = ["}\n", "def check(user):\n", "}\n"]  # its first and its last line are nowhere unique


def text(*, top: int = 0, braces: int = 2, with_new: bool = False) -> str:
    """A program: lines at the top, then so many closing braces, then the rest, the new lines in it."""
    middle = LINES[:9] + (NEW if with_new else []) + LINES[9:]
    return "".join([f"top {number}\n" for number in range(top)] + ["}\n"] * braces + middle)


class World(NamedTuple):
    """A hub, A who works on a branch, B who does not; both share the code and its memory."""

    hub: Repo
    a: Repo
    one: Memory
    b: Repo
    two: Memory

    def record_on_a_branch(self) -> Record:
        """A commits two changes on ``topic``, pushes them, and writes down what the first is about."""
        self.a.git("switch", "-q", "-c", "topic")
        self.a.commit("Check users", **{"auth.py": text(with_new=True)})
        record = self.one.record(
            Kind.LEARNING,
            "Users are checked",
            fields={"lesson": "Always."},
            at=[CodeRange("auth.py", 12, 14)],
        )
        self.a.commit("Tell about it", **{"README.md": "Users are checked.\n"})
        self.a.git("push", "-q", "-u", "origin", "topic")
        self.one.sync()
        return record

    def main_moves_on(self) -> None:
        """Somebody else pushes to main: lines above, more braces."""
        self.b.git("switch", "-q", "main")
        self.b.git("pull", "-q")
        self.b.commit("Meanwhile", **{"auth.py": text(top=2, braces=4)})
        self.b.git("push", "-q", "origin", "main")

    def forge_merges(self, how: str, folder: Callable[..., Repo]) -> None:
        """A forge's button: the branch is merged in its way and deleted."""
        forge = folder(f"forge-{how}")
        forge.git("remote", "add", "origin", str(self.hub.root))
        forge.git("fetch", "-q")
        merged = forges.merge(forge, how, "origin/main", "origin/topic")
        forge.git("push", "-q", "origin", f"{merged}:main")
        forge.git("push", "-q", "origin", "--delete", "topic")


@pytest.fixture
def world(hub: Repo, new_repo: Callable[..., Repo], open_memory: Callable[[Repo], Memory]) -> World:
    a = new_repo("a")
    a.git("remote", "add", "origin", str(hub.root))
    a.commit("Start", **{"auth.py": text()})
    a.git("push", "-q", "-u", "origin", "main")
    hub.git("symbolic-ref", "HEAD", "refs/heads/main")
    one = open_memory(a)
    one.initialise()
    one.sync()
    b = clone_of(hub, a.root.parent, "b")
    two = open_memory(b)
    two.sync()
    return World(hub, a, one, b, two)


def clone_of(hub: Repo, place: object, name: str) -> Repo:
    hub.git("clone", "-q", f"file://{hub.root}", f"{place}/{name}")  # without what no branch has
    return Repo(hub.root.parent / name)


def where(memory: Memory, record: Record) -> list[tuple[str, str]]:
    """Where a record is today, and how that is known."""
    found = memory.places(memory.get(record.id))
    return [(str(place), located.certainty.value) for _, located in found for place in located.ranges]


def test_a_rebases_and_syncs_and_b_finds_the_record_at_today_s_commit_and_line(world: World) -> None:
    record = world.record_on_a_branch()
    old = record.code.commit if record.code else ""
    world.main_moves_on()
    world.a.git("fetch", "-q")
    world.a.git("rebase", "-q", "origin/main")
    new = world.a.git("rev-parse", "HEAD~1")
    assert where(world.one, record) == [("auth.py:16-18", "births")], "A reads it before anything is written"
    world.a.git("push", "-q", "--force")
    world.one.sync()

    world.two.sync()
    world.b.git("fetch", "-q")
    world.b.git("switch", "-q", "topic")
    found = world.two.get(record.id)
    assert found.code is not None
    assert (found.code.commit, found.code.formerly) == (new, ((old, "patch-id"),))
    assert where(world.two, record) == [("auth.py:16-18", "births")]
    assert [one.record.id for one in world.two.why("auth.py", 16)] == [record.id]
    placed = world.two.file_memory("auth.py").placed
    assert [(one.start, one.end) for one in placed] == [(16, 18)], "and on no other brace"
    assert world.two.links([found])[new].today == new


def test_what_was_rewritten_is_settled_by_one_commit_for_all_records(world: World) -> None:
    record = world.record_on_a_branch()
    world.one.record(Kind.BUG, "It is slow")
    world.main_moves_on()
    world.a.git("fetch", "-q")
    world.a.git("rebase", "-q", "origin/main")
    world.a.git("push", "-q", "--force")
    before = world.one.version()
    settled = world.one.settle_links()
    assert len(settled.records) == 2
    assert world.a.git("rev-list", "--count", f"{before}..memory") == "1"
    assert world.a.git("log", "-1", "--format=%s", "memory") == (
        "anchors: settle 2 records after history was rewritten"
    )
    assert record.label in world.a.git("log", "-1", "--format=%b", "memory")
    assert world.one.settle_links().version is None, "there is nothing more to say"


def test_as_long_as_the_remote_has_the_old_commits_nothing_is_settled(world: World) -> None:
    record = world.record_on_a_branch()
    world.main_moves_on()
    world.a.git("fetch", "-q")
    world.a.git("rebase", "-q", "origin/main")
    assert world.one.settle_links().version is None, "B has them and has no other"
    assert where(world.one, record) == [("auth.py:16-18", "births")]


@pytest.mark.parametrize("how", ["squash", "rebase"])
def test_a_forge_merges_and_the_clone_with_the_old_commits_tells_the_others(
    world: World, new_repo: Callable[..., Repo], open_memory: Callable[[Repo], Memory], how: str
) -> None:
    record = world.record_on_a_branch()
    world.main_moves_on()
    world.forge_merges(how, new_repo)
    third = clone_of(world.hub, world.hub.root.parent, "third")
    never_had_it = open_memory(third)
    never_had_it.sync()
    link = never_had_it.links([never_had_it.get(record.id)]).popitem()[1]
    assert (link.today, link.missing) == (None, True), "it has no evidence, and it does not guess"

    world.a.git("switch", "-q", "main")
    world.a.git("pull", "-q", "--prune")
    world.a.git("branch", "-q", "-D", "topic")
    world.one.sync()
    merged = world.a.git("rev-parse", "main" if how == "squash" else "main~1")

    never_had_it.sync()
    found = never_had_it.get(record.id)
    assert found.code is not None
    assert found.code.commit == merged
    assert found.code.formerly[0][1] == ("squash" if how == "squash" else "patch-id")
    assert where(never_had_it, record) == [("auth.py:16-18", "births")]


@pytest.mark.parametrize("how", ["squash", "rebase"])
@pytest.mark.parametrize("left", ["both branches", "the remote's branch", "the local branch"])
def test_a_branch_that_was_merged_and_not_tidied_up_is_merged_all_the_same(
    world: World, new_repo: Callable[..., Repo], how: str, left: str
) -> None:
    record = world.record_on_a_branch()
    world.one.settle_links()
    world.main_moves_on()
    world.forge_merges(how, new_repo)
    world.a.git("switch", "-q", "main")
    world.a.git("pull", "-q", *(["--prune"] if left == "the local branch" else []))
    if left == "the remote's branch":
        world.a.git("branch", "-q", "-D", "topic")
    merged = world.a.git("rev-parse", "main" if how == "squash" else "main~1")
    world.one.sync()
    found = world.one.get(record.id)
    assert found.code is not None
    assert found.code.commit == merged
    assert where(world.one, record) == [("auth.py:16-18", "births")]


def test_picks_from_a_branch_that_goes_on_are_no_merge_of_it(world: World) -> None:
    record = world.record_on_a_branch()
    world.a.git("switch", "-q", "main")
    world.a.commit("Before", **{"b.py": "b\n"})
    assert record.code is not None
    world.a.git("cherry-pick", str(record.code.commit))
    world.a.git("push", "-q", "origin", "main")
    world.one.sync()
    found = world.one.get(record.id)
    assert found.code == record.code
    assert where(world.one, record) == [("auth.py:12-14", "births")], "main has a copy of it"


def test_a_real_merge_changes_nothing(world: World) -> None:
    record = world.record_on_a_branch()
    world.main_moves_on()
    world.a.git("switch", "-q", "main")
    world.a.git("pull", "-q")
    world.a.git("merge", "-q", "--no-edit", "topic")
    world.a.git("branch", "-q", "-D", "topic")
    world.one.sync()
    assert world.one.get(record.id).code == record.code
    assert where(world.one, record) == [("auth.py:16-18", "births")]


def test_two_clones_that_settle_the_same_record_differently_need_nobody_to_choose(world: World) -> None:
    record = world.record_on_a_branch()
    old = record.code.commit if record.code else ""
    world.two.sync()
    world.b.git("fetch", "-q")
    world.b.git("switch", "-q", "topic")
    for repo, what in ((world.a, "a"), (world.b, "b")):  # each rebases the branch in its own way
        repo.git("switch", "-q", "main")
        repo.commit("Before", **{f"{what}.py": what})
        repo.git("rebase", "-q", "main", "topic")
        repo.git("update-ref", "-d", "refs/remotes/origin/topic")
    world.one.settle_links()
    world.two.settle_links()
    mine, theirs = (m.get(record.id).code for m in (world.one, world.two))
    assert mine is not None
    assert theirs is not None
    assert mine.commit != theirs.commit
    world.one.sync()
    world.two.sync()
    world.one.sync()
    merged = [memory.get(record.id) for memory in (world.one, world.two)]
    assert merged[0] == merged[1]
    assert not merged[0].conflicts
    code = merged[0].code
    assert code is not None
    assert code.commit == min(str(mine.commit), str(theirs.commit))
    other = max(str(mine.commit), str(theirs.commit))
    assert code.formerly == ((old, "patch-id"), (other, "patch-id"))
    assert len(merged[0].anchors) == 1
    assert merged[0].anchors[0].births[0].commit == code.commit


def test_evidence_is_what_everybody_is_told(world: World) -> None:
    record = world.record_on_a_branch()
    world.a.git("commit", "-q", "--amend", "-m", "Tell everybody")
    later = world.one.record(Kind.BUG, "It is slow")
    world.a.git("commit", "-q", "--amend", "-m", "Tell nobody")
    link = world.one.links([later]).popitem()[1]
    assert (link.today, link.evidence) == (world.a.git("rev-parse", "HEAD"), Evidence.AMENDED)
    assert where(world.one, record) == [("auth.py:12-14", "births")]
