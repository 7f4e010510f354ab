"""Use case: go on with a session that was saved before, in this worktree."""

from __future__ import annotations

from dataclasses import replace

from lsp_server.errors import RefusedError
from lsp_server.memory.core import Core
from lsp_server.memory.guard import guard_for
from lsp_server.memory.sessions import saving as sessions
from lsp_server.memory.working import running as running_session
from lsp_server.memory.working.briefing_results import RunningSession
from lsp_server.records.sessions.model import Session


def resume(core: Core, ref: str, *, instead: bool) -> Session:
    """Make a session the one under way. One that was ended is ended no more, which is a commit."""
    session = sessions.read(core, ref)
    before = running_session.running(core)
    if before is not None and before.id != session.id and not instead:
        raise RefusedError(
            "another session is under way here: end it with `git memory session end`, or say --instead "
            "to give it up"
        )
    if session.ended_at is not None:
        session = sessions.save(core, replace(session, ended_at=None), guard_for(core, redact=True))
    if before is None or before.id != session.id:
        noted = RunningSession(
            id=session.id,
            started=core.now(),
            goal=" ".join((session.goal or "").split()),
            agent=" ".join((session.agent or "").split()),
            memory=core.tip(),
            code=core.repository.head_commit(),
        )
        running_session.note(core, noted, instead=True)
    return session
