"""A session as plain data: the shape that every face answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsp_server.records.sessions.model import Session
    from lsp_server.records.sessions.stats import SessionStats


def session_json(session: Session, *, messages: bool) -> dict[str, Any]:
    """A session as JSON can hold it: the keys of its file, and how many messages it has; with ``messages``
    those as well."""
    code = session.code
    known: dict[str, Any] = {
        "id": session.id,
        "created_at": session.created_at,
        "updated_at": session.updated_at or None,
        "ended_at": session.ended_at,
        "name": session.name,
        "goal": session.goal,
        "agent": session.agent,
        "summary": session.summary,
        "tags": list(session.tags),
        "links": [{"relation": link.relation.value, "id": link.target} for link in session.links],
        "code": code and {"commit": code.commit, "branch": code.branch},
        "context_loaded": list(session.context_loaded),
        "activities": list(session.activities),
        "achievements": list(session.achievements),
        "challenges": list(session.challenges),
        "next_session": session.next_session,
        "extra": dict(session.extra),
        "path": session.origin.path if session.origin else None,
        "message_count": len(session.messages),
    }
    if messages:
        known["system_messages"] = list(session.system_messages)
        known["messages"] = list(session.messages)
    return known


def stats_json(stats: SessionStats) -> dict[str, Any]:
    """Figures as JSON can hold them; the span in seconds."""
    return {
        "messages": stats.messages,
        "system_messages": stats.system_messages,
        "roles": dict(stats.roles),
        "tools": dict(stats.tools),
        "characters": stats.characters,
        "seconds": int(stats.span.total_seconds()),
    }
