"""A session in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lsp_server.records.moments import moment
from lsp_server.records.sessions.model import Session


@dataclass(frozen=True)
class SessionStats:
    """``roles`` counts the messages by who said them, ``tools`` the calls by the tool's name; ``characters``
    are those of all texts in the messages. ``span`` is from the beginning to the end, or to the last save."""

    messages: int
    system_messages: int
    roles: Mapping[str, int]
    tools: Mapping[str, int]
    characters: int
    span: timedelta


def stats(session: Session) -> SessionStats:
    """The figures of one session."""
    tools: Counter[str] = Counter()
    for message in session.messages:
        calls = message.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            function = call.get("function") if isinstance(call, Mapping) else None
            name = function.get("name") if isinstance(function, Mapping) else None
            tools[str(name or "(unnamed)")] += 1
    everything = (*session.system_messages, *session.messages)
    end = moment(session.ended_at) or session.updated
    return SessionStats(
        messages=len(session.messages),
        system_messages=len(session.system_messages),
        roles=Counter(str(message.get("role") or "(none)") for message in session.messages),
        tools=tools,
        characters=sum(len(text) for message in everything for text in _texts(message)),
        span=max(end - session.created, timedelta()),
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key != "role":
                yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
