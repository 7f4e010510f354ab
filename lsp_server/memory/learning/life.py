"""What is to be done about each finding: written once, updated seldom, closed, opened again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from lsp_server.memory.learning.model import SLOWEST, Finding, Standing
from lsp_server.records.life_cycle import SETTLED_BUG
from lsp_server.records.model import Kind

WRITE, UPDATE, CLOSE, REOPEN, DUPLICATE = "write", "update", "close", "reopen", "duplicate"

MUCH = 2
"""A record that nothing but its figures moved in is written when its count is so many times what it was, or
by the first run of a day, with all others: one commit a day."""
LITTLE = timedelta(hours=6)
"""What moved less than that since it was written is left for another day."""
SLOWLY = timedelta(days=7)
"""What takes most time may do so for months: once a week is enough."""
MOST_NEW, MOST = 20, 100
"""So many records of one finder are written in a run, and so many of them stand at a time: a flood of errors
must not become a flood of bugs. The most frequent come first."""
SETTLED = timedelta(days=1)
"""So long after a person settled a bug it still comes from programs that do not have the remedy yet."""


class Step(NamedTuple):
    """One thing to do. ``other`` is the record that a duplicate is one of."""

    what: str
    finding: Finding | None
    standing: Standing | None = None
    other: Standing | None = None


def plan(
    findings: Sequence[Finding],
    standing: Sequence[Standing],
    *,
    daily: bool,
    spent: Callable[[], Collection[str]],
    settled_at: Callable[[Standing], datetime | None],
) -> list[Step]:
    """What is to be done. ``daily``: it is the first run of a day. ``spent`` tells the keys of records that
    people deleted or took over; it is asked only where something would be written new. ``settled_at`` tells
    when a person settled a bug."""
    steps: list[Step] = []
    by_key: dict[tuple[str, str], list[Standing]] = {}
    for one in standing:
        if not one.duplicate:
            by_key.setdefault((one.finder, one.key), []).append(one)
    for finding in findings:
        known = [one for key in sorted(finding.keys) for one in by_key.get((finding.finder, key), ())]
        if known:
            first = min(known, key=_age)
            if (step := _about(finding, first, settled_at, daily=daily)) is not None:
                steps.append(step)
        elif finding.still and not finding.keys & set(spent()):
            steps.append(Step(WRITE, finding))
    steps = _within_bounds(steps, standing)
    return steps + _duplicates(findings, by_key)


def _within_bounds(steps: Sequence[Step], standing: Sequence[Standing]) -> list[Step]:
    room: dict[str, int] = {}
    kept = []
    for step in steps:
        if step.what == WRITE and step.finding is not None:
            finder = step.finding.finder
            if finder not in room:
                alive = sum(
                    one.finder == finder and one.ended is None and not is_settled(one) for one in standing
                )
                room[finder] = min(MOST_NEW, MOST - alive)
            room[finder] -= 1
            if room[finder] < 0:
                continue
        kept.append(step)
    return kept


def _age(one: Standing) -> tuple[datetime, str]:
    return one.record.created, one.record.id


def _duplicates(findings: Sequence[Finding], by_key: dict[tuple[str, str], list[Standing]]) -> list[Step]:
    """Of records that tell the same, as two clones wrote them: the later ones."""
    groups = [{one.record.id: one for one in ones} for ones in by_key.values()]
    for finding in findings:
        met = [group for group in groups if any(_is_of(one, finding) for one in group.values())]
        if len(met) > 1:
            groups = [group for group in groups if group not in met]
            groups.append({name: one for group in met for name, one in group.items()})
    steps = []
    for group in groups:
        first, *later = sorted(group.values(), key=_age)
        steps += [Step(DUPLICATE, None, one, first) for one in later if not is_left_alone(one)]
    return steps


def _is_of(one: Standing, finding: Finding) -> bool:
    return one.finder == finding.finder and one.key in finding.keys


def _about(
    finding: Finding,
    standing: Standing,
    settled_at: Callable[[Standing], datetime | None],
    *,
    daily: bool,
) -> Step | None:
    if is_left_alone(standing):
        return None
    if standing.ended is not None:
        is_back = finding.still and finding.last > standing.ended
        return Step(REOPEN, finding, standing) if is_back else None
    if is_settled(standing):
        # A person says that it is mended. It is back when it comes after a day without it, or a day later.
        when = settled_at(standing)
        is_back = finding.still and when is not None and finding.last > when + SETTLED
        return Step(REOPEN, finding, standing) if is_back else None
    if not finding.still:
        return Step(CLOSE, finding, standing)
    return Step(UPDATE, finding, standing) if _is_due(finding, standing, daily=daily) else None


def is_left_alone(standing: Standing) -> bool:
    """Whether a person said that nothing is to be done about it."""
    return standing.record.status == "wont-fix"


def is_settled(standing: Standing) -> bool:
    """Whether a bug is over, whoever says so."""
    return standing.record.kind is Kind.BUG and standing.record.status in SETTLED_BUG


def _is_due(finding: Finding, standing: Standing, *, daily: bool) -> bool:
    if finding.solution and not standing.record.fields.get("fix") and standing.record.kind is Kind.BUG:
        return True
    if finding.count >= MUCH * standing.count:
        return True
    return daily and finding.last - standing.last >= (SLOWLY if finding.finder == SLOWEST else LITTLE)
