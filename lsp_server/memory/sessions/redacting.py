"""Secrets in what was said: a machine wrote it down, so they are replaced and nothing is held up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from lsp_server.memory.secrets.values import suspicious_among, without
from lsp_server.records.sessions.model import MESSAGES, Message, Session


def redacted_messages(session: Session, listed: Callable[[], Collection[str]]) -> dict[str, Any]:
    """The lists of a session's messages that had a secret in what is new since it was read, without it.
    ``listed`` gives the fingerprints that may stand; it is asked only when something was found."""
    changed = {}
    for key in MESSAGES:
        messages = getattr(session, key)
        known = getattr(session.origin, key) if session.origin else ()
        looked_at = suspicious_among(messages, _new(messages, known))
        clean = {at: without(messages[at], listed) for at in looked_at}
        if any(message != messages[at] for at, message in clean.items()):
            changed[key] = tuple(clean.get(at, message) for at, message in enumerate(messages))
    return changed


def _new(messages: Sequence[Message], known: Sequence[Message]) -> list[int]:
    """Which messages were not there when the session was read."""
    before = {id(message) for message in known}
    return [at for at, message in enumerate(messages) if id(message) not in before]
