"""Two people keep the same documents up to date, and sync: nothing is in conflict, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone

import pytest
from support import Repo

from lsp_server import Memory

NOW = datetime(2026, 11, 21, 10, 5, tzinfo=timezone.utc)
Pair = tuple[Memory, Memory]


@pytest.fixture
def pair(new_repo: Callable[..., Repo]) -> Iterator[Pair]:
    """Two clones of one memory."""
    hub = new_repo("hub.git", "--bare")
    made = []
    for name in ("one", "two"):
        repo = new_repo(name)
        repo.commit("Start")
        repo.git("remote", "add", "origin", str(hub.root))
        made.append(Memory.open(repo.root))
    made[0].initialise()
    made[0].sync()
    made[1].sync()
    yield made[0], made[1]
    for memory in made:
        memory.close()


def sync(pair: Pair) -> None:
    for memory in (pair[0], pair[1], pair[0]):
        memory.sync()
    assert pair[0].version() == pair[1].version()
    for state in pair[0].documents():
        if state.exists:
            assert "<<<<<<<" not in pair[0].document(state.path).text


def test_what_both_added_is_there(pair: Pair) -> None:
    for who, memory in zip("ab", pair, strict=True):
        memory.note("patterns/anti-patterns", f"bullet of {who}")
        memory.note("context/blockers", f"blocker of {who}")
        memory.note("session-log/accomplished", f"done by {who}")
        memory.note("project/team", f"{who.upper()} (developer)")
        memory.set(f"project/milestones/{who.upper()}/status", "planned")
        memory.set(f"project/metrics/of_{who}", "1")
    pair[0].append_log("early", ["same words"], when=NOW)
    pair[1].append_log("late", ["same words"], when=NOW.replace(hour=12))
    pair[0].append_log("last", ["same words"], when=NOW.replace(hour=13))
    sync(pair)
    one = pair[1]
    assert sorted(one.document("patterns").values("anti-patterns")) == ["bullet of a", "bullet of b"]
    assert sorted(one.document("context").values("blockers")) == ["blocker of a", "blocker of b"]
    assert [s.name for s in one.document("session-log").sections if s.level == 2] == [
        f"{datetime.now().astimezone():%Y-%m-%d} - Session Summary"
    ] * 2
    assert [s.name for s in one.document("log").sections if s.level == 3] == [
        "10:05 - early", "12:05 - late", "13:05 - last"
    ]  # fmt: skip
    assert one.document("log").text.count("- same words") == 3
    project = one.document("project").text
    assert all(f"of_{who}: 1" in project and f"  {who.upper()}: developer" in project for who in "ab")
    assert not any(state.unsettled for state in one.documents())


def test_a_field_that_both_set_is_told_until_somebody_sets_it(pair: Pair) -> None:
    pair[0].set("context/current-focus", "Before")
    sync(pair)
    for who, memory in zip("ab", pair, strict=True):
        memory.set("context/current-focus", f"focus of {who}")
        memory.set("project/status", f"status of {who}")
    sync(pair)
    found = pair[1].document("context")
    assert sorted(found.values("current-focus")) == ["focus of a", "focus of b"]
    assert {address for state in pair[1].documents() for address in state.unsettled} == {
        "context/recent-work/current-focus", "project/status"
    }  # fmt: skip
    pair[1].set("context/current-focus", "Both")
    pair[1].set("project/status", "released")
    sync(pair)
    assert pair[0].document("context").values("current-focus") == ("Both",)
    assert not any(state.unsettled for state in pair[0].documents())


def test_a_section_renamed_by_one_keeps_what_the_other_added(pair: Pair) -> None:
    pair[0].note("patterns/testing", "first")
    sync(pair)
    base = pair[0].document("patterns").text
    pair[0].replace_document("patterns", base.replace("Testing Patterns", "How we test"), base)
    pair[1].note("patterns/testing", "second")
    sync(pair)
    text = pair[0].document("patterns").text
    assert "## How we test\n- first\n" in text
    assert "- second\n" in text


def test_the_doctor_tells_of_it(pair: Pair) -> None:
    for who, memory in zip("ab", pair, strict=True):
        memory.note("preferences/libraries", who, person="Ada")
        memory.set("preferences/focus", f"focus of {who}", person="Ada")
    sync(pair)
    area = next(area for area in pair[0].examine().areas if area.name == "documents")
    assert [finding.code for finding in area.findings] == ["set-twice"]
    assert "git memory set preferences/communication-style/focus VALUE --person ada" in str(area.findings[0])
