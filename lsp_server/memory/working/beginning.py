"""Use case: begin a working session in this worktree. Nothing is written to the branch."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from lsp_server.memory.working import running as running_session
from lsp_server.memory.working.briefing_results import RunningSession

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

_LONGEST = 4000  # characters of a goal


def begin(
    core: Core, goal: str | None, agent: str | None, *, new: bool
) -> tuple[RunningSession, bool, RunningSession | None]:
    """The session under way, whether it was under way before, and the one that was given up for it."""
    tip = core.tip()
    core.followed()
    before = running_session.running(core)
    if before is not None and not new:
        changed = before._replace(goal=_words(goal) or before.goal, agent=_words(agent) or before.agent)
        if changed != before:
            running_session.note(core, changed, instead=True)
        return changed, True, None
    session = RunningSession(
        id=str(uuid.uuid4()),
        started=core.now(),
        goal=_words(goal),
        agent=_words(agent),
        memory=tip,
        code=core.repository.head_commit(),
    )
    # A note that cannot be read, or of a session that has ended, is nobody's any more.
    stale = before is not None or running_session.place(core).exists()
    noted = running_session.note(core, session, instead=stale)
    return noted, noted.id != session.id, before


def _words(text: str | None) -> str:
    return running_session.words(text or "")[:_LONGEST]
