"""Secrets in what was said: a machine wrote it down, so they are replaced and nothing is held up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from lsp_server.memory import secrets
from lsp_server.records.sessions.model import MESSAGES, Message, Session

_HANDFUL = 10_000  # characters


def redacted_messages(session: Session, listed: Callable[[], Collection[str]]) -> dict[str, Any]:
    """The lists of a session's messages that had a secret in what is new since it was read, without it.
    ``listed`` gives the fingerprints that may stand; it is asked only when something was found."""
    changed = {}
    for key in MESSAGES:
        messages = getattr(session, key)
        known = getattr(session.origin, key) if session.origin else ()
        clean = {at: _without(messages[at], listed) for at in _suspicious(messages, _new(messages, known))}
        if any(message != messages[at] for at, message in clean.items()):
            changed[key] = tuple(clean.get(at, message) for at, message in enumerate(messages))
    return changed


def _suspicious(messages: Sequence[Message], new: Sequence[int]) -> Iterator[int]:
    """Which of the messages the scanner has to look at. They are looked through by the handful: one look at
    much text costs less than many, but all that much text together is soon suspicious."""
    handful: list[int] = []
    texts: list[str] = []
    size = 0
    for at in (*new, None):
        if at is None or size > _HANDFUL:
            if texts and secrets.suspicious("\n".join(texts)):
                yield from (one for one in handful if secrets.suspicious("\n".join(_said((messages[one],)))))
            handful, texts, size = [], [], 0
        if at is not None:
            said = list(_said((messages[at],)))
            handful.append(at)
            texts += said
            size += sum(map(len, said))


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
