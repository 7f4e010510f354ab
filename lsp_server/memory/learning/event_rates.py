"""Finds types of events that suddenly come much more often, or much less.

Asked once of each day that is over, so that asking every few minutes is no further chance to be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from lsp_server.memory.learning.chance import another_rate
from lsp_server.memory.learning.model import RATES, Finding, Standing, key_of
from lsp_server.memory.learning.seen import Seen
from lsp_server.memory.learning.telling import day_text, quoted

LEVEL = 0.001
"""How rarely a day like all others may be taken for another, of all types together."""
FEWEST_DAYS = 7
"""Days before it, at least: each day of the week once."""
LEAST = 30
"""Events in a day, on one side."""
TIMES = 2.0
"""The change that counts: so many times the most of any day before, or below the least by as much."""
BACK = 1.5
"""What had changed is as usual again within so many times of the usual."""
USUAL = timedelta(days=7)
"""What has lasted so long is the usual."""

_NOT_COUNTED = frozenset(
    # Told by finders of their own, written by ourselves, or sampled when there are many.
    ("error", "ui_error", "metric", "insight", "optimisation", "summary", "solution.applied")
)


def find(seen: Seen, standing: Sequence[Standing]) -> list[Finding]:
    """The types whose count yesterday was not one of theirs, and what is as usual again of ``standing``."""
    days = list(seen.daily)
    while days and not days[0]:
        del days[0]
    if not days or not days[-1]:
        return []  # nothing was at work yesterday: that nothing came says nothing
    *before, yesterday = days
    begin = seen.today - timedelta(days=1)
    found = [told for one in standing if one.ended is None and (told := _of(one, yesterday, begin, seen.now))]
    lasting = {one.key for one in standing if one.ended is None}
    if len(before) < FEWEST_DAYS:
        return found
    kinds = sorted({kind for day in days for kind in day} - _NOT_COUNTED)
    for kind in kinds:
        counts = [day.get(kind, 0) for day in before]
        now = yesterday.get(kind, 0)
        key = key_of(RATES, kind)
        if key in lasting or not _is_large(counts, now):
            continue
        if another_rate(counts, now) < LEVEL / len(kinds):
            found.append(_finding(kind, counts, now, begin))
    return found


def _is_large(counts: Sequence[int], now: int) -> bool:
    if max(now, min(counts)) < LEAST:
        return False
    return now >= TIMES * max(counts) or now * TIMES <= min(counts)


def _of(standing: Standing, yesterday: Mapping[str, int], begin: datetime, now: datetime) -> Finding | None:
    """What became of one that lasts."""
    kind, usual = standing.figures.get("type", ""), standing.figure("usual-a-day")
    if usual is None or not kind or begin < standing.last:
        return None
    count = yesterday.get(kind, 0)
    rose = "more often" in standing.record.title or (standing.figure("now-a-day") or 0) > usual
    why = ""
    if (count < BACK * usual) if rose else (count * BACK > usual):
        why = f"as often as before again: {count:,} times on {day_text(begin)}"
    elif now - standing.first >= USUAL:
        why = "so for a week: that is the usual now"
    return Finding(
        RATES,
        standing.key,
        standing.record.title,
        "",
        standing.first,
        begin,
        standing.count + 1,
        figures={"type": kind, "usual-a-day": round(usual), "now-a-day": count},
        still=not why,
        why=why,
    )


def _finding(kind: str, counts: Sequence[int], now: int, begin: datetime) -> Finding:
    usual = round(median(counts))
    day = day_text(begin)
    how = "more often" if now > usual else "less often"
    return Finding(
        RATES,
        key_of(RATES, kind),
        f"{kind} comes much {how}",
        f"On {day} (UTC) there were {now:,} events of the type {quoted(kind)}; "
        f"on the {len(counts)} days before {min(counts):,} to {max(counts):,}, mostly about {usual:,}.",
        begin,
        begin,
        evidence=(
            "the days before: " + ", ".join(f"{count:,}" for count in counts),
            f"the day itself: {now:,}",
            "such a day comes by chance less than once in a thousand, all types taken together",
        ),
        figures={"type": kind, "usual-a-day": usual, "now-a-day": now},
    )
