"""A segment of events that was written on both sides, as by two copies of one clone."""

from __future__ import annotations

import json
import shutil

from hypothesis import given
from hypothesis import strategies as st
from memory.events.published import on_branch, segments, solve, titles, titles_on_branch
from memory.merging.clones import Clone

from lsp_server import EventMemory
from lsp_server.memory.merging.event_files import merged_segment
from lsp_server.store.journal.branch_files import id_in


def line(number: int, title: str = "") -> bytes:
    event = {
        "created": f"2026-11-21T10:{number:02}:00+00:00",
        "type": "solution",
        "title": title or f"Solution {number}",
        "id": f"{number:08}-0000",
    }
    return json.dumps(event).encode() + b"\n"


LINE = st.one_of(
    st.builds(line, st.integers(0, 9), st.sampled_from(["", "Mended", "Other"])),
    st.sampled_from([b"<<<<<<< ours\n", b'{"title": "no id"}\n', b"\n", b"\xff\n"]),
)
SEGMENT = st.lists(LINE, max_size=8).map(b"".join)


@given(st.none() | SEGMENT, SEGMENT, SEGMENT)
def test_it_is_the_same_whoever_merges_and_each_event_is_in_it_once(
    base: bytes | None, one: bytes, other: bytes
) -> None:
    merged = merged_segment(base, one, other)
    assert merged == merged_segment(base, other, one)
    ids = _ids(merged)
    assert ids == sorted(set(ids))
    assert merged_segment(merged, merged, merged) == merged
    if base is None:
        assert set(ids) == set(_ids(one + other))


def _ids(data: bytes) -> list[str]:
    return [found for each in data.splitlines() if (found := id_in(each))]


def test_what_one_side_mended_or_took_out_is_so() -> None:
    base = line(1) + line(2) + line(3)
    one, other = line(1, "Mended") + line(2) + line(3), line(1) + line(3) + line(4)
    assert merged_segment(base, one, other) == line(1, "Mended") + line(3) + line(4)


def test_copies_of_one_clone_that_publish_never_conflict(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    with EventMemory(a.memory, publish_every=None) as events:
        solve(events, "Before")
        events.publish()
    b.merge(a)
    shutil.copytree(a.core.private / "events", b.core.private / "events")
    with (
        EventMemory(a.memory, publish_every=None) as ours,
        EventMemory(b.memory, publish_every=None) as theirs,
    ):
        for events, name in ((ours, "a"), (theirs, "b"), (ours, "a again")):
            solve(events, f"By {name}")
            events.publish()
        merged = a.merge(b)
        assert merged is not None
        assert not merged.conflicts
        b.merge(a)
        assert a.tree() == b.tree()
        assert len(segments(a.repo)) == 1
        assert titles_on_branch(a.repo) == ["Before", "By a", "By b", "By a again"]
        assert len({event["id"] for event in on_branch(a.repo)}) == 4
        assert titles(ours) == titles(theirs) == titles_on_branch(a.repo)
        solve(theirs, "After")
        assert theirs.publish() == 1
    assert titles_on_branch(b.repo)[-1] == "After"
