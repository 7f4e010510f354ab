"""The other way round: what commits were before they were rewritten, where a branch still has that.

A record that was settled to a forge's squash names the squash; on the branch that was squashed its lines were
born in that branch's own commits. They are told by the journal of this machine, and by what the records say
that they were written at before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsp_server.code import rewrite_journal
from lsp_server.code.commits import last_of
from lsp_server.memory.link_look import not_reached

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

_OBJECT_ID = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_MOST = 500  # commits that one was made of


def formers_in(core: Core, head: str, commits: Iterable[str]) -> dict[str, str]:
    """Those of some commits (none in the history of ``head``) that were made of commits which that history
    has, each with the last of these; without those of which nobody can tell the last. One quick process
    where any was rewritten, none else."""
    noted: dict[str, set[str]] = {}
    for one in rewrite_journal.read(core.private):
        noted.setdefault(one.new, set()).add(one.old)
    before = {commit: found for commit in commits if (found := _before(core, commit, noted))}
    asked = {one for found in before.values() for one in found}
    if not asked:
        return {}
    there = asked - not_reached(core.repository.git, asked, (head,))
    last = {
        commit: last_of(core.repository.git, there & found)
        for commit, found in before.items()
        if there & found
    }
    return {commit: one for commit, one in last.items() if one is not None}


def _before(core: Core, commit: str, noted: dict[str, set[str]]) -> set[str]:
    """All that a commit was made of, through any number of rewrites."""
    found: set[str] = set()
    waiting = [commit]
    while waiting and len(found) < _MOST:
        one = waiting.pop()
        olds = set(noted.get(one, ()))
        for record in core.index.at_commit(one):
            if record.code is not None and record.code.commit == one:
                olds.update(old for old, _ in record.code.formerly if _OBJECT_ID.match(old))
        new = olds - found - {commit}
        found |= new
        waiting += new
    return found
