"""Which texts of a record differ, section by section, and a diff of one that a person can read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lsp_server.memory.review_results import TextChange
from lsp_server.records.fields import FIELDS
from lsp_server.records.model import Kind, Record
from lsp_server.records.sections import headings

_TEXT = "text"  # what stands below the title, above the first section
_CONSEQUENCES = "consequences"  # MADR's one heading for what is good and what is bad
_LONG = 100  # characters of a line that is cut at its sentences, so that one word is one line of diff
_SENTENCE = re.compile(r"(?<=[.!?;])[ \t]+(?=\S)")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_MOST_LINES = 2000  # compared line by line; the cost grows with the square


def text_changes(old: Record | None, new: Record | None) -> list[TextChange]:
    """The sections that differ: in the order of the newer text, what is gone last."""
    if old is not None and new is not None and old.body == new.body:
        return []
    before, after = _sections(old), _sections(new)
    record = new or old
    assert record is not None
    changes = []
    for key in dict.fromkeys([*after, *before]):
        heading, text = after.get(key, ("", ""))
        was_heading, was = before.get(key, ("", ""))
        if was != text:
            shown = heading or was_heading
            changes.append(TextChange(_name(record.kind, key[0], shown), shown, was, text))
    return changes


def diff_lines(old: str, new: str) -> list[str]:
    """Lines that begin with ``+``, ``-`` or a space; unchanged ones only near a change, ``@@`` between
    distant ones. Long lines are cut at their sentences."""
    import difflib

    before, after = _lines(old), _lines(new)
    if len(before) + len(after) > _MOST_LINES:
        before, after = _without_common(before, after)
    if not before or not after or len(before) + len(after) > _MOST_LINES:
        return [*(f"-{line}" for line in before), *(f"+{line}" for line in after)]
    found = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
    # Line numbers of a section say nothing to anybody.
    lines = ["@@" if line.startswith("@@") else line for line in found]
    return lines[1:] if lines[:1] == ["@@"] else lines


def _without_common(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Two long texts without what they begin and end with alike, but for a line on each side of it."""
    least = min(len(before), len(after))
    start = 0
    while start < least and before[start] == after[start]:
        start += 1
    end = 0
    while end < least - start and before[-1 - end] == after[-1 - end]:
        end += 1
    start, end = max(start - 1, 0), max(end - 1, 0)
    return before[start : len(before) - end], after[start : len(after) - end]


def _sections(record: Record | None) -> Mapping[tuple[str, int], tuple[str, str]]:
    """The texts of a body by (heading in one spelling, how many of that name came before)."""
    if record is None:
        return {}
    if record.kind is Kind.SESSION:
        return {("messages", 0): ("Messages", record.body)} if record.body.strip() else {}
    lines = [line.rstrip("\r") for line in record.body.split("\n")]
    found = list(headings(lines))
    result: dict[tuple[str, int], tuple[str, str]] = {}
    seen: dict[str, int] = {}

    def put(key: str, heading: str, text: str) -> None:
        number = seen[key] = seen.get(key, -1) + 1
        if text or heading:
            result[key, number] = (heading, text)

    before_all = "\n".join(lines[: found[0].start if found else len(lines)]).strip("\n")
    title_at = next((place for place, here in enumerate(found) if here.level == 1 and here.text), None)
    if title_at != 0 or before_all:
        put("", "", before_all)
    for place, here in enumerate(found):
        end = found[place + 1].start if place + 1 < len(found) else len(lines)
        text = "\n".join(lines[here.end : end]).strip("\n").rstrip()
        is_title = place == title_at
        put("" if is_title else here.text.casefold().rstrip(":"), "" if is_title else here.text, text)
    return result


def _name(kind: Kind, key: str, heading: str) -> str:
    if not key:
        return _TEXT
    for field in FIELDS[kind]:
        if not field.in_front_matter and key in (field.key.casefold(), *(w.casefold() for w in field.also)):
            return field.name.replace("_", " ")
    return _CONSEQUENCES if key == _CONSEQUENCES else heading


def _lines(text: str) -> list[str]:
    lines: list[str] = []
    fenced = False
    for line in text.split("\n") if text else []:
        fenced ^= bool(_FENCE.match(line))
        lines.extend([line] if fenced or len(line) <= _LONG else _SENTENCE.split(line))
    return lines
