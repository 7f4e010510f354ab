"""A session as its file: every value so that any YAML reader takes it for the same, and a person can read it.

Texts of several lines are blocks, others plain or JSON strings. Written by hand and not by PyYAML, whose
dumper takes ten times as long and cannot be told to write blocks without being asked for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import isfinite, isnan
from typing import Any

from lsp_server.errors import UsageError
from lsp_server.records.anchors import CodePosition
from lsp_server.records.front_matter import json_string
from lsp_server.records.front_matter import scalar as plain
from lsp_server.records.model import Link
from lsp_server.records.sessions.loading import DEEPEST
from lsp_server.records.sessions.model import LISTS, MESSAGES, TEXTS, Session

# Words that every YAML reader takes for text: no digit first (it could be a number or a date), no sign.
_PLAIN = re.compile(r"[A-Za-z_/][\w./+-]*(?:[ ][\w(/][\w./+()-]*)*\Z", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_MEANT = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
# What no block can hold as it is, and line ends that are not git's.
_NO_BLOCK = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHORT = 30  # characters; the keys, roles and words that come again and again
_WIDEST = 12_955  # bits of a number; Python reads no more than 4,000 digits
_LONGEST_KEY = 100  # characters; YAML allows 1024 on the line of a key


def session_text(session: Session) -> str:
    """The whole file. Raises ``UsageError`` for a value that is nothing JSON has."""
    lines: list[str] = []
    for key, value in head_values(session).items():
        lines.append(entry(key, value))
    for key in MESSAGES:
        messages: Sequence[Any] = getattr(session, key)
        if messages or key == "messages":
            lines += ("\n", f"{key}:" if messages else f"{key}: []\n")
            _put_items(lines, messages, "", 2, key)
    return "".join(lines)


def head_values(session: Session) -> dict[str, Any]:
    """The keys above the messages with their values, in the order in which they are written."""
    values: dict[str, Any] = {key: getattr(session, key, None) for key in TEXTS} | {"kind": "session"}
    values["tags"] = list(session.tags)
    values["links"] = session.links
    values["code"] = session.code
    values |= {key: list(getattr(session, key)) for key in LISTS}
    values["next_session"] = session.next_session
    kept = {key: value for key, value in values.items() if value not in (None, "", [], ())}
    return kept | {key: value for key, value in session.extra.items() if key not in kept}


def entry(key: str, value: Any) -> str:
    """One key of the head with its value, as whole lines."""
    lines = [f"{scalar(key, key)}:"]
    if key == "links":
        lines.append("\n" + "".join(f"  - {_link(link)}\n" for link in value))
    elif isinstance(value, CodePosition):
        lines.append("\n" + "".join(_code(value)))
    elif key == "tags":
        lines.append(" [" + ", ".join(scalar(tag, key) for tag in value) + "]\n")
    else:
        _put(lines, value, "", 1, key)
    return "".join(lines)


def items(messages: Iterable[Any], margin: str, where: str = "messages") -> list[str]:
    """Each message as an item of a list, as whole lines with ``margin`` before its dash."""
    written = []
    for message in messages:
        lines: list[str] = []
        _put_item(lines, message, margin, 3, where)
        written.append("".join(lines))
    return written


def scalar(value: Any, where: str) -> str:
    """One value on one line."""
    if isinstance(value, str):
        return _of_text(value) if len(value) > _SHORT else _of_word(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if value.bit_length() > _WIDEST:
            raise UsageError(f"{where}: a number of more than 3,900 digits cannot be kept")
        return str(int(value))
    if isinstance(value, float):
        return _float(value)
    raise UsageError(f"{where}: a {type(value).__name__} cannot be kept; give text, numbers, lists, mappings")


def _of_text(text: str) -> str:
    if _PLAIN.match(text):
        return text if text.lower() not in _MEANT else f'"{text}"'
    return text if _UUID.match(text) and not text[:8].isdigit() else _quoted(text)


_of_word = lru_cache(2000)(_of_text)


def _quoted(text: str) -> str:
    if ('"' in text or "\\" in text) and "\n" not in text and not _NO_BLOCK.search(text):
        return "'" + text.replace("'", "''") + "'"  # JSON in a text is read by people
    # Half of a character is no text that a file could hold: its number is written out.
    return json_string(_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def _float(value: float) -> str:
    if not isfinite(value):
        return ".nan" if isnan(value) else ".inf" if value > 0 else "-.inf"
    text = repr(float(value))
    return text if "." in text else text.replace("e", ".0e")


def _put(lines: list[str], value: Any, margin: str, depth: int, where: str) -> None:
    """A value behind ``key:`` or a dash."""
    if isinstance(value, str):
        lines += (" ", _text(value, margin), "\n")
    elif isinstance(value, Mapping):
        if not value:
            lines.append(" {}\n")
            return
        lines.append("\n")
        _put_entries(lines, value, margin + "  ", depth + 1, where)
    elif isinstance(value, (list, tuple)):
        if not value:
            lines.append(" []\n")
            return
        _put_items(lines, value, margin, depth + 1, where)
    else:
        lines += (" ", scalar(value, where), "\n")


def _put_items(lines: list[str], values: Sequence[Any], margin: str, depth: int, where: str) -> None:
    _require_room(depth, where)
    if values:
        lines.append("\n")
    for value in values:
        _put_item(lines, value, margin + "  ", depth + 1, where)


def _put_item(lines: list[str], value: Any, margin: str, depth: int, where: str) -> None:
    lines += (margin, "-")
    if isinstance(value, Mapping) and value:
        lines.append(" ")
        _put_entries(lines, value, margin + "  ", depth, where, first="")
    elif isinstance(value, (list, tuple)) and value:
        _put_items(lines, value, margin, depth, where)
    else:
        _put(lines, value, margin, depth, where)


def _put_entries(
    lines: list[str],
    values: Mapping[Any, Any],
    margin: str,
    depth: int,
    where: str,
    *,
    first: str | None = None,
) -> None:
    _require_room(depth, where)
    before = margin if first is None else first
    for key, value in values.items():
        if not isinstance(key, str):
            raise UsageError(f"{where}: a key is {type(key).__name__}, not text")
        name = _name(key) if len(key) <= _SHORT else scalar(key, key)
        if len(name) > _LONGEST_KEY:
            lines += (before, "? ", name, "\n", margin, ":")
        else:
            lines += (before, name, ":")
        before = margin
        _put(lines, value, margin, depth, where)


@lru_cache(2000)
def _name(key: str) -> str:
    return key if key.isidentifier() and key.isascii() and key.lower() not in _MEANT else scalar(key, key)


def _require_room(depth: int, where: str) -> None:
    """What is nested deeper than a reader goes would make all of the session unreadable."""
    if depth > DEEPEST - 5:
        raise UsageError(f"{where}: values are nested more than {DEEPEST - 5} deep")


def _text(text: str, margin: str) -> str:
    """A text: a block where it has several lines and no character that a block changes."""
    if "\n" not in text or text.endswith("\n\n") or text == "\n" or _NO_BLOCK.search(text):
        return scalar(text, "")  # blank lines at the end would be those below the text, too
    keep = "" if text[-1] == "\n" else "-"
    indented = "2" if text[0] in " \t\n" else ""
    inner = margin + "  "
    written = "\n".join([inner + line if line else "" for line in text.removesuffix("\n").split("\n")])
    return f"|{indented}{keep}\n{written}"


def _link(link: Link) -> str:
    return f"{link.relation.value}: {link.target}" + (f"  # {link.label}" if link.label else "")


def _code(code: CodePosition) -> Iterable[str]:
    for key, value in (("commit", code.commit), ("branch", code.branch), ("dirty", code.dirty)):
        if value is not None:
            yield f"  {key}: {plain(value)}\n"
    if code.formerly:
        yield "  formerly:\n"
        yield from (
            f"    - {scalar(commit, commit)}: {scalar(word, commit)}\n" for commit, word in code.formerly
        )
