"""The ``conflicts:`` list of a front matter: what a merge could not settle.

conflicts:
  - status: rejected
  - text: Decision Outcome

An item is a key of the front matter (or ``title``) with the value that the other side gave it, or ``text``
with the heading of a section that has both texts between conflict marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml

from lsp_server.records import conflict_marks, front_entries, front_matter, sections
from lsp_server.records.front_entries import UnreadableError
from lsp_server.records.model import IN_CONFLICT, Conflict, Problem, Record

KEY, TEXT, TITLE = "conflicts", "text", "title"


class Listed(NamedTuple):
    """An item: what is in conflict, the other value as written and as read, and its line in the front matter,
    0-based."""

    conflict: Conflict
    value: Any
    line: int


class Marked(NamedTuple):
    """A conflict in a body; ``line`` is 0-based in it."""

    conflict: Conflict
    line: int


def key_in(values: Any) -> str:
    """Under which key a file has its conflicts: one of its own by that name keeps its meaning."""
    own = values.get(KEY)
    if f"memory-{KEY}" in values or (own not in (None, "", []) and not _is_ours(own)):
        return f"memory-{KEY}"
    return KEY


def _is_ours(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and len(item) == 1 for item in value)


def listed(front: str, key: str) -> list[Listed]:
    """The items of the list as they stand; none where it cannot be read."""
    if key not in front:
        return []
    try:
        entry = front_entries.find_entry(front_entries.read_entries(front).entries, key)
    except UnreadableError:
        return []
    if entry is None or not isinstance(entry.node, yaml.SequenceNode):
        return []
    found = []
    for node, value in zip(entry.node.value, entry.value, strict=True):
        if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
            name, held = next(iter(value.items()))
            text = name == TEXT
            other = "" if text else front_entries.inline(front, node.value[0][1])
            where = held if text and isinstance(held, str) else name
            line = front.count("\n", 0, node.start_mark.index)
            found.append(Listed(Conflict(where, other), held, line))
    return found


def other_values(record: Record, where: str) -> tuple[str, ...]:
    """The values that a record may have for a key besides the one it has, by an unsettled conflict."""
    written = [one.other for one in record.conflicts if one.where == where and one.other]
    return tuple(str(front_matter.read(f"value: {other}\n")[0].get("value", other)) for other in written)


def without(text: str, where: str) -> str:
    """A file's text whose list says nothing about a key: its value was chosen."""
    front = front_matter.split(text).front
    if front is None or KEY not in front:
        return text
    key = key_in(front_matter.read(front)[0])
    before = [item.conflict for item in listed(front, key)]
    kept = [conflict for conflict in before if conflict.where != where or not conflict.other]
    return text if kept == before else write(text, key, kept)


def is_settled(item: Listed, values: Any, title: str | None) -> bool:
    """Whether a listed value is no longer another one than the file has: somebody took it over."""
    where = item.conflict.where
    if where == TITLE and TITLE not in values:
        return bool(item.value == (title or ""))
    here = values.get(f"memory-{where}", values.get(where))
    if where not in values and "." in where:
        parent, _, child = where.partition(".")
        here = values[parent].get(child) if isinstance(values.get(parent), dict) else None
    return bool(here == item.value)


def marked(body: str) -> list[Marked]:
    """The conflicts in a body, each with the heading that it stands under."""
    if conflict_marks.OPENING not in body and conflict_marks.CLOSING not in body:
        return []
    lines = body.split("\n")
    heads = list(sections.headings(lines))
    found = []
    for block in conflict_marks.find(lines):
        above = [head for head in heads if head.start < block.start]
        inside = [head for head in heads if block.start <= head.start < block.end]
        head = above[-1] if above and above[-1].level > 1 else None
        # A conflict that begins with a heading is about that section.
        if inside and not any(line.strip() for line in lines[block.start + 1 : inside[0].start]):
            head = inside[0]
        found.append(Marked(Conflict(head.text if head else ""), block.start))
    return found


def marked_in(parts: front_matter.Split) -> list[Marked]:
    """The conflicts in a file's body. What somebody said in a session is never one."""
    return [] if parts.is_session else marked(parts.body_text)


def write(text: str, key: str, wanted: Sequence[Conflict]) -> str:
    """A file's text with these conflicts listed, each once; a list that says so already is not touched."""
    from lsp_server.records.front_matter_edit import set_lines

    once = list(dict.fromkeys(wanted))
    front = front_matter.split(text).front
    if front is None:
        return text
    if once == [item.conflict for item in listed(front, key)] and (once or key not in front):
        return text
    lines = [
        f"  - {front_matter.scalar(where)}: {other}" if other else f"  - {TEXT}: {front_matter.scalar(where)}"
        for where, other in once
    ]
    return set_lines(text, key, [f"{key}:", *lines] if lines else [])


def problem(conflict: Conflict, line: int) -> Problem:
    """A conflict as something wrong with its file, and how it is settled."""
    if conflict.other:
        said = f"{conflict.where} is {conflict.other} on the other side; choose one, then remove this line"
    else:
        said = f"{conflict.where or 'this text'}: keep one of the two texts and remove the marks"
    return Problem(line, f"in conflict: {said}", IN_CONFLICT)


def standing(parts: front_matter.Split, values: Any) -> list[tuple[Conflict, int]]:
    """What is in conflict in a file, and the 0-based line of it: the values listed that differ from those it
    has, and the marks in its body. ``values`` are those of the front matter."""
    found: list[tuple[Conflict, int]] = []
    if parts.front is not None and (items := listed(parts.front, key_in(values))):
        title = sections.title_of(parts.body_text)
        above = parts.text.count("\n", 0, parts.start)
        open_ = [item for item in items if item.conflict.other and not is_settled(item, values, title)]
        found += [(item.conflict, above + item.line) for item in open_]
    above = parts.text.count("\n", 0, parts.body)
    return [*found, *((one.conflict, above + one.line) for one in marked_in(parts))]


def settle(text: str) -> str:
    """A file's text whose list names no conflict that is gone: marks were removed, a value was taken."""
    parts = front_matter.split(text)
    if parts.front is None or KEY not in parts.front:
        return text
    values, problems = front_matter.read(parts.front)
    key = key_in(values)
    if problems or key not in values:
        return text
    marks = {found.conflict for found in marked_in(parts)}
    title = sections.title_of(parts.body_text)
    before = listed(parts.front, key)
    if not before and values[key] not in ("", []):
        return text  # written in no way of ours: left alone
    kept = [
        item.conflict
        for item in before
        if (not is_settled(item, values, title) if item.conflict.other else item.conflict in marks)
    ]
    return text if len(kept) == len(before) and before else write(text, key, kept)
