"""Finds where most time is spent, and whether what was done about an endpoint has helped.

Both ask of whole days, or of what lies around one moment: who asks often meets chance no more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from lsp_server.memory.learning.model import OPTIMISATIONS, SLOWEST, Finding, Standing, key_of
from lsp_server.memory.learning.seen import Seen
from lsp_server.memory.learning.telling import amount, day_text, duration, quoted
from lsp_server.records.shortening import shortened

SHARE = 0.5
"""Of all time spent in a day, the share of an endpoint that stands out ..."""
SHARE_OVER = 0.35
"""... and below which it does no more."""
FEWEST, LEAST, SLOW = 50, 60_000.0, 50.0
"""Of a day: requests, milliseconds in all, and milliseconds of the median."""
OVER = 0.5
"""It stands out no more below so much of that."""
ENDPOINTS = 3
"""So many there must be for one to stand out among them."""


def find_slowest(seen: Seen, standing: Sequence[Standing]) -> list[Finding]:
    """The endpoint that took more time than all others together on the last whole day, if it did."""
    found: list[Finding] = []
    lasting = {one.key: one for one in standing if one.ended is None}
    for kind in sorted({one.kind for one in seen.yesterday}):
        # Queries are made within requests: their time is counted among their like.
        alike = [one for one in seen.yesterday if one.kind == kind]
        total = sum(one.total for one in alike)
        for one in alike:
            key = key_of(SLOWEST, one.endpoint, kind)
            share = one.total / total if total else 0.0
            known = lasting.get(key)
            day, why = seen.today - timedelta(days=1), ""
            if known is None:
                is_slow = one.n >= FEWEST and one.total >= LEAST and one.p50 >= SLOW
                if not is_slow or share < SHARE or len(alike) < ENDPOINTS:
                    continue
            elif one.n < FEWEST:
                continue  # that little was asked of it says nothing
            elif share < SHARE_OVER or one.total < LEAST * OVER or one.p50 < SLOW * OVER:
                why = f"{duration(one.total)} on {day_text(day)}, {share:.0%} of what all took"
            found.append(
                Finding(
                    SLOWEST,
                    key,
                    shortened(f"{one.endpoint} takes most of the time: a median of {duration(one.p50)}", 110),
                    f"On {day_text(day)} (UTC) {quoted(one.endpoint)} took {duration(one.total)} in all, "
                    f"{share:.0%} of what all endpoints of its kind ({kind}) took. Whatever makes it faster "
                    "counts most.",
                    known.first if known else day,
                    day,
                    known.count if known else 1,
                    evidence=(
                        f"{one.n:,} times; median {duration(one.p50)}, 95 % within {duration(one.p95)}, "
                        f"99 % within {duration(one.p99)}",
                        "next: "
                        + ", ".join(
                            f"{quoted(other.endpoint)} {duration(other.total)}"
                            for other in alike[:4]
                            if other is not one
                        ),
                    ),
                    figures={"share-percent": round(100 * share), "median-ms": float(f"{one.p50:.3g}")},
                    endpoint=one.endpoint,
                    still=not why,
                    why=why,
                )
            )
    return found


def find_helped(seen: Seen, _standing: Sequence[Standing]) -> list[Finding]:
    """The optimisations after which an endpoint was faster, or slower, than before. A fact, which does not
    end."""
    found = []
    for memory, told in seen.remedies:
        endpoint = str(memory.metadata.get("endpoint"))
        if not told.enough or not told.direction:
            continue
        helped = told.direction == "faster"
        title = f"{memory.title}: {endpoint} {duration(told.before)} to {duration(told.after)}"
        found.append(
            Finding(
                OPTIMISATIONS,
                key_of(OPTIMISATIONS, memory.id),
                shortened(title, 110),
                f"After {quoted(memory.title)} (recorded on {day_text(memory.created)}) {quoted(endpoint)} "
                f"takes {duration(told.after)} where it took {duration(told.before)}: it "
                f"{'helped' if helped else 'did not help'}.",
                memory.created,
                memory.created,
                evidence=(
                    f"{told.n_before:,} measured before, {told.n_after:,} after",
                    f"change {told.shift:+.0%}, {told.low:+.0%} to {told.high:+.0%} (95 %)",
                    f"by chance: p = {told.p:.2g}",
                    f"the optimisation: event `{memory.id[:8]}`",
                ),
                figures={
                    "before-ms": float(f"{told.before:.3g}"),
                    "after-ms": float(f"{told.after:.3g}"),
                    "times": amount(told.before / told.after if told.after else 1.0),
                },
                solution=memory.content.strip() if helped else "",
                events=(memory.id,),
            )
        )
    return found
