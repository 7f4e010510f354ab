"""Secrets in what was said: a machine wrote it down, so they are replaced and nothing is held up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from lsp_server.memory import secrets
from lsp_server.records.sessions.model import MESSAGES, Message, Session


def redacted_messages(session: Session, listed: Callable[[], Collection[str]]) -> dict[str, Any]:
    """The lists of a session's messages that had a secret in what is new since it was read, without it.
    ``listed`` gives the fingerprints that may stand; it is asked only when something was found."""
    changed = {}
    for key in MESSAGES:
        messages = getattr(session, key)
        known = getattr(session.origin, key) if session.origin else ()
        new = _new(messages, known)
        if new and secrets.suspicious("\n".join(_said(messages[at] for at in new))):
            changed[key] = _redacted(messages, set(new), listed)
    return changed


def _new(messages: Sequence[Message], known: Sequence[Message]) -> list[int]:
    """Which messages were not there when the session was read."""
    before = {id(message) for message in known}
    return [at for at, message in enumerate(messages) if id(message) not in before]


def _said(values: Any) -> Iterator[str]:
    """Every text, and those of mappings with their keys: a key tells what a value is."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            for key, item in value.items():
                if isinstance(item, str):
                    yield f"{key}: {item}"
                else:
                    yield str(key)
                    yield from _said((item,))
        elif isinstance(value, (list, tuple)):
            yield from _said(value)


def _redacted(
    messages: Sequence[Message], new: Collection[int], listed: Callable[[], Collection[str]]
) -> tuple[Message, ...]:
    result = []
    for at, message in enumerate(messages):
        if at in new and secrets.suspicious("\n".join(_said((message,)))):
            result.append(_without(message, listed))
        else:
            result.append(message)
    return tuple(result)


def _without(value: Any, listed: Callable[[], Collection[str]], key: str = "") -> Any:
    if isinstance(value, str):
        clean = secrets.redact_all(value, listed)[0]
        if clean == value and key:  # `password: …` tells by its key
            told = f"{key}: "
            whole = secrets.redact_all(told + value, listed)[0]
            if whole != told + value:
                clean = whole.removeprefix(told)
        return clean
    if isinstance(value, Mapping):
        return {_without(name, listed): _without(item, listed, str(name)) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without(item, listed, key) for item in value]
    return value
