"""A save that ended with an error may be on the branch all the same (the disk failed just behind it): who
saves again must not say it twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.sessions.saving import Placed
    from lsp_server.records.sessions.model import Session

HEAD = (
    "ended_at", "name", "goal", "agent", "summary", "tags", "links", "code", "context_loaded", "activities",
    "achievements", "challenges", "next_session", "extra",
)  # fmt: skip
_MOST = 100  # commits of the session's file looked at


class Unsure(NamedTuple):
    """What was to be saved, and how it was last placed on a tip."""

    given: Session
    placed: Placed


def settled(core: Core, tried: Unsure, now: Session) -> Session:
    """The session to go on with: as it was saved, with what came since, where the save is on the branch."""
    path, data = tried.placed.record.path, tried.placed.data
    for commit in core.store.history(path, limit=_MOST):
        if core.store.at(commit.version).read(path) == data:
            return with_added(tried.placed.session(), tried.given, now)
    return now


def with_added(saved: Session, given: Session, now: Session) -> Session:
    """What was saved of ``given``, with what was added or set since then."""
    if now is given:
        return saved
    changed: dict[str, Any] = {
        key: getattr(now, key) for key in HEAD if getattr(now, key) is not getattr(given, key)
    }
    return replace(
        saved,
        system_messages=(*saved.system_messages, *now.system_messages[len(given.system_messages) :]),
        messages=(*saved.messages, *now.messages[len(given.messages) :]),
        **changed,
    )
