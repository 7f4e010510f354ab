"""Where a commit is today that was rewritten: amended, rebased, cherry-picked or squashed.

Each answer has its evidence, from the surest on: git told a hook, or remembers the amendment itself; the new
commit makes the same change, and perhaps says that it was picked; it is the sum of a branch's changes; it has
the same files; git's own range-diff pairs the two. What a message claims counts only where the change bears
it out. Where evidence names two commits there is no answer, and without any neither: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from lsp_server.code.git import OFFLINE, GitRunner, objects
from lsp_server.code.rewrite_journal import Noted, by_old
from lsp_server.records.evidence import STRENGTH, Evidence, evidence_of


class Rewritten(NamedTuple):
    """What became of a commit."""

    commit: str
    today: str
    evidence: Evidence


def find_rewritten(
    runner: GitRunner,
    commits: Iterable[str],
    tips: Sequence[str],
    *,
    noted: Iterable[Noted] = (),
    former: Sequence[str] = (),
    beyond: Sequence[str] = (),
) -> Mapping[str, Rewritten]:
    """What became of those ``commits`` (full ids) that none of the ``tips`` has, as far as evidence tells.

    ``tips`` are the commits of all refs that count, HEAD's first. ``noted`` is the journal. ``former`` are
    commits that branches stood on once. ``beyond``: what these have was searched before. A commit that a tip
    has is not in the answer. Raises ``StoreError`` where git fails.
    """
    asked = list(dict.fromkeys(commits))
    if not asked or not tips:
        return {}
    from lsp_server.code.reflog import moves
    from lsp_server.code.rewrite_search import Search

    remembered = moves(runner)
    steps = (Noted(one.old, one.new, Evidence.AMENDED.value) for one in remembered.steps)
    told = by_old([*noted, *steps])
    places = list(dict.fromkeys([*former, *remembered.places]))
    standing: set[str] = set()
    looked: set[str] = set()
    found: dict[str, Rewritten] = {}
    waiting = asked
    while waiting:  # what a commit was rewritten to may have been rewritten again
        chain = [commit for commit in _reached_by(waiting, told) if commit not in looked]
        looked.update(chain)
        here = present(runner, chain)
        gone = unreachable(runner, here, tips)
        standing |= here - gone
        waiting = []
        if gone:
            lost = [commit for commit in chain if commit in gone]
            search = Search(runner, lost, tips, places=places, steps=remembered.steps, beyond=beyond)
            found.update(search.run())
            standing |= search.standing
            waiting = [one.today for one in found.values() if one.today not in standing | looked]
    resolved = (_resolved(commit, told, found, standing) for commit in asked if commit not in standing)
    return {one.commit: one for one in resolved if one is not None}


def present(runner: GitRunner, commits: Iterable[str]) -> set[str]:
    """Those of ``commits`` (full ids) whose objects are in this clone. One process."""
    found = objects(runner, list(dict.fromkeys(commits)))
    return {one.id for one in found if one is not None and one.kind == "commit"}


def unreachable(
    runner: GitRunner, commits: Iterable[str], tips: Sequence[str], *, strict: bool = False
) -> set[str]:
    """Those of ``commits`` that none of the tips has; what is not here is left out, or with ``strict`` raises
    ``StoreError``. One process."""
    asked = sorted(set(commits))
    if not asked:
        return set()
    names = [*asked, *(f"^{tip}" for tip in tips)]
    output = runner.run(
        [*OFFLINE, "rev-list", *([] if strict else ["--ignore-missing"]), "--stdin"],
        stdin="".join(f"{one}\n" for one in names).encode("ascii"),
    )
    return set(asked) & set(output.decode("ascii").split())


def _reached_by(asked: Sequence[str], told: Mapping[str, Sequence[Noted]]) -> list[str]:
    """The commits, and all that they were rewritten to, step by step."""
    chain = dict.fromkeys(asked)
    waiting = list(asked)
    while waiting:
        for one in told.get(waiting.pop(), ()):
            if one.new not in chain:
                chain[one.new] = None
                waiting.append(one.new)
    return list(chain)


def _resolved(
    commit: str,
    told: Mapping[str, Sequence[Noted]],
    found: Mapping[str, Rewritten],
    standing: Collection[str],
) -> Rewritten | None:
    """Where the steps from one commit end: at one commit that stands, by evidence as weak as the weakest."""
    ends: dict[str, dict[str, Evidence]] = {}
    begun: set[str] = set()
    waiting = [commit]
    while waiting:  # not by calling itself: a commit can have been amended a thousand times
        at = waiting[-1]
        # What git itself told comes first; evidence of another kind only where that leads nowhere.
        by_git = [(one.new, _evidence(one)) for one in told.get(at, ())]
        by_search = [(found[at].today, found[at].evidence)] if at in found else []
        if at in standing:
            ends[at] = {at: Evidence.HOOK}
        elif at not in begun:
            begun.add(at)
            waiting += [new for new, _ in (*by_git, *by_search) if new not in begun]
            continue
        elif at not in ends:
            ends[at] = _reached(by_git, ends) or _reached(by_search, ends)
        waiting.pop()
    if len(ends[commit]) != 1:
        return None
    ((today, evidence),) = ends[commit].items()
    return Rewritten(commit, today, evidence)


def _reached(
    steps: Iterable[tuple[str, Evidence]], ends: Mapping[str, Mapping[str, Evidence]]
) -> dict[str, Evidence]:
    """Where several steps end, each end by the surest of the ways to it."""
    reached: dict[str, Evidence] = {}
    for new, evidence in steps:
        for end, weakest in ends.get(new, {}).items():
            weaker = max(weakest, evidence, key=STRENGTH.__getitem__)
            reached[end] = min(reached.get(end, weaker), weaker, key=STRENGTH.__getitem__)
    return reached


def _evidence(one: Noted) -> Evidence:
    return evidence_of(one.evidence) or Evidence.HOOK  # a word of a later version
