"""What a forge's squash or rebase writes into the wrong record is put right by the next sync."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import forges
import pytest
from clones import Clone, like, replaced, tree
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind, proposal_outcome

HOW = ["squash", "rebase", "cherry-pick"]


class World(NamedTuple):
    """A hub and two clones of one memory with BUG-1; the first clone makes proposals."""

    hub: Repo
    a: Repo
    one: Memory
    b: Repo
    two: Memory
    first: str
    forge: Callable[[str], None]


@pytest.fixture
def world(hub: Repo, clone: Clone, tmp_path: Path) -> World:
    (a, one), (b, two) = clone("a"), clone("b")
    one.initialise()
    first = like(one, "The first")
    one.sync()
    two.sync()

    def forge(how: str) -> None:
        """Merge the proposal `idea` as the buttons of forges do."""
        place = tmp_path / "forge"
        hub.git("worktree", "add", "-q", "--detach", str(place), "memory")
        done = forges.merge(Repo(place), how, "memory", "memory-proposals/idea")
        hub.git("worktree", "remove", "--force", str(place))
        hub.git("update-ref", "refs/heads/memory", done)

    return World(hub, a, one, b, two, first, forge)


def edit(memory: Memory, record_id: str, *paragraphs: int) -> None:
    for n in paragraphs:
        text = memory.text(record_id)
        memory.amend(record_id, text.replace(f"Paragraph {n} of a text", f"Paragraph {n}, edited, of a text"))


def propose_edit(world: World, *paragraphs: int) -> None:
    """The first clone's proposal: an edit of BUG-1."""
    world.one.propose("idea")
    edit(world.one, world.first, *paragraphs)
    world.one.end_proposing()
    world.one.sync()


def replace_first(world: World) -> str:
    """The second clone's change of the memory meanwhile: another bug in the place of BUG-1; its id."""
    second = replaced(world.two, world.first)
    world.two.sync()
    return second


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def open_proposals(memory: Memory) -> list[str]:
    return [proposal.name for proposal in memory.proposals() if proposal.own]


def same(world: World) -> None:
    for memory in (world.one, world.two, world.one):
        memory.sync()
    assert tree(world.a) == tree(world.b) == tree(world.hub)


@pytest.mark.parametrize("how", HOW)
def test_a_proposals_edit_of_a_record_that_was_deleted_meanwhile_comes_back_to_its_own(
    world: World, how: str
) -> None:
    _, a, one, _, two, first, forge = world
    one.propose("idea")
    edit(one, first, 7, 20)
    one.record(Kind.DECISION, "Another thing")
    one.end_proposing()
    wanted = a.git("show", "memory-proposals/idea:bugs/0001-the-first.md")
    one.sync()
    second = replace_first(world)
    pure = two.raw(second)
    forge(how)
    two.sync()
    assert "edited" in two.text(second), "git did not take the two for one renamed file"
    done = one.sync()
    assert open_proposals(one) == []
    assert "'idea' was merged on origin" in done.proposals[-1]
    assert done.merges[-1].remarks == (
        "bugs/0001-the-first.md, deleted on one side and edited on the other, is there again: "
        "a merge elsewhere had written its edit into bugs/0002-the-second.md",
    )
    same(world)
    for memory in (one, two):
        assert memory.raw(second) == pure
        assert memory.text(first) == wanted + "\n"
        assert memory.get("BUG-1").id == first
        assert memory.get("ADR-1").title == "Another thing"
    two.delete(first)  # what was put right once is not put right again
    same(world)
    assert one.find(first) is None


@pytest.mark.parametrize("how", HOW)
def test_an_edit_that_was_written_into_a_proposals_record_comes_back_to_its_own(
    world: World, how: str
) -> None:
    _, a, one, _, two, first, forge = world
    one.propose("idea")
    with one.batch("One instead of the other"):
        second = replaced(one, first)
    one.end_proposing()
    pure = a.git("show", "memory-proposals/idea:bugs/0002-the-second.md")
    one.sync()
    edit(two, first, 7)
    wanted = two.raw(first)
    two.sync()
    forge(how)
    two.sync()
    assert "edited" in two.text(second), "git did not take the two for one renamed file"
    one.sync()
    assert open_proposals(one) == []
    same(world)
    for memory in (one, two):
        assert memory.text(second) == pure + "\n"
        assert memory.raw(first) == wanted
        assert memory.get("BUG-1").id == first


def test_whoever_syncs_first_puts_right_what_was_mixed_when_the_forge_ends_the_proposal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, _, one, b, two, first, forge = world
    propose_edit(world, 7)
    second = replace_first(world)
    pure = two.text(second)
    forge("squash")
    hub.git("update-ref", "-d", "refs/heads/memory-proposals/idea")
    with monkeypatch.context() as patch:
        patch.setattr(proposal_outcome, "mended", interrupted)
        with pytest.raises(KeyboardInterrupt):
            two.sync()
    (*_, repaired) = two.sync().merges  # an interrupt leaves it to the next
    assert "is there again" in repaired.remarks[-1]
    assert two.text(second) == pure
    assert "Paragraph 7, edited" in two.text(first)
    tip = b.git("rev-parse", "memory")
    one.sync()
    assert open_proposals(one) == []
    same(world)
    assert b.git("rev-parse", "memory") == tip


@pytest.mark.parametrize("how", ["merge", "rebase"])
def test_what_a_forge_mixed_when_it_brought_a_proposal_up_to_date_is_put_right_there(
    world: World, tmp_path: Path, how: str
) -> None:
    hub, a, one, _, two, first, _ = world
    propose_edit(world, 7)
    wanted = a.git("show", "memory-proposals/idea:bugs/0001-the-first.md")
    second = replace_first(world)
    pure = two.text(second)
    place = tmp_path / "update"
    hub.git("worktree", "add", "-q", "--detach", str(place), "memory-proposals/idea")
    Repo(place).git(how, "-q", "memory")
    updated = Repo(place).git("rev-parse", "HEAD")
    hub.git("worktree", "remove", "--force", str(place))
    hub.git("update-ref", "refs/heads/memory-proposals/idea", updated)
    assert "edited" in hub.git("show", "memory-proposals/idea:bugs/0002-the-second.md")
    done = one.sync()
    assert "is there again" in done.proposals[-2]
    for repo in (a, hub):
        assert repo.git("show", "memory-proposals/idea:bugs/0002-the-second.md") + "\n" == pure
        assert repo.git("show", "memory-proposals/idea:bugs/0001-the-first.md") == wanted
    assert open_proposals(one) == ["idea"]
    one.adopt("idea")
    same(world)
    assert (two.text(first), two.text(second)) == (wanted + "\n", pure)


def test_a_proposal_that_a_forge_rebased_and_merged_is_ended_and_what_was_mixed_is_put_right(
    world: World,
) -> None:
    hub, _, one, _, two, first, forge = world
    propose_edit(world, 7)
    second = replace_first(world)
    pure = two.text(second)
    forge("rebase")
    hub.git("update-ref", "refs/heads/memory-proposals/idea", "refs/heads/memory")
    one.sync()
    assert open_proposals(one) == []
    same(world)
    assert two.text(second) == pure
    assert "Paragraph 7, edited" in two.text(first)


@pytest.mark.parametrize("how", HOW)
def test_what_was_written_to_both_records_since_and_before_is_kept(world: World, how: str) -> None:
    _, _, one, _, two, first, forge = world
    propose_edit(world, 7)
    edit(two, first, 25)
    second = replace_first(world)
    forge(how)
    two.sync()
    edit(two, second, 15)
    two.sync()
    one.sync()
    same(world)
    for memory in (one, two):
        edited = {
            title: [n for n in range(30) if f"Paragraph {n}, edited" in memory.text(record_id)]
            for title, record_id in (("first", first), ("second", second))
        }
        assert edited == {"first": [7, 25], "second": [15]}


def test_a_record_that_was_deleted_since_does_not_come_back_when_another_is_put_right(world: World) -> None:
    _, _, one, _, two, first, forge = world
    propose_edit(world, 7)
    second = replace_first(world)
    forge("squash")
    two.sync()
    two.delete(second)
    two.sync()
    one.sync()
    same(world)
    assert two.find(second) is None
    assert "Paragraph 7, edited" in two.text(first)


def test_an_earlier_state_of_a_proposal_that_was_squashed_is_told_and_the_rest_stays_open(
    world: World,
) -> None:
    _, _, one, _, two, first, forge = world
    propose_edit(world, 7)
    second = replace_first(world)
    pure = two.raw(second)
    forge("squash")
    one.propose("idea")
    one.record(Kind.DECISION, "Afterwards")
    one.end_proposing()
    one.sync()
    assert open_proposals(one) == ["idea"]
    assert one.raw(second) == pure
    assert "Paragraph 7, edited" in one.text(first)
    two.sync()
    tip = tree(world.hub)
    one.sync()
    assert tree(world.hub) == tip


def test_the_same_edit_of_another_record_by_a_person_is_no_squash(world: World) -> None:
    _, _, one, b, two, first, _ = world
    propose_edit(world, 7)
    second = replaced(two, first)
    edit(two, second, 7)
    two.sync()
    tip = b.git("rev-parse", "memory")
    one.sync()
    assert open_proposals(one) == ["idea"]
    assert world.a.git("rev-parse", "memory") == tip
    assert "Paragraph 7, edited" in one.text(second)


def test_a_squash_that_mixed_nothing_is_left_alone(world: World) -> None:
    hub, a, one, _, two, first, forge = world
    one.propose("idea")
    edit(one, first, 7)
    one.delete(one.record(Kind.BUG, "A third", text="Another text altogether.").id)
    one.end_proposing()
    one.sync()
    edit(two, first, 25)
    two.sync()
    forge("squash")
    forged = hub.git("rev-parse", "memory")
    one.sync()
    assert open_proposals(one) == []
    assert a.git("rev-parse", "memory") == forged
