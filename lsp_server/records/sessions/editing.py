"""A session's file with what was changed in the session since it was read: every other byte as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lsp_server.records.front_entries import UnreadableError, read_entries
from lsp_server.records.front_matter import split
from lsp_server.records.sessions.arranging import arranged
from lsp_server.records.sessions.body import Part, cut, has_other_keys
from lsp_server.records.sessions.model import KEYS, MESSAGES, Message, Origin, Session
from lsp_server.records.sessions.writing import entry, head_values, items, session_text


def revised(session: Session) -> str:
    """The text of the file that the session was read from, with what the session says now; a new file for a
    session that was read from none. Raises ``UsageError`` for a value that cannot be kept."""
    origin = session.origin
    if origin is None:
        return session_text(session)
    try:
        text = origin.data.decode("utf-8")
    except UnicodeDecodeError:
        return session_text(session)
    if _same_head(origin.head, head_values(session)) and all(
        _same(getattr(origin, key), getattr(session, key)) for key in MESSAGES
    ):
        return text
    text = arranged(text)
    parts = split(text)
    if parts.front is None or has_other_keys(parts.body_text):
        return session_text(session)
    try:
        front = _head(parts.front, origin, session)
    except UnreadableError:
        return session_text(session)
    body = _body(parts.body_text, origin, session)
    if body is None:
        fresh = session_text(session)
        body = fresh[split(fresh).body :]
    if "\r\n" in text:
        front, body = (_windows(part) for part in (front, body))
    return text[: parts.start] + front + body


def _windows(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _head(front: str, origin: Origin, session: Session) -> str:
    values = head_values(session)
    changed = {key: value for key, value in values.items() if _differs(origin.head.get(key), value)}
    gone = [key for key in origin.head if key not in values]
    if not changed and not gone:
        return front
    found = read_entries(front)
    lines: list[tuple[str, str]] = []  # each key with its lines, and the blank ones below them by themselves
    for one in found.entries:
        end = _end(one.text)
        written = one.text[:end]
        if one.key in changed:
            written = entry(one.key, changed[one.key])
        lines += [("", one.lead), (one.key, "" if one.key in gone else _ended(written)), ("", one.text[end:])]
    known = {one.key for one in found.entries}
    for key in (key for key in changed if key not in known):
        lines.insert(_place(key, [name for name, _ in lines]), (key, entry(key, changed[key])))
    return "".join(written for _, written in lines) + found.tail


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _same_head(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return old.keys() == new.keys() and all(_equal(old[key], new[key]) for key in old)


def _differs(old: Any, new: Any) -> bool:
    return not _equal(old, new)


def _place(key: str, names: Sequence[str]) -> int:
    """Where a new key goes: below the last of those that stand above it in a file of ours."""
    order = KEYS.index(key) if key in KEYS else len(KEYS)
    above = [at for at, name in enumerate(names) if name and (name not in KEYS or KEYS.index(name) < order)]
    if order < len(KEYS):
        above = [at for at in above if names[at] in KEYS]
    return above[-1] + 1 if above else 0


def _end(text: str) -> int:
    """Where the next line goes, above blank ones."""
    at = text.find("\n", len(text.rstrip("\r\n")))
    return at + 1 if at >= 0 else len(text)


def _body(body: str, origin: Origin, session: Session) -> str | None:
    """The messages; None where they cannot be cut into single ones."""
    old = {key: getattr(origin, key) for key in MESSAGES}
    new = {key: getattr(session, key) for key in MESSAGES}
    if all(_same(old[key], new[key]) for key in MESSAGES):
        return body
    known = cut(body)
    if known is None or (body and not body.endswith("\n")):
        return None
    pieces: dict[str, str] = {}
    for key in MESSAGES:
        part = known.parts.get(key)
        if _same(old[key], new[key]):
            if part is not None:
                pieces[key] = part.opening + "".join(part.items)
        elif part is None or len(part.items) != len(old[key]) or not part.items:
            if part is not None and "#" in part.opening:
                return None
            pieces[key] = f"{key}:\n" + "".join(items(new[key], "  ", key))
        else:
            pieces[key] = _changed(part, old[key], new[key], key)
    order = [key for key in known.parts if key in pieces]
    order = [*(key for key in pieces if key not in order and key != "messages"), *order]
    order += [key for key in pieces if key not in order]
    written = [pieces[key] for key in order]
    lead = known.lead or ("" if known.parts else "\n")
    return lead + "".join(written[:1] + [_below(one, written[0]) for one in written[1:]])


def _below(text: str, above: str) -> str:
    return text if above.endswith("\n\n") else f"\n{text}"


def _changed(part: Part, old: Sequence[Message], new: Sequence[Message], key: str) -> str:
    """A list with the lines of the messages that are as they were."""
    if not new:
        return f"{key}: []\n"
    start = _alike(old, new)
    end = min(_alike(old[start:][::-1], new[start:][::-1]), len(new) - start)
    above = "".join(part.items[:start])
    below = "".join(part.items[len(part.items) - end :]) if end else ""
    gap = ""
    if not below and above:  # blank lines stay at the end
        at = _end(above)
        above, gap = above[:at], above[at:]
    middle = items(new[start : len(new) - end], part.margin, key)
    return part.opening + above + "".join(middle) + gap + below


def _alike(one: Sequence[Message], other: Sequence[Message]) -> int:
    """How many of two lists are the same from the beginning."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left is not right and not _equal(left, right):
            break
        count += 1
    return count


def _same(one: Sequence[Message], other: Sequence[Message]) -> bool:
    return one is other or (len(one) == len(other) and _alike(one, other) == len(one))


def _equal(one: Any, other: Any) -> bool:
    """Python takes 1, 1.0 and true for equal; a file does not, nor the order of a mapping's keys."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    return type(one) is type(other) and bool(one == other)
