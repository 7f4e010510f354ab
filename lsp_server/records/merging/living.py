"""Two edits of one living document as one: section by section, field by field, bullet by bullet.

Nothing is ever in conflict here: what both sides added is there, what one side took out and the other left as
it was is not, and of a field that both set differently both lines stay, one below the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from lsp_server.records import front_matter
from lsp_server.records.living.documents import Document, Form, slug
from lsp_server.records.living.entries import day_of, time_of
from lsp_server.records.living.finding import part_of
from lsp_server.records.living.outline import Node, is_placeholder, tree_of
from lsp_server.records.merging.body import Piece, gaps_of, numbered, together
from lsp_server.records.merging.choosing import changed_one
from lsp_server.records.merging.ordering import fitting_order
from lsp_server.records.merging.record import merge_record, merge_text
from lsp_server.records.merging.renamed import SECTION, heading_level
from lsp_server.records.merging.same_parts import FIELD, named
from lsp_server.records.merging.units import LISTED, TITLE, Unit, bare, cut, key_of
from lsp_server.records.model import Kind

ENTRY = "entry"


class Part(NamedTuple):
    """A part of a document with all that is below it. ``key`` is what makes it the same part on both sides;
    ``said`` what a field or heading says behind its name; ``moment`` when an entry is from."""

    key: tuple[Hashable, ...]
    unit: Unit
    parts: tuple[Part, ...] = ()
    said: str | None = None
    moment: str = ""

    @property
    def is_entry(self) -> bool:
        """Whether it is one of its own, though another has the same heading."""
        return self.key[0] == ENTRY

    def content(self) -> tuple[str, ...]:
        """All its text, whatever stands between."""
        return (bare(self.unit.text), *(line for part in self.parts for line in part.content()))


def merge_living(document: Document, base: bytes | None, one: bytes, other: bytes) -> bytes:
    """Two edits of a document's file; ``base`` is what both began with, None where there is none. The order
    of the two sides does not matter; what only one of them changed keeps its bytes. Never raises."""
    how = _merged_fields if document.form is Form.FIELDS else partial(_merged, document)
    return merge_text(base, one, other, ("", ""), how=how).data


# YAML ------------------------------------------------------------------------------------------------
def _merged_fields(base: str | None, one: str, other: str) -> str:
    """Merged as a front matter is: key by key; a value that both set is also under ``conflicts``."""
    from lsp_server.records.living.project import bare as unfenced
    from lsp_server.records.living.project import cut as opening
    from lsp_server.records.living.project import fenced
    from lsp_server.records.merging.one_style import in_one_style

    readable = [not front_matter.read(opening(text)[1])[1] for text in (one, other)]
    if not all(readable):
        return _with_unreadable(one, other, readable)
    fronts = in_one_style(None if base is None else opening(base)[1], opening(one)[1], opening(other)[1])
    parts = [None if text is None else fenced(text).encode("utf-8", "surrogateescape") for text in fronts]
    merged = merge_record(Kind.LEARNING, parts[0], parts[1] or b"", parts[2] or b"", ("", ""))
    text = merged.data.decode("utf-8", "surrogateescape")
    return opening(one)[0] + unfenced(text)


def _with_unreadable(one: str, other: str, readable: Sequence[bool]) -> str:
    """The side that is YAML, and below it the lines of the one that is not, as comments."""
    good, bad = (other, one) if readable[1] and not readable[0] else (one, other)
    there = set(good.splitlines())
    lost = [line for line in bad.splitlines() if line not in there and f"# {line}" not in there]
    said = "".join(f"# {line}\n" for line in lost)
    return f"{good if good.endswith(chr(10)) else good + chr(10)}{said}"


# Markdown --------------------------------------------------------------------------------------------
def _merged(document: Document, base: str | None, one: str, other: str) -> str:
    heads = [None if text is None else text[: front_matter.split(text).body] for text in (base, one, other)]
    head = ""
    if any(heads):
        fronts = [None if text is None else text.encode("utf-8", "surrogateescape") for text in heads]
        merged = merge_record(Kind.LEARNING, fronts[0] or None, fronts[1] or b"", fronts[2] or b"", ("", ""))
        head = merged.data.decode("utf-8", "surrogateescape")
    bodies = [
        None if text is None else text[len(part or "") :]
        for text, part in zip((base, one, other), heads, strict=True)
    ]
    units = [cut(text or "") for text in bodies]
    old, first, second = (
        tuple(_part(document, text or "", node) for node in tree_of(text or "", found))
        for text, found in zip(bodies, units, strict=True)
    )
    pieces = _flat(_both(old, first, second))
    start = Piece(units[1][0], gaps_of(units[0][0] if bodies[0] else None, units[1][0], units[2][0]))
    end = changed_one(*(found[-1].gap for found in (units[0] if bodies[0] else units[1], *units[1:])))
    return head + numbered(together([start, *pieces], end), units[1:])


class _Merged(NamedTuple):
    """A part of the result; ``gaps`` are what followed it on the sides, best first."""

    part: Part
    gaps: tuple[tuple[str, str], ...]
    below: tuple[_Merged, ...] = ()


def _flat(found: Sequence[_Merged]) -> list[Piece]:
    return [piece for one in found for piece in (Piece(one.part.unit, one.gaps), *_flat(one.below))]


def _part(document: Document, text: str, node: Node) -> Part:
    own = text[node.start : node.end]
    unit = Unit(node.kind, own, node.gap, node.follows)
    below = tuple(_part(document, text, part) for part in node.parts)
    if node.kind == TITLE:
        return Part((TITLE,), unit, below)
    if node.level:
        return _section(document, node, unit, below)
    if node.is_field:
        return Part((FIELD, node.slug), unit, below, node.value)
    return Part((node.kind, key_of(node.kind, own.strip() if node.kind in LISTED else own)), unit, below)


def _section(document: Document, node: Node, unit: Unit, below: tuple[Part, ...]) -> Part:
    if document.form is Form.ENTRIES:
        moment = day_of(node) or time_of(node) or ""
        # A day of the log holds entries; an entry is one of its own, though another has its heading.
        holds = document.name == "log" and day_of(node)
        return Part((SECTION if holds or not moment else ENTRY, slug(node.name)), unit, below, moment=moment)
    known = part_of(document, node)
    if known is None:
        return Part((SECTION, slug(node.name)), unit, below)
    said = node.name.partition(":")[2].strip() if known.valued else None
    return Part((SECTION, slug(known.title)), unit, below, said)


# the merge -------------------------------------------------------------------------------------------
def _both(base: Sequence[Part], one: Sequence[Part], other: Sequence[Part]) -> tuple[_Merged, ...]:
    if not one and not other:
        return ()
    old, first, second = named(base, one, other)
    result: list[_Merged] = []
    for key in fitting_order(list(old), list(first), list(second)):
        before, left, right = old.get(key), first.get(key), second.get(key)
        if left is not None and right is not None:
            result += _same_part(before, left, right)
        elif (there := left or right) is not None:
            gone = (
                _replaced(there, base, one if left is None else other)
                if before is None
                else (there.content() == before.content())
            )
            result += [] if gone else [_whole(there)]
    # What stands below a heading would belong to it: first what has none, then what has the deepest.
    result.sort(key=lambda found: -heading_level(found.part) if heading_level(found.part) else -7)
    return _in_time(result, one, other)


def _replaced(heading: Part, base: Sequence[Part], side: Sequence[Part]) -> bool:
    """Whether a heading that a merge kept beside another one says what the base said and this side has put
    something else in the place of."""
    if not heading.said or heading.parts:
        return False
    there = [[one.said for one in parts if one.key == heading.key] for parts in (base, side)]
    return heading.said in there[0] and bool(there[1]) and heading.said not in there[1]


def _same_part(base: Part | None, one: Part, other: Part) -> list[_Merged]:
    """A part that both sides have; two where both gave it another value."""
    if base == one == other:
        return [_whole(one)]
    gaps = gaps_of(base and base.unit, one.unit, other.unit)
    below = _both(_known_below(base, one, other), one.parts, other.parts)
    chosen = _chosen(base, one, other)
    if chosen is not None:
        apart = not any(_lists(side, chosen.said) for side in (one, other) if side.said == chosen.said)
        if chosen.key[0] == FIELD and chosen.said and apart:  # what one side has as a bullet is there once
            below = tuple(part for part in below if part.below or not _says(part.part, chosen.said))
        return [_Merged(chosen, gaps, below)]
    first, second = sorted((one, other), key=lambda part: bare(part.unit.text))
    return [_Merged(first, gaps, below), _Merged(second, gaps)]


def _known_below(base: Part | None, one: Part, other: Part) -> Sequence[Part]:
    """What the base has below a part. A field's value is there, too, where one side made it the first of
    several bullets and the other has it no more."""
    if base is None:
        return ()
    if base.key[0] == FIELD and base.said and not is_placeholder(base.said):
        for listed, side in ((one, other), (other, one)):
            if base.said not in (listed.said, side.said) and not _lists(side, base.said):
                found = [part for part in listed.parts if _says(part, base.said)]
                return (*(part._replace(parts=()) for part in found[:1]), *base.parts)
    return base.parts


def _lists(field: Part, words: str | None) -> bool:
    return any(_says(part, words) for part in field.parts)


def _says(part: Part, words: str | None) -> bool:
    return part.key[0] in LISTED and part.key == (part.key[0], (part.key[0], words))


def _chosen(base: Part | None, one: Part, other: Part) -> Part | None:
    """The side whose own text stays; None where both have to."""
    texts = [one.unit.text, other.unit.text]
    before = base.unit.text if base else None
    if before in texts:
        return other if one.unit.text == before else one
    if one.key == (TITLE,) and base is not None:
        return None
    if one.key[0] in LISTED and one.key != other.key:  # one bullet, known by what stands below it
        return None
    if one.said is None or other.said is None or one.said == other.said:
        return one if changed_one("", *texts) == texts[0] else other
    empty = [not part.said or is_placeholder(part.said) for part in (one, other)]
    if any(empty):
        return other if empty[0] else one
    if base is not None and base.said in (one.said, other.said):  # the other changed how it is written
        return other if one.said == base.said else one
    return None


def _whole(part: Part) -> _Merged:
    return _Merged(part, ((part.unit.gap, part.unit.follows),), tuple(map(_whole, part.parts)))


def _in_time(found: Sequence[_Merged], one: Sequence[Part], other: Sequence[Part]) -> tuple[_Merged, ...]:
    """Dated parts in the order of their time, where both sides have them so or the other way round."""
    orders = [[part.moment for part in side if part.moment] for side in (one, other)]
    if not all(orders):
        return tuple(found)
    upwards = all(a <= b for side in orders for a, b in pairwise(side))
    if not upwards and any(a < b for side in orders for a, b in pairwise(side)):
        return tuple(found)  # somebody's own order
    dated = sorted(
        (part for part in found if part.part.moment), key=lambda part: part.part.moment, reverse=not upwards
    )
    below = _undated(found, one, other)
    return (*below.pop(None, ()), *(part for day in dated for part in (day, *below.pop(day.part.key, ()))))


def _undated(
    found: Sequence[_Merged], one: Sequence[Part], other: Sequence[Part]
) -> dict[Hashable, list[_Merged]]:
    """The parts without a date, by the dated one that they stand below on their own side."""
    moments: dict[Hashable, str] = {
        merged.part.key: merged.part.moment for merged in found if merged.part.moment
    }
    above: dict[Hashable, list[Hashable]] = {}
    for side in (one, other):
        last: Hashable = None
        for part in side:
            if part.key in moments:
                last = part.key
            elif not part.moment:
                above.setdefault(part.key, []).append(last)
    below: dict[Hashable, list[_Merged]] = {}
    for merged in found:
        if not merged.part.moment:
            places = above.get(merged.part.key) or [None]  # the earlier one, where the sides differ
            place = min(places, key=lambda key: (moments.get(key, ""), repr(key)))
            below.setdefault(place, []).append(merged)
    return below
