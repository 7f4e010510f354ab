"""Two edits of a session's messages as one: what either side added is there, in the order it was said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lsp_server.records.conflict_marks import OPENING
from lsp_server.records.merging.aligning import matches
from lsp_server.records.merging.body import merge_body
from lsp_server.records.sessions.body import Cut, Part, cut
from lsp_server.records.sessions.loading import load
from lsp_server.records.sessions.model import MESSAGES, Message
from lsp_server.records.sessions.writing import items

_NONE = Part("", [], "  ")
_Said = tuple[str, str]  # what a message is compared by, and its lines


def merge_messages(
    base: str | None, one: str, other: str, one_is_earlier: bool, *, apart: bool = False
) -> str | None:
    """The body of a session's file (``messages:`` and what is above them) from two sides and their base;
    None where a side cannot be read. Of a message that one side changed the changed one stays; one that both
    changed is one message with both changes, and where they contradict each other both stand.

    What both sides added is there once where it begins alike (one conversation saved twice), then what the
    earlier side said, then the other's. ``apart``: nothing is the same, for each side added its own.
    """
    sides = [Cut("", {}) if text is None else _cut(text) for text in (base, one, other)]
    old, first, second = sides
    if old is None or first is None or second is None:
        return None
    if not one_is_earlier:
        first, second = second, first
    written = []
    for key in MESSAGES:
        parts = [side.parts.get(key, _NONE) for side in (old, first, second)]
        if not any(side.parts.get(key) for side in (first, second)):
            continue
        spine = parts[1] if key in first.parts else parts[2]
        margin = spine.margin if spine.items else parts[2].margin
        opening = spine.opening if spine.items else parts[2].opening or spine.opening
        before, one_side, other_side = (
            [_with_margin(item, part.margin, margin) for item in part.items] for part in parts
        )
        merged = _merged(before, one_side, other_side, margin, apart=apart)
        if not merged:
            opening = f"{key}: []\n"
        written.append(opening + "".join(_ended(item) for item in merged))
    return max(first.lead, second.lead) + "".join(map(_ended, written))


def _cut(body: str) -> Cut | None:
    """A body as its messages; one in another form is written anew."""
    if (found := cut(body)) is not None:
        return found
    from lsp_server.errors import UsageError

    values, problems = load(body)
    if problems or any(not isinstance(values.get(key), (list, type(None))) for key in MESSAGES):
        return None
    try:
        parts = {
            key: Part(f"{key}:\n", items(values[key] or (), "  "), "  ") for key in MESSAGES if key in values
        }
    except UsageError:
        return None
    return Cut("", parts)


def _with_margin(item: str, margin: str, wanted: str) -> str:
    if margin == wanted:
        return item
    lines = item.splitlines(keepends=True)
    return "".join(wanted + line.removeprefix(margin) if line.strip() else line for line in lines)


def _merged(
    base: Sequence[str], first: Sequence[str], second: Sequence[str], margin: str, *, apart: bool
) -> list[str]:
    keys = _keys(base, first, second)
    became, added = zip(
        *(_edits(keys[0], keys[at], side) for at, side in ((1, first), (2, second))), strict=True
    )
    merged: list[str] = []
    for place in range(len(base) + 1):
        merged += _both(added[0].get(place, []), added[1].get(place, []), apart=apart)
        if place < len(base):
            old = (keys[0][place], base[place])
            merged += _settled(old, became[0][place], became[1][place], margin)
    return merged


def _edits(
    base: Sequence[str], keys: Sequence[str], side: Sequence[str]
) -> tuple[list[_Said | None], dict[int, list[_Said]]]:
    """What a side made of the base: what is in each one's place, None where it is gone; what it put before
    each."""
    became: list[_Said | None] = [None] * len(base)
    added: dict[int, list[_Said]] = {}
    for same, b1, b2, s1, s2 in matches(base, keys):
        said = list(zip(keys[s1:s2], side[s1:s2], strict=True))
        if not same:
            changed = 0
            while changed < min(b2 - b1, s2 - s1) and _role(base[b1 + changed]) == _role(keys[s1 + changed]):
                changed += 1
            if said[changed:]:
                added.setdefault(b2, []).extend(said[changed:])
            said = said[:changed]
        became[b1 : b1 + len(said)] = said
    return became, added


def _role(key: str) -> Any:
    """Whose a message is. One that cannot be read is nobody's, and like no other."""
    try:
        (message,) = json.loads(key)
        return message.get("role")
    except (ValueError, TypeError, AttributeError):
        return object()


def _settled(base: _Said, one: _Said | None, other: _Said | None, margin: str) -> list[str]:
    """What becomes of one message of the base."""
    if one is None or other is None:
        left = one or other
        return [left[1]] if left is not None and left[0] != base[0] else []
    if one[0] == other[0] or base[0] in (one[0], other[0]):
        if one[0] == other[0]:
            return [_changed_text(base[1], one[1], other[1])]
        return [other[1] if one[0] == base[0] else one[1]]
    merged = _merged_message(*(_values(said[1]) for said in (base, one, other)))
    return [one[1], other[1]] if merged is None else items([merged], margin, "messages")


def _values(item: str) -> Message:
    values, _ = load(f"messages:\n{item}\n")
    message: Message = values["messages"][0]
    return message


def _merged_message(base: Message, one: Message, other: Message) -> Message | None:
    """One message with what both changed in it; None where they contradict each other."""
    merged: dict[str, Any] = {}
    for key in dict.fromkeys([*one, *other]):
        was, first, second = (
            json.dumps(side[key], sort_keys=True) if key in side else "" for side in (base, one, other)
        )
        if second in (first, was):
            kept = one
        elif first == was:
            kept = other
        else:
            text = _merged_text(base.get(key), one.get(key), other.get(key))
            if text is None:
                return None
            kept = {key: text}
        if key in kept:
            merged[key] = kept[key]
    return merged


def _merged_text(base: Any, one: Any, other: Any) -> str | None:
    """A text that both changed, paragraph by paragraph; None where that is a conflict."""
    if not all(isinstance(text, str) and OPENING not in text for text in (base, one, other)):
        return None
    titles: list[str] = []

    def settle(first: str, _second: str) -> str:
        titles.append(first)
        return first

    text = merge_body(base, one, other, ("", ""), settle)
    return None if titles or OPENING in text else text


def _both(first: Sequence[_Said], second: Sequence[_Said], *, apart: bool) -> list[str]:
    alike = 0
    while not apart and alike < min(len(first), len(second)) and first[alike][0] == second[alike][0]:
        alike += 1
    return [item for _, item in (*first, *second[alike:])]


def _changed_text(base: str, one: str, other: str) -> str:
    """Of one message the lines of the side that wrote it in another way."""
    old, first, second = (item.rstrip() for item in (base, one, other))
    if second in (first, old):
        return one
    return other if first == old else max(one, other, key=lambda item: (len(item), item))


def _keys(*sides: Sequence[str]) -> list[list[str]]:
    """What messages are compared by: what they say, however it is written. Those that all sides have in the
    same lines need not be read for that."""
    lines = [[item.rstrip() for item in side] for side in sides]
    shared = set.intersection(*(set(side) for side in lines if side)) if any(lines) else set()
    known: dict[str, str] = {}
    for line in {line for side in lines for line in side} - shared:
        known[line] = _meaning(line)
    return [[known.get(line, line) for line in side] for side in lines]


def _meaning(item: str) -> str:
    """What a message says, as JSON; its lines where that cannot be told."""
    values, _ = load(f"messages:\n{item}\n")
    said = values.get("messages")
    return json.dumps(said, sort_keys=True) if isinstance(said, list) and len(said) == 1 else item


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
