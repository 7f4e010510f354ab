"""The three-way merge of two front matters, key by key. What one side alone changed keeps its very lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from lsp_server.records import conflict_list
from lsp_server.records.front_entries import Entry, Front, block_entries, find_entry, identity, inline
from lsp_server.records.labels import NUMBERED, format_label
from lsp_server.records.life_cycle import STEPS
from lsp_server.records.merging.choosing import changed_one, later_status
from lsp_server.records.merging.code import merge_code, settled_commit
from lsp_server.records.merging.found import PREFIX as FOUND
from lsp_server.records.merging.found import merged_found
from lsp_server.records.merging.lists import as_items, is_list, merge_items
from lsp_server.records.merging.ordering import fitting_order
from lsp_server.records.model import Conflict, Kind
from lsp_server.records.moments import moment

_LATER = ("updated_at", "ended_at", "outcome-on", "outcome-due")  # of two times the later holds
_EMPTY = frozenset(('""', '"~"', '"null"', "[]", "{}"))  # as ``identity`` has them


class Source(NamedTuple):
    """A front matter's text and its entries."""

    text: str
    front: Front


EMPTY = Source("", Front((), ""))


class Alternatives(NamedTuple):
    """The values that a side holds already for what is in conflict: (key, value as ``identity``)."""

    first: frozenset[tuple[str, str]]
    second: frozenset[tuple[str, str]]


class FrontMerge:
    """One merge of two front matters. ``first`` and ``second`` are in an order by content."""

    def __init__(
        self, kind: Kind, base: Source | None, first: Source, second: Source, held: Alternatives
    ) -> None:
        self.kind = kind
        self.base = base or EMPTY
        self.first, self.second = first, second
        self.held = held
        self.conflicts: list[Conflict] = []
        self.former: list[str] = []  # labels that the record had on one side

    def text(self) -> str:
        """The merged front matter; ``conflicts`` and ``former`` are then filled."""
        lines = self._entries(self.base.front, self.first.front, self.second.front, "")
        tail = _comments(self.base.front.tail, self.first.front.tail, self.second.front.tail)
        return "".join(_ended(line) for line in lines) + tail

    def _entries(self, base: Front, first: Front, second: Front, prefix: str) -> list[str]:
        result = []
        old, one, other = (_by_key(front.entries) for front in (base, first, second))
        for key in fitting_order(list(old), list(one), list(other)):
            entries = old.get(key), one.get(key), other.get(key)
            text = self._entry(prefix + key[0], *entries)
            if text is not None:
                leads = ["" if entry is None else entry.lead for entry in entries]
                if entries[1] is None or entries[2] is None:
                    leads = ["", "", leads[1] or leads[2]]
                result.append(_comments(*leads) + text)
        return result

    def _entry(self, key: str, base: Entry | None, one: Entry | None, other: Entry | None) -> str | None:
        """The lines of one key, None where it goes."""
        if key in (conflict_list.KEY, f"memory-{conflict_list.KEY}"):
            held = one or other
            return held.text if held else None  # written anew from what stands in the end
        values = [None if entry is None else identity(entry.value) for entry in (base, one, other)]
        if one is not None and other is not None and values[1] == values[2]:
            return changed_one(base.text if base else one.text, one.text, other.text)
        if values[0] in values[1:]:
            changed = other if values[1] == values[0] else one
            return None if changed is None else changed.text
        return self._both_changed(key, base, one, other)

    def _both_changed(
        self, key: str, base: Entry | None, one: Entry | None, other: Entry | None
    ) -> str | None:
        present = [entry for entry in (base, one, other) if entry is not None]
        if any(is_list(key, self.kind, entry) for entry in present) and not any(
            isinstance(entry.node, yaml.MappingNode) for entry in present
        ):
            sources = ((self.base, base), (self.first, one), (self.second, other))
            items = [e and as_items(key, self.kind, source.text, e) for source, e in sources]
            return merge_items(key, *items, settled=self._settled_commit() if key == "anchors" else None)
        if one is None or other is None:
            left = one or other  # removed on one side, changed on the other: the change stays
            return left.text if left else None
        if (empty := identity(one.value) in _EMPTY) != (identity(other.value) in _EMPTY):
            return other.text if empty else one.text  # as if it were removed
        if key in ("created", "created_at") and (older := _older(one, other)):
            return older.text
        if key in _LATER and (later := _older(one, other)):
            return (one if later is other else other).text
        if key == "number" and self.kind in NUMBERED and (lower := self._number(one, other)):
            return lower.text
        if key == "status" and (status := self._status(one, other)):
            return status.text
        if key == "code" and (code := merge_code(base, one, other)):
            return code
        if key.startswith(FOUND) and (found := merged_found(key, base, one, other)):
            return found
        if merged := self._mapping(key, base, one, other):
            return merged
        return self._in_conflict(key, one, other)

    def _settled_commit(self) -> str | None:
        return settled_commit(*(value_of(side, "code") for side in (self.base, self.first, self.second)))

    def _number(self, one: Entry, other: Entry) -> Entry | None:
        numbers = [_number(one.value), _number(other.value)]
        if None in numbers:
            return None
        # Which it is does not matter: where a number stands twice in the end, one record is renumbered.
        kept, dropped = sorted((one, other), key=lambda entry: int(entry.value))
        self.former.append(format_label(self.kind, int(dropped.value), ""))
        return kept

    def _status(self, one: Entry, other: Entry) -> Entry | None:
        if not isinstance(one.value, str) or not isinstance(other.value, str):
            return None
        # In an imported file it may begin with a capital.
        words = {entry.value.strip().lower(): entry for entry in (one, other)}
        later = later_status(self.kind, *words) if len(words) > 1 else one.value.strip().lower()
        return words.get(later) if later else None

    def _mapping(self, key: str, base: Entry | None, one: Entry, other: Entry) -> str | None:
        nodes = [(self.first, one), (self.second, other)]
        if not all(
            isinstance(e.node, yaml.MappingNode) and not e.node.flow_style and e.value for _, e in nodes
        ):
            return None
        if key == "code" and one.value.get("commit") != other.value.get("commit"):
            before = base.value.get("commit") if base and isinstance(base.value, dict) else None
            if before not in (one.value.get("commit"), other.value.get("commit")):
                return None  # a commit and its branch belong together
        old = _children(self.base, base)[1] if base is not None and _is_block(base) else EMPTY.front
        (head, first), (_, second) = _children(self.first, one), _children(self.second, other)
        depth = [_margin(front) for front in (first, second)]
        if depth[0] != depth[1]:
            return None
        lines = self._entries(old, first, second, f"{key}.")
        return head + "".join(_ended(line) for line in lines) if lines else None

    def _in_conflict(self, key: str, one: Entry, other: Entry) -> str:
        kept, dropped, source = one, other, self.second
        known = [
            (key, identity(other.value)) in self.held.first,
            (key, identity(one.value)) in self.held.second,
        ]
        if known == [False, True] or (known[0] == known[1] and self._prefers_other(key, one, other)):
            kept, dropped, source = other, one, self.first
        self.conflicts.append(Conflict(key, inline(source.text, dropped.node)))
        return kept.text

    def _prefers_other(self, key: str, one: Entry, other: Entry) -> bool:
        # Of two statuses that both end a life, the one that stands first in the table.
        order = tuple(STEPS[self.kind])
        if key == "status" and one.value in order and other.value in order:
            return order.index(other.value) < order.index(one.value)
        return False


def _by_key(entries: Sequence[Entry]) -> dict[tuple[str, int], Entry]:
    """By key; of a key that is given twice, by which time it is."""
    found: dict[tuple[str, int], Entry] = {}
    for entry in reversed(entries):
        time = 0
        while (entry.key, time) in found:
            time += 1
        found[entry.key, time] = entry
    return dict(reversed(found.items()))


def _comments(base: str, one: str, other: str) -> str:
    if one == other or base in (one, other):
        return other if one == base else one
    first, second = sorted((one, other))
    added = [line for line in second.splitlines(keepends=True) if line not in first.splitlines(keepends=True)]
    return _ended(first) + "".join(added)


def _ended(line: str) -> str:
    return line if not line or line.endswith("\n") else line + "\n"


def _children(source: Source, entry: Entry) -> tuple[str, Front]:
    """A block mapping's own line, and its entries; they have their margin in their lines."""
    assert isinstance(entry.node, yaml.MappingNode)
    found = block_entries(source.text, entry.node, entry.start + len(entry.text))
    begin = source.text.rfind("\n", 0, entry.node.start_mark.index) + 1
    return source.text[entry.start : begin], found


def _is_block(entry: Entry) -> bool:
    node = entry.node
    return isinstance(node, yaml.MappingNode) and not node.flow_style and bool(node.value)


def _margin(front: Front) -> int:
    text = front.entries[0].text if front.entries else ""
    return len(text) - len(text.lstrip(" "))


def _older(one: Entry, other: Entry) -> Entry | None:
    moments = [moment(one.value), moment(other.value)]
    if moments[0] is None or moments[1] is None:
        return None
    if moments[0] == moments[1]:
        return min(one, other, key=lambda entry: entry.text)
    return one if moments[0] < moments[1] else other


def _number(value: Any) -> int | None:
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
        else None
    )


def held_values(source: Source) -> Mapping[tuple[str, str], Conflict]:
    """The values that a front matter's list of conflicts holds."""
    values = {entry.key: entry.value for entry in source.front.entries}
    items = conflict_list.listed(source.text, conflict_list.key_in(values))
    return {
        (item.conflict.where, identity(item.value)): item.conflict for item in items if item.conflict.other
    }


def value_of(source: Source, key: str) -> Any:
    entry = find_entry(source.front.entries, key)
    return None if entry is None else entry.value


def replaced(
    held: Mapping[tuple[str, str], Conflict], base: Source | None, other: Source
) -> set[tuple[str, str]]:
    """Of the values that a side holds as another's, those that stood in the base and that the other side
    replaced: nobody is asked for them any more."""
    if not held or base is None:
        return set()
    return {
        (where, said)
        for where, said in held
        if (now := _deep(other, where)) is not None and said == identity(_deep(base, where)) != identity(now)
    }


def _deep(source: Source, where: str) -> Any:
    """The value of a key, or of one in others as ``metrics.coverage``; None where there is none."""
    first, *rest = where.split(".")
    value = value_of(source, first)
    for name in rest:
        value = value.get(name) if isinstance(value, dict) else None
    return value
