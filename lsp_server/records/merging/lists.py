"""Lists of a front matter merged as sets: what either side added is there, what either removed is not."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import yaml

from lsp_server.records import front_matter
from lsp_server.records.fields import FIELDS, Shape
from lsp_server.records.front_entries import Entry, Item, identity, items_of
from lsp_server.records.merging.choosing import changed_one
from lsp_server.records.model import Kind

_Keyed = dict[Hashable, "Item"]

_LISTS = ("tags", "aliases", "links", "anchors")


class Items(NamedTuple):
    """A list: what stands before its items and after them, the margin of its dashes (None: in brackets)."""

    before: str
    items: tuple[Item, ...]
    after: str
    margin: str | None


def is_list(key: str, kind: Kind, entry: Entry) -> bool:
    if isinstance(entry.node, yaml.SequenceNode):
        return True
    known = {name for f in FIELDS[kind] if f.shape is Shape.WORDS for name in (f.key, *f.also)}
    return key in (*_LISTS, *known) and isinstance(entry.value, str)


def as_items(key: str, kind: Kind, source: str, entry: Entry) -> Items:
    """An entry as a list; a single value is a list of one, words with commas between them one of several."""
    before, items, after = items_of(source, entry)
    if isinstance(entry.node, yaml.SequenceNode) and not entry.node.flow_style:
        return Items(before, tuple(items), after, " " * entry.node.start_mark.column)
    if isinstance(entry.value, str) and is_list(key, kind, entry) and "," in entry.value:
        words = [word.strip() for word in entry.value.split(",") if word.strip()]
        items = [Item((front_matter.scalar(word),), word, dashed=False) for word in words]
    return Items(before if before.endswith((" ", "\t")) else before + " ", tuple(items), after, None)


def merge_items(
    key: str, base: Items | None, one: Items | None, other: Items | None, *, settled: str | None = None
) -> str | None:
    """The merged lines; None where both sides removed all, or one did and the other added nothing.

    ``settled``: the code's commit that is taken where two clones settled anchors differently.
    """
    old, first, second = (_keyed(key, side) for side in (base, one, other))
    if key == "anchors":
        _take_one_of_two(old, first, second, settled)
    kept: list[Item] = []
    for item_key, item in first.items():
        if item_key in second:
            before = old.get(item_key, item)
            kept.append(item if _changed(before, item, second[item_key]) == _said(item) else second[item_key])
        elif item_key not in old:
            kept.append(item)
    kept += [item for item_key, item in second.items() if item_key not in first and item_key not in old]
    spine = (
        one if one is not None and one.items else other if other is not None and other.items else one or other
    )
    if spine is None or (not kept and (one is None or other is None)):
        return None
    return _written(key, spine, kept, (one, other))


def _take_one_of_two(old: _Keyed, first: _Keyed, second: _Keyed, settled: str | None) -> None:
    """An anchor that both sides gave other births is one anchor still, and not two new ones: that with the
    commit ``settled``, else the one that sorts first."""
    gone: dict[Hashable, list[Hashable]] = {}
    for key, item in old.items():
        if key not in first and key not in second:
            gone.setdefault(_what(item.value), []).append(key)
    for what, keys in gone.items():
        new = [
            [
                key
                for key, item in side.items()
                if key not in old and key not in beside and _what(item.value) == what
            ]
            for side, beside in ((first, second), (second, first))
        ]
        if not len(keys) == len(new[0]) == len(new[1]):
            continue  # one side did more than settle it
        for mine, theirs in zip(*new, strict=True):
            pair = sorted(
                (first[mine], second[theirs]), key=lambda item: (str(settled) not in _said(item), _said(item))
            )
            first[mine] = pair[0]
            del second[theirs]


def _what(value: Any) -> Hashable:
    """What an anchor is about, whatever commits tell of its lines."""
    if not isinstance(value, dict):
        return identity(value)
    keys = ("text", "symbol") if value.get("text") else ("path", "symbol")
    return identity({name: value.get(name) for name in keys})


def _changed(base: Item, one: Item, other: Item) -> str:
    return changed_one(_said(base), _said(one), _said(other))


def _said(item: Item) -> str:
    return "\n".join(item.lines)


def _keyed(key: str, side: Items | None) -> _Keyed:
    found: _Keyed = {}
    for item in side.items if side else ():
        name = _identity(key, item.value)
        time = 0
        while (name, time) in found:
            time += 1
        found[name, time] = item
    return found


def _identity(key: str, value: Any) -> Hashable:
    """What makes two items the same one: of an anchor its births and text, wherever its lines were."""
    if key == "anchors" and isinstance(value, dict) and value.get("births"):
        return identity({name: value.get(name) for name in ("births", "text", "symbol")})
    if key in ("tags", "aliases") and isinstance(value, str):
        return value.strip().casefold()
    return identity(value)


def _written(key: str, spine: Items, items: Sequence[Item], sides: Sequence[Items | None]) -> str:
    if spine.margin is None and all(_fits_brackets(item) for item in items):
        said = ", ".join(_in_brackets(item) for item in items)
        return f"{spine.before}[{said}]{_rest(spine.after)}"
    if not items:
        return f"{key}: []\n"
    head = spine if spine.margin is not None else next((s for s in sides if s and s.margin is not None), None)
    before, margin = (head.before, head.margin or "") if head else (f"{key}:\n", "  ")
    lines = [line for item in items for line in (item.lines if item.dashed else [f"- {item.lines[0]}"])]
    return before + "".join(f"{margin}{line}\n" if line else "\n" for line in lines)


def _rest(after: str) -> str:
    return after if after.endswith("\n") else after + "\n"


def _fits_brackets(item: Item) -> bool:
    return not item.dashed or (
        isinstance(item.value, str) and len(item.lines) == 1 and " #" not in item.lines[0]
    )


def _in_brackets(item: Item) -> str:
    return front_matter.flow([item.value])[1:-1] if item.dashed else item.lines[0]
