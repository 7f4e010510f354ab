"""The front matter of somebody's ADR, read line by line: what cannot be read is left out, not an error.

No YAML reader is needed for the few values looked for, and none would accept what people write there:
``status: {proposed}``, ``tags: @team``, a heading between the dashes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

LONGEST_VALUE = 2000
_YAML = re.compile(r"\ufeff?\s*?---[ \t]*(?:\r\n|\n|\r)")
_TOML = re.compile(r"\ufeff?\+\+\+[ \t]*(?:\r\n|\n|\r)")
_KEY = re.compile(r"(\"[^\"]+\"|'[^']+'|[^\W\d][\w .()/-]*?)[ \t]*:(?=\s|\Z)[ \t]*(.*)\Z")
_TOML_KEY = re.compile(r"([\w.-]+)[ \t]*=[ \t]*(.*)\Z")
_ITEM = re.compile(r"\s*-\s+(.*)\Z")
_COMMENT = re.compile(r"\s#.*\Z")


class FrontValue(NamedTuple):
    """The value of a key. ``text`` is without quotes and comment, ``start`` and ``end`` its place in the
    file's text (both 0 for a value over several lines); ``items`` are set for a list."""

    key: str
    text: str
    line: int
    start: int
    end: int
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class FrontMatter:
    """``end`` is the offset where the body begins, 0 when there is no front matter."""

    end: int = 0
    values: dict[str, FrontValue] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_front(text: str) -> FrontMatter:
    """The front matter at the beginning of a file. Keys are lower case, as ``fields.key_of`` wants them."""
    for opening, close, key in ((_YAML, r"(?:---|\.\.\.)", _KEY), (_TOML, r"\+\+\+", _TOML_KEY)):
        if begin := opening.match(text):
            end = re.compile(rf"(?:^|(?<=\r)){close}[ \t]*(?:\r\n|\n|\r|\Z)", re.MULTILINE).search(
                text, begin.end()
            )
            if end is not None and _looks_like_keys(text[begin.end() : end.start()], key):
                return _read(text, begin.end(), end.start(), end.end(), key)
    return FrontMatter()


def _looks_like_keys(block: str, key: re.Pattern[str]) -> bool:
    """A thematic break at the top of a page is no front matter."""
    return not block.strip() or any(key.match(line) for line in block.splitlines())


def _read(text: str, begin: int, end: int, body: int, pattern: re.Pattern[str]) -> FrontMatter:
    values: dict[str, FrontValue] = {}
    comments, odd = [], []
    key = ""
    number = text.count("\n", 0, begin)
    start = begin
    for raw in text[begin:end].split("\n"):
        line = raw.rstrip("\r")
        if line.lstrip().startswith("#"):
            comments.append(line.strip())
        elif match := pattern.match(line):
            key = match[1].strip("\"'").lower()
            values.setdefault(key, _value(key, match[2], number, start + match.start(2)))
        elif key and (line[:1] in " \t-" or line[:1] in "}]") and line.strip():
            values[key] = _more(values[key], line)
        elif line.strip() and not line.startswith("["):
            odd.append(number + 1)
        number += 1
        start += len(raw) + 1
    notes = [f"Line {odd[0]} of the front matter is no “key: value”."] if odd else []
    return FrontMatter(body, values, tuple(comments), tuple(notes))


def _value(key: str, raw: str, line: int, start: int) -> FrontValue:
    text = raw[:LONGEST_VALUE].rstrip()
    if text[:1] in ("'", '"') and (close := text.find(text[0], 1)) > 0:
        return FrontValue(key, text[1:close], line, start + 1, start + close)
    text = "" if text.startswith("#") else _COMMENT.sub("", text).rstrip()
    if text in ("|", ">", "|-", ">-", "|+", ">+"):
        return FrontValue(key, "", line, 0, 0)
    items: tuple[str, ...] = ()
    if text.startswith("[") and text.endswith("]") and "|" not in text:
        items = split_list(text[1:-1])
    return FrontValue(key, text, line, start, start + len(text), items)


def _more(value: FrontValue, line: str) -> FrontValue:
    """A value that goes on in a further line: an item of a list, or text."""
    if item := _ITEM.match(line):
        return value._replace(items=(*value.items, item[1].strip().strip("\"'")), start=0, end=0)
    text = f"{value.text} {_COMMENT.sub('', line).strip()}".strip()
    if text.startswith("[") and text.endswith("]"):
        return value._replace(items=split_list(text[1:-1]), text=text, start=0, end=0)
    return value._replace(text=text, start=0, end=0)


def split_list(text: str) -> tuple[str, ...]:
    """The parts of a list within a line, separated by commas or semicolons."""
    parts = (part.strip().strip("\"'*_`").strip() for part in re.split(r"[,;]", text))
    return tuple(part for part in parts if part)
