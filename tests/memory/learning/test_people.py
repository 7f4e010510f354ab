"""What people do with a record of the loop's stays: their edits, their closing, their deleting."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from memory.learning.streams import at, at_work, failure, failures, kept

from lsp_server.memory.learning.since_then import with_bullet

if TYPE_CHECKING:
    from memory.learning.conftest import Place


@pytest.fixture
def with_bug(place: Place) -> Place:
    kept(
        place.events,
        at_work(at(0), 9, an_hour=2),
        failures(at(2, 8), 6),
        failures(at(3, 8), 12),
        failures(at(6), 12),
    )
    place.loop.run(at(2, 10))
    return place


def test_a_persons_words_stay_where_the_record_is_updated_and_closed(with_bug: Place) -> None:
    text = with_bug.text("BUG-1")
    edited = text.replace("# TimeoutError in charge", "# The bank sleeps").replace(
        "## Evidence", "## Root Cause\n\nTheir night batch.\n\n## Evidence"
    )
    edited = edited.replace("severity: medium", "severity: critical  # says Ada")
    with_bug.memory.amend("BUG-1", edited)
    assert [one.label for one in with_bug.loop.run(at(3, 20)).updated] == ["BUG-1"]
    assert [one.label for one in with_bug.loop.run(at(5, 12)).closed] == ["BUG-1"]
    text = with_bug.text("BUG-1")
    assert "# The bank sleeps" in text
    assert "Their night batch." in text
    assert "severity: critical  # says Ada" in text
    assert with_bug.memory.get("BUG-1").status == "closed"  # nobody knows a remedy


def test_what_a_person_will_not_fix_deleted_or_took_over_is_left_alone(place: Place) -> None:
    for function in ("charge", "ship", "refund"):
        kept(place.events, [failure(at(2, 8, 10 * n), function=function) for n in range(6)])
        kept(place.events, [failure(at(3, 8, 10 * n), function=function) for n in range(12)])
    first, second, third = place.loop.run(at(2, 10)).written
    place.memory.mark(first.id, "wont-fix")
    place.memory.delete(second.id)
    text = place.text(third.label)
    place.memory.amend(third.id, text.replace("tags: [found, errors]", "tags: [bank]"))
    before = place.commits()
    for day in (3, 6):
        learned = place.loop.run(at(day, 20), dry_run=True)
        assert not learned.has_changes
    assert place.commits() == before


def test_what_a_person_fixed_is_opened_again_only_where_it_comes_a_day_later(place: Place) -> None:
    # Here the moments are real ones: the branch knows when a person closed it.
    now = datetime.now(timezone.utc)
    kept(place.events, failures(now - timedelta(hours=3), 6))
    place.loop.run(now)
    place.memory.close_bug("BUG-1", fields={"fix": "Waits longer."})
    kept(place.events, failures(now + timedelta(hours=2), 6))  # from where the remedy is not yet
    assert not place.loop.run(now + timedelta(hours=4), dry_run=True).reopened
    kept(place.events, failures(now + timedelta(hours=30), 6))
    back = place.loop.run(now + timedelta(hours=32)).reopened
    assert [(one.label, one.status) for one in back] == [("BUG-1", "open")]
    assert place.memory.get("BUG-1").fields["fix"] == "Waits longer."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# T\n\nText.\n", "# T\n\nText.\n\n## Since Then\n\n* new\n"),
        ("# T\n\n## Since Then\n\n* old\n", "# T\n\n## Since Then\n\n* old\n* new\n"),
        (
            "# T\n\n## Since Then\n\n* old\n\n## Mine\n\nX\n",
            "# T\n\n## Since Then\n\n* old\n* new\n\n## Mine\n\nX\n",
        ),
        ("# T\r\n\r\n## Since Then\r\n\r\n* old\r\n", "# T\r\n\r\n## Since Then\r\n\r\n* old\r\n* new\r\n"),
    ],
)
def test_a_line_is_added_and_every_other_byte_stays(before: str, after: str) -> None:
    head = "---\nid: x\n---\n\n"
    assert with_bullet(head + before, "new") == head + after


def test_a_block_that_a_person_wrote_anew_is_left_and_told(with_bug: Place) -> None:
    text = with_bug.text("BUG-1")
    with_bug.memory.amend("BUG-1", text.replace("  count: 6\n", "  count: 6\n  mine: [a, b]\n"))
    learned = with_bug.loop.run(at(3, 20))
    assert learned.updated == []
    assert [remark.split(":")[0] for remark in learned.remarks] == ["BUG-1"]


def test_who_is_at_work_on_a_bug_says_when_it_is_done(with_bug: Place) -> None:
    with_bug.memory.mark("BUG-1", "in-progress")
    (ended,) = with_bug.loop.run(at(5, 12)).closed
    assert ended.status == "in-progress"
    assert "ended: " in with_bug.text("BUG-1")
    (back,) = with_bug.loop.run(at(6, 4)).reopened
    assert back.status == "in-progress"
