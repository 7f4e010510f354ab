"""Secrets in what was said: a machine wrote it down, so they are replaced and nothing is held up."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from lsp_server.errors import RefusedError
from lsp_server.memory import secrets
from lsp_server.memory.secrets.redaction import redact
from lsp_server.records.sessions.model import MESSAGES, Message, Session

_HANDFUL = 10_000  # characters
_NAMING = ("name", "key", "header")  # of a mapping that has a ``value``


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
            if texts and secrets.suspicious_within("\n".join(texts)):
                yield from (
                    one for one in handful if secrets.suspicious_within("\n".join(_said((messages[one],))))
                )
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
            if isinstance(value.get("value"), str):
                yield f"{_told(value)}: {value['value']}"
            for key, item in value.items():
                if isinstance(item, str):
                    yield f"{key}: {item}"
                else:
                    yield str(key)
                    yield from _said((item,))
        elif isinstance(value, (list, tuple)):
            if len(value) > 1 and all(isinstance(item, str) for item in value):
                yield ": ".join(value) if len(value) == 2 else "\n".join(value)
            yield from _said(value)


def _without(value: Any, listed: Callable[[], Collection[str]], key: str = "") -> Any:
    if isinstance(value, str):
        return _text_without(value, listed, key)
    if isinstance(value, Mapping):
        told = _told(value)
        made: dict[Any, Any] = {}
        for name, item in value.items():
            clean = _without(name, listed)
            while clean in made:
                clean += "'"  # two keys with a secret are two keys still
            made[clean] = _without(item, listed, told if name == "value" and told else str(name))
        return made
    if isinstance(value, (list, tuple)):
        if len(value) == 2 and all(isinstance(item, str) for item in value):
            return [_text_without(value[0], listed, key), _text_without(value[1], listed, value[0])]
        return [_without(item, listed, key) for item in _without_lines(value, listed)]
    return value


def _told(value: Mapping[Any, Any]) -> str:
    """What ``{"name": "Authorization", "value": …}`` calls its value."""
    return next((value[one] for one in _NAMING if isinstance(value.get(one), str)), "")


def _text_without(text: str, listed: Callable[[], Collection[str]], key: str) -> str:
    clean = secrets.redact_all(text, listed)[0]
    if clean == text and key:  # `password: …` tells by its key
        one_line = '"' not in text and "\\" not in text and "\n" not in text
        for before, after in ((f'{key} = "', '"'), (f"{key}: ", "")) if one_line else ((f"{key}: ", ""),):
            whole = secrets.redact_all(before + text + after, listed)[0]
            if whole != before + text + after:
                return whole.removeprefix(before).removesuffix(after)
    return clean if clean == text else _valid(text, clean)


def _without_lines(values: Sequence[Any], listed: Callable[[], Collection[str]]) -> Sequence[Any]:
    """A list without a secret that goes over several of its texts: the lines of a key file."""
    if len(values) < 2 or not all(isinstance(item, str) for item in values):
        return values
    whole = "\n".join(values)
    if not secrets.suspicious_within(whole):
        return values
    from lsp_server.memory.secrets.machine import found_in

    try:
        findings = found_in(whole, listed)
    except (RefusedError, RuntimeError, ValueError):
        return values  # each by itself is not read either, and says so
    clean, start = [], 0
    for item in values:
        end = start + len(item)
        inside = [
            one._replace(start=max(one.start, start) - start, end=min(one.end, end) - start)
            for one in findings
            if one.start < end and start < one.end
        ]
        clean.append(redact(item, inside) if inside else item)
        start = end + 1
    return clean


def _valid(text: str, clean: str) -> str:
    """A text that was JSON is JSON still."""
    if not text.lstrip().startswith(("{", "[")):
        return clean
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return clean
    try:
        json.loads(clean)
    except ValueError:
        return json.dumps(_kept(said, clean), ensure_ascii=False)
    return clean


def _kept(said: Any, clean: str) -> Any:
    """What JSON says, with the texts alone that are in a clean text still."""
    if isinstance(said, str):
        written = (json.dumps(said, ensure_ascii=plain)[1:-1] for plain in (True, False))
        return said if any(one in clean for one in written) else "[redacted]"
    if isinstance(said, dict):
        return {_kept(key, clean): _kept(item, clean) for key, item in said.items()}
    return [_kept(item, clean) for item in said] if isinstance(said, list) else said
