"""Two clones whose loops see the same: one record goes on, and nothing is in conflict."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from memory.learning.streams import PAY, at, at_work, failures, kept

from lsp_server import EventMemory, LearningLoop, Memory
from lsp_server.records.merging.record import merge_record
from lsp_server.records.model import Kind

if TYPE_CHECKING:
    from support import Repo

HEAD = "---\nid: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f\nkind: bug\nnumber: 1\nstatus: open\n"


def block(first: str, last: str, count: int, more: str = "") -> bytes:
    return (
        f"{HEAD}found:\n  finder: errors\n  key: 0123456789abcdef\n  first: {first}\n  last: {last}\n"
        f"  count: {count}\n{more}---\n\n# T\n"
    ).encode()


def test_what_both_loops_counted_is_added_up() -> None:
    base = block("2026-11-01T00:00:00+00:00", "2026-11-02T00:00:00+00:00", 10)
    one = block("2026-11-01T00:00:00+00:00", "2026-11-04T00:00:00+00:00", 15, "  again: 1\n")
    other = block("2026-11-01T00:00:00+00:00", "2026-11-03T00:00:00+00:00", 12)
    merged = merge_record(Kind.BUG, base, one, other, ("ours", "theirs"))
    assert not merged.conflicts
    assert merged.data == block("2026-11-01T00:00:00+00:00", "2026-11-04T00:00:00+00:00", 17, "  again: 1\n")


@pytest.fixture
def clones(new_repo: Callable[..., Repo]) -> list[tuple[Memory, EventMemory, LearningLoop]]:
    hub = new_repo("hub", "--bare")
    made = []
    for name in ("a", "b"):
        repo = new_repo(name)
        repo.write("src/pay.py", PAY)
        repo.commit("Paying")
        repo.git("remote", "add", "origin", str(hub.root))
        memory = Memory.open(repo.root)
        events = EventMemory(memory, publish_every=None)
        made.append((memory, events, LearningLoop(memory, events)))
    made[0][0].initialise()
    made[0][0].sync()
    made[1][0].sync()
    return made


def test_of_two_records_that_tell_the_same_the_later_is_closed_and_names_the_other(
    clones: list[tuple[Memory, EventMemory, LearningLoop]],
) -> None:
    (one, events, loop), (two, others, loop_two) = clones
    kept(events, at_work(at(2), 1), failures(at(2, 8), 6))
    kept(others, at_work(at(2), 1), failures(at(2, 9), 8))
    loop.run(at(2, 10))
    loop_two.run(at(2, 11))
    one.sync()
    two.sync()
    assert len(two.list(Kind.BUG)) == 2
    first, later = sorted(two.list(Kind.BUG), key=lambda record: record.created)
    (closed,) = loop_two.run(at(2, 12)).duplicates
    assert (closed.id, closed.status) == (later.id, "closed")
    assert f"{first.label} tells the same" in two.text(closed.id)
    assert [link.target for link in closed.links] == [first.id]
    two.sync()
    one.sync()
    kept(events, failures(at(3, 8), 12))
    assert [record.id for record in loop.run(at(3, 12)).updated] == [first.id]
    assert not loop.run(at(3, 13)).has_changes
    for memory, store, _ in clones:
        store.close()
        memory.close()


def test_both_go_on_with_one_record_and_agree_after_a_sync(
    clones: list[tuple[Memory, EventMemory, LearningLoop]],
) -> None:
    (one, events, loop), (two, others, loop_two) = clones
    kept(events, failures(at(2, 8), 6))
    loop.run(at(2, 10))
    one.sync()
    two.sync()
    kept(events, failures(at(2, 12), 8))
    kept(others, failures(at(2, 13), 9))
    assert loop.run(at(2, 14)).updated
    assert loop_two.run(at(2, 15)).updated
    one.sync()
    two.sync()
    (bug,) = two.list(Kind.BUG)
    assert not bug.conflicts
    assert "  count: 23\n" in two.text(bug.id)
    for memory, store, _ in clones:
        store.close()
        memory.close()
