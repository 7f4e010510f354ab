"""Finds solutions that work, or do not, and topics whose decisions turn out better or worse than others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from lsp_server.memory.deciding.rates import wilson
from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.learning.chance import larger_share
from lsp_server.memory.learning.model import DECISIONS, SOLUTIONS, Finding, Standing, key_of
from lsp_server.memory.learning.seen import Seen
from lsp_server.memory.learning.telling import quoted
from lsp_server.records.shortening import shortened

FEWEST = 5
"""So often a solution must have been applied."""
LEVEL = 0.99
"""Of the interval that must lie on one side of a half."""
FEWEST_DECISIONS = 10
"""Of a topic, and of all others, with a known outcome."""
CHANCE = 0.001
"""How rarely a topic like all others may be told, of all topics together."""


def find_solutions(seen: Seen, standing: Sequence[Standing]) -> list[Finding]:
    """What the outcomes of applied solutions say of each. One that changes sides ends, and begins anew."""
    by_solution: dict[str, list[TypedMemory]] = defaultdict(list)
    for memory in seen.applied:
        if isinstance(of := memory.metadata.get("solution"), str):
            by_solution[of].append(memory)
    known = {memory.id: memory for memory in seen.solutions}
    lasting = {one.key for one in standing if one.ended is None}
    found = []
    for solution_id, applied in sorted(by_solution.items()):
        solution = known.get(solution_id)
        if solution is None:
            continue
        n = len(applied)
        hits = sum(memory.metadata.get("outcome") == "success" for memory in applied)
        low, high = wilson(hits, n, LEVEL)
        works = low > 0.5
        for good in (True, False):
            key = key_of(SOLUTIONS, solution_id, good)
            tells = n >= FEWEST and (works if good else high < 0.5)
            if tells or (key in lasting and n >= FEWEST):
                over = "" if tells or low < 0.5 < high else f"{hits} of {n} times it worked"
                found.append(_solution(solution, key, applied, hits, good=good, why=over))
    return found


def _solution(
    solution: TypedMemory, key: str, applied: Sequence[TypedMemory], hits: int, *, good: bool, why: str
) -> Finding:
    n = len(applied)
    low, high = wilson(hits, n)
    solves = solution.metadata.get("solves")
    what = ""
    if isinstance(solves, dict):
        what = ": ".join(str(solves[name]) for name in ("type", "message") if solves.get(name))
    verb = "works" if good else "does not help"
    return Finding(
        SOLUTIONS,
        key,
        shortened(f"{solution.title} {verb}", 110),
        f"{quoted(solution.title)} was applied {n} times"
        + (f" to {quoted(what)}" if what else "")
        + f", and {'helped' if good else 'helped only'} {hits} times.",
        applied[0].created,
        applied[-1].created,
        n,
        evidence=(
            f"{hits} of {n} times a success, {low:.0%} to {high:.0%} (95 %)",
            f"the solution: event `{solution.id[:8]}`",
        ),
        figures={"applied": n, "helped": hits},
        still=not why,
        why=why,
        events=tuple(memory.id for memory in applied[-5:]),
    )


def find_decisions(seen: Seen, standing: Sequence[Standing]) -> list[Finding]:
    """The topics (tags) whose decisions of programs turned out better, or worse, than all others."""
    results: dict[str, str] = {}
    for memory in seen.outcomes:
        of, result = memory.metadata.get("decision"), memory.metadata.get("result")
        if isinstance(of, str) and isinstance(result, str):
            results[of] = result  # the last that was recorded counts
    judged = [memory for memory in seen.decisions if memory.id in results]
    topics = sorted({tag for memory in judged for tag in memory.tags})
    lasting = {one.key for one in standing if one.ended is None}
    found = []
    for topic in topics:
        own = [memory for memory in judged if topic in memory.tags]
        rest = [memory for memory in judged if topic not in memory.tags]
        if min(len(own), len(rest)) < FEWEST_DECISIONS:
            continue
        hits, others = (sum(results[one.id] == "success" for one in group) for group in (own, rest))
        better = larger_share(hits, len(own), others, len(rest))
        worse = larger_share(len(own) - hits, len(own), len(rest) - others, len(rest))
        for good, p in ((True, better), (False, worse)):
            key = key_of(DECISIONS, topic, good)
            tells = 2 * p * len(topics) < CHANCE
            if tells or key in lasting:
                why = "" if tells or p < 0.05 else f"{hits} of {len(own)} succeeded, like others"
                found.append(_topic(topic, key, own, (hits, others, len(rest)), good=good, why=why))
    return found


def _topic(
    topic: str, key: str, own: Sequence[TypedMemory], counts: tuple[int, int, int], *, good: bool, why: str
) -> Finding:
    hits, others, rest = counts
    low, high = wilson(hits, len(own))
    verb = "succeed more often" if good else "fail more often"
    return Finding(
        DECISIONS,
        key,
        shortened(f"Decisions about {topic} {verb} than others", 110),
        f"Of {len(own)} decisions with the tag {quoted(topic)} whose outcome is known {hits} succeeded; "
        f"of {rest} others {others}.",
        own[0].created,
        own[-1].created,
        len(own),
        evidence=(
            f"{hits} of {len(own)}: {low:.0%} to {high:.0%} (95 %)",
            f"others: {others} of {rest}",
            "the difference comes by chance less than once in a thousand, all topics taken together",
        ),
        figures={"decisions": len(own), "succeeded": hits},
        still=not why,
        why=why,
    )
