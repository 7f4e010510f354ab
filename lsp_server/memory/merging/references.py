"""Rewriting a label in the texts that were written while it meant a record that is now called otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lsp_server.errors import RefusedError
from lsp_server.records import front_matter, front_matter_edit
from lsp_server.records.labels import LABELS, NUMBERED, format_label, normalise_label
from lsp_server.records.model import Kind

Numbers = Mapping[tuple[Kind, int], int]
"""The new number of each (kind, number) that is another's now."""

_LARGEST = 1 << 20  # bytes; in a longer file nobody reads for labels
# Not the beginning of a file's name (ADR-0012-use-jwt.md, ADR-12.md), nor a part of another word.
_LABEL = re.compile(r"(?<![\w-])(ADR|BUG)-(0*[1-9]\d{0,8})(?![\w-])(?!\.\w)", re.IGNORECASE)
_ANY = re.compile(rb"(?:ADR|BUG)-\d", re.IGNORECASE)
_FILE = re.compile(r"(?<![\w-])\d{1,9}-[\w-]+(?:\.\w+)+")
_ONLY_LABELS = re.compile(r"(?:(?:ADR|BUG)-\d+/)+\Z", re.IGNORECASE)
_KEY = re.compile(r"[\"']?(?:memory-)?([A-Za-z][\w-]*)[\"']?[ \t]*:")
# What stands there is the code's text, or says what the record was called before.
_LEFT_ALONE = frozenset({"anchors", "aliases", "id", "number", "code", "conflicts"})
_KIND_OF = {LABELS[kind]: kind for kind in NUMBERED}
_NUMBER = re.compile(r"^((?:memory-)?number:[ \t]*)(\d+)(?=[ \t]*(?:#[^\n]*)?\r?$)", re.MULTILINE)


class Renames(NamedTuple):
    """What is called otherwise: numbers, and names of files."""

    numbers: Numbers
    files: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.numbers)


def rewritten(data: bytes, before: bytes | None, renames: Renames) -> bytes:
    """A file whose lines that are not in ``before`` (None: all) name things as they are called now.

    The spelling's padding and case stay. The same bytes where there is nothing to say otherwise.
    """
    if len(data) > _LARGEST or (not _ANY.search(data) and not _names_a_file(data, renames)):
        return data
    text = data.decode("utf-8", "surrogateescape")
    known: set[str] = set()
    if before is not None:
        known = {line.rstrip("\r") for line in before.decode("utf-8", "surrogateescape").split("\n")}
    lines = [
        line
        if is_left_alone or "-" not in line or line.rstrip("\r") in known  # every name has a hyphen
        else rewritten_line(line, renames)
        for line, is_left_alone in _lines(text)
    ]
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def rewritten_line(line: str, renames: Renames) -> str:
    """One line with the labels and file names of today."""

    def label(found: re.Match[str]) -> str:
        new = renames.numbers.get((_KIND_OF[found[1].upper()], int(found[2])))
        if new is None or _is_address(line, found.start()):
            return found[0]
        width = len(found[2]) if found[2].startswith("0") else 0
        return f"{found[1]}-{new:0{width}d}"

    line = _LABEL.sub(label, line)
    if renames.files:
        line = _FILE.sub(lambda found: renames.files.get(found[0], found[0]), line)
    return line


def _names_a_file(data: bytes, renames: Renames) -> bool:
    if not renames.files:
        return False
    found = _FILE.findall(data.decode("utf-8", "replace"))
    return any(name in renames.files for name in found)


def _is_address(line: str, at: int) -> bool:
    """Whether what stands there belongs to a URL or a path."""
    start = max(
        line.rfind(" ", 0, at), line.rfind("\t", 0, at), line.rfind("<", 0, at), line.rfind("(", 0, at)
    )
    before = line[start + 1 : at]
    return "://" in before or (before.endswith(("/", "\\")) and not _ONLY_LABELS.search(before))


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Every line, and whether it belongs to a key of the front matter that is left alone."""
    parts = front_matter.split(text)
    position, is_left_alone = 0, False
    for line in text.split("\n"):
        if parts.front is not None and parts.start <= position < parts.end:
            if found := _KEY.match(line):
                is_left_alone = found[1] in _LEFT_ALONE
        else:
            is_left_alone = False
        yield line, is_left_alone
        position += len(line) + 1


def renumbered(data: bytes, kind: Kind, old: int, new: int) -> bytes:
    """A record's file with another number, and the old label among its aliases. Raises ``RefusedError``
    where its front matter is written in a way that cannot be changed safely."""
    text = data.decode("utf-8", "surrogateescape")
    label = format_label(kind, old, "")
    quick = _quickly_renumbered(text, old, new, label)
    if quick is None:
        quick = front_matter_edit.set_scalar(text, _number_key(text), new)
        if label not in aliases_of(quick):
            quick = front_matter_edit.add_item(quick, _alias_key(quick), label)
        if _values(quick).get(_number_key(quick)) != str(new) or label not in aliases_of(quick):
            raise RefusedError("the front matter is written in a way that cannot be changed safely")
    return quick.encode("utf-8", "surrogateescape")


def _quickly_renumbered(text: str, old: int, new: int, label: str) -> str | None:
    """As a record is that we wrote: one line changed, one key added. None where it is not like that."""
    parts = front_matter.split(text)
    if parts.front is None or re.search(r"^[\"']?(?:memory-)?aliases", parts.front, re.MULTILINE):
        return None
    found = _NUMBER.findall(parts.front)
    if len(found) != 1 or int(found[0][1]) != old:
        return None
    front = _NUMBER.sub(lambda line: f"{line[1]}{new}", parts.front)
    changed = text[: parts.start] + front + text[parts.end :]
    changed = front_matter_edit.append_lines(changed, ["aliases:", f"  - {label}"])
    values, problems = front_matter.read(front_matter.split(changed).front or "")
    key = "memory-number" if "memory-number" in values else "number"
    is_as_meant = not problems and values.get(key) == str(new) and values.get("aliases") == [label]
    return changed if is_as_meant else None


def without_number(text: str) -> str:
    """A record's text less its number and what it was called before. Raises ``RefusedError``."""
    text = front_matter_edit.set_scalar(text, _number_key(text), 0)
    return front_matter_edit.set_lines(text, _alias_key(text), [])


def _number_key(text: str) -> str:
    return "memory-number" if "memory-number" in _values(text) else "number"


def _alias_key(text: str) -> str:
    return "memory-aliases" if "memory-aliases" in _values(text) else "aliases"


def aliases_of(text: str) -> set[str]:
    """The labels that a record's file says it had before."""
    value = _values(text).get(_alias_key(text)) or ()
    items = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else ()
    return {normalise_label(item) or item for item in items if isinstance(item, str)}


def _values(text: str) -> Mapping[str, object]:
    return front_matter.read(front_matter.split(text).front or "")[0]
