"""Finds errors that come again and again, and tells when they have stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.learning.model import ERRORS, Finding, Standing
from lsp_server.memory.learning.patterns import Grouping, Pattern, patterns, raised
from lsp_server.memory.learning.seen import DAYS, Seen
from lsp_server.memory.learning.telling import day_text, minute_text, quoted, span_between
from lsp_server.records.amounts import plural
from lsp_server.records.shortening import shortened

ENOUGH = 5
"""So often within ``hours`` an error must come to be a pattern ..."""
MINUTES = 3
"""... and in so many minutes, not all in one or two: one bad minute is no pattern."""
BACK = 3, 2
"""As often, one that had ended must come again to be back."""
QUIET = timedelta(hours=24)
"""For so long it must not come to have ended; twice as long each time it came back."""
LONGEST_QUIET = timedelta(days=14)
"""Then it has ended, whatever else happened."""

_MINUTE = timedelta(minutes=1)
_UNLIKELY = 10.0  # expected errors of which none came: e^-10, as each gap between two errors is a chance
_MANY = 50
_TITLE = 110
_EXAMPLE = 4000
_NAMED = 5


def find(seen: Seen, standing: Sequence[Standing], grouping: Grouping | None = None) -> list[Finding]:
    """The error patterns there are now, and of those in ``standing`` the ones that have ended."""
    found: list[Finding] = []
    by_key = {one.key: one for one in standing if not one.duplicate}
    known: set[str] = set()
    for pattern in patterns(seen.errors, seen.solutions, grouping):
        matching = [by_key[key] for key in sorted(pattern.keys & by_key.keys())]
        if not matching:
            recent = [event for event in pattern.events if event.created >= seen.recently]
            if _is_enough(recent, ENOUGH, MINUTES):
                found.append(_finding(pattern, seen, None))
            continue
        oldest = min(matching, key=lambda one: (one.record.created, one.record.id))
        known.update(one.key for one in matching)
        if (told := _of_standing(pattern, seen, oldest)) is not None:
            found.append(told)
    unseen = [one for one in by_key.values() if one.key not in known and one.ended is None]
    found += [_ended(one, why) for one in unseen if (why := _why_over(one.last, 0, seen, one))]
    return found


def _of_standing(pattern: Pattern, seen: Seen, standing: Standing) -> Finding | None:
    after = [event for event in pattern.events if event.created > standing.last]
    if standing.ended is not None:
        since = [event for event in pattern.events if event.created > standing.ended]
        recent = [event for event in since if event.created >= seen.recently]
        return _finding(pattern, seen, standing) if _is_enough(recent, *BACK) else None
    last = after[-1].created if after else standing.last
    if why := _why_over(last, len(pattern.events), seen, standing):
        return _finding(pattern, seen, standing, why=why)
    return _finding(pattern, seen, standing)


def _is_enough(events: Sequence[TypedMemory], times: int, minutes: int) -> bool:
    if len(events) < times:
        return False
    seen, begun = 1, events[0].created
    for event in events[1:]:
        # From the first of a minute on: an error that comes each second all day long has no gap to tell it.
        if event.created - begun >= _MINUTE:
            seen, begun = seen + 1, event.created
    return seen >= minutes


def _why_over(last: datetime, times: int, seen: Seen, standing: Standing) -> str:
    """Why it has ended, in a clause; "" where it has not, or nobody can tell.

    No error in a day says nothing while the program stands still: it is asked how many of the events were
    this error while it lasted, and how many others came since.
    """
    gap = seen.now - last
    if gap < min(QUIET * 2**standing.again, LONGEST_QUIET):
        return ""
    if gap < LONGEST_QUIET:
        week = timedelta(days=DAYS)
        if standing.first >= last - week:
            begin, came = standing.first, max(standing.count, times)
        else:
            begin, came = seen.now - week, times
        while_it_lasted = seen.activity(begin, last)
        since = seen.activity(last + timedelta(microseconds=1), seen.now)
        if not while_it_lasted or since * min(1.0, came / while_it_lasted) < _UNLIKELY:
            return ""
    return f"not once in {span_between(last, seen.now)}"


def _ended(standing: Standing, why: str) -> Finding:
    """An error that nothing is left of in the events, but the record."""
    return Finding(
        ERRORS,
        standing.key,
        standing.record.title,
        "",
        standing.first,
        standing.last,
        standing.count,
        still=False,
        why=why,
    )


def _finding(pattern: Pattern, seen: Seen, standing: Standing | None, *, why: str = "") -> Finding:
    events, newest = pattern.events, pattern.newest
    since = events if standing is None else [event for event in events if event.created > standing.last]
    count = len(events) if standing is None else standing.count + len(since)
    recent = [event for event in events if event.created >= seen.recently]
    unhandled = sum(not raised(event).handled for event in events)
    solution = pattern.solution
    return Finding(
        ERRORS,
        pattern.key if standing is None else standing.key,
        _title(pattern),
        _summary(pattern),
        events[0].created if standing is None else standing.first,
        events[-1].created if standing is None or since else standing.last,
        count,
        evidence=_evidence(pattern, seen, recent, unhandled),
        example=shortened(events[-1].content, _EXAMPLE),
        severity=_severity(len(recent), unhandled),
        anchor=newest.place,
        solution=_told(solution) if solution else "",
        still=not why,
        why=f"{why}, and what solves it is known" if why and solution else why,
        alike=pattern.keys,
        events=tuple(event.id for event in events[-_NAMED:]),
    )


def _title(pattern: Pattern) -> str:
    newest = pattern.newest
    kind = newest.type.rpartition(".")[2]
    place = f" in {newest.function}" if newest.function and newest.function != "<module>" else ""
    head = f"{kind}{place}" if kind else ""
    title = ": ".join(part for part in (head, pattern.template) if part)
    return shortened(title or pattern.events[-1].title, _TITLE)


def _summary(pattern: Pattern) -> str:
    newest, events = pattern.newest, pattern.events
    what = ": ".join(part for part in (newest.type, newest.message) if part) or events[-1].title
    where = f" in {quoted(newest.where)}" if newest.where else ""
    return f"{quoted(what.split(chr(10), 1)[0])}{where}, first on {minute_text(events[0].created)} (UTC)."


def _evidence(pattern: Pattern, seen: Seen, recent: Sequence[TypedMemory], unhandled: int) -> tuple[str, ...]:
    events = pattern.events
    before = len(events) - len(recent)
    facts = [
        f"on {minute_text(seen.now)} (UTC): {plural(len(recent), 'time')} in the last {seen.hours:g} hours"
        + (f", {before:,} in the days before" if before else "")
    ]
    by_day = Counter(day_text(event.created) for event in events)
    if len(by_day) > 1:
        facts.append("by day: " + ", ".join(f"{count:,} on {day}" for day, count in sorted(by_day.items())))
    owners = Counter(event.owner for event in events if event.owner)
    if owners:
        named = [f"{quoted(owner)} ({count:,})" for owner, count in owners.most_common(_NAMED)]
        facts.append("owners: " + ", ".join(named) + (", …" if len(owners) > _NAMED else ""))
    if unhandled:
        facts.append(f"not handled by the program {plural(unhandled, 'time')}")
    if len(pattern.messages) > 1:
        some = sorted(pattern.messages)[:3]
        facts.append("messages: " + ", ".join(quoted(shortened(one, 120)) for one in some))
    facts.append("events: " + ", ".join(f"`{event.id[:8]}`" for event in events[-_NAMED:]))
    return tuple(facts)


def _severity(recently: int, unhandled: int) -> str:
    if unhandled:
        return "high" if recently >= _MANY else "medium"
    return "medium" if recently >= _MANY else "low"


def _told(solution: TypedMemory) -> str:
    head = f"{solution.title} (recorded on {day_text(solution.created)})"
    return f"{head}\n\n{solution.content.strip()}" if solution.content.strip() else head
