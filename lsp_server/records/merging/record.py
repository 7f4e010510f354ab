"""The three-way merge of one file, whatever is in it: symmetric, pure, never an exception."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from lsp_server.errors import RefusedError
from lsp_server.records import conflict_list, conflict_marks, front_matter, sections
from lsp_server.records.conflict_marks import Alternative
from lsp_server.records.front_entries import UnreadableError, identity, read_entries
from lsp_server.records.labels import normalise_label
from lsp_server.records.merging.body import merge_body
from lsp_server.records.merging.choosing import changed_one
from lsp_server.records.merging.front import Alternatives, FrontMerge, Source, held_values, replaced, value_of
from lsp_server.records.merging.results import Merged
from lsp_server.records.merging.statuses import with_one_status
from lsp_server.records.model import Conflict, Kind
from lsp_server.records.moments import moment

_MARK = "\ufeff"
_Held = Mapping[tuple[str, str], Conflict]


class _File(NamedTuple):
    """A file's text with ``\\n`` for line ends, and how it is written: its line end and byte order mark."""

    text: str
    newline: str
    mark: str


def merge_record(
    kind: Kind,
    base: bytes | None,
    one: bytes,
    other: bytes,
    names: tuple[str, str],
    *,
    apart: bool = False,
) -> Merged:
    """Two edits of one record's file as one. ``base`` is the file both began with, None where there is none;
    ``names`` say in conflict marks whose text is whose, for ``one`` and ``other``.

    What only one side changed is as that side has it, byte by byte; what both changed is merged by the
    meaning of the field; what cannot be is kept twice and listed under ``conflicts``. The order of the two
    sides does not matter. Never raises. ``apart``: of a session, what both sides added is never the same, as
    each said it itself.
    """
    if (known := _one_sided(base, one, other)) is not None:
        return Merged(known, _standing(_decoded(known)))
    (first, first_name), (second, second_name) = sorted(((one, names[0]), (other, names[1])), key=_by_name)
    texts, whole = _texts(base, first, second)
    if kind is Kind.SESSION:
        from lsp_server.records.sessions.arranging import arranged

        base_text, *sides = texts
        texts = (base_text and arranged(base_text), arranged(sides[0]), arranged(sides[1]))
    labels = (first_name, second_name)
    text = _merged_record(kind, *texts, labels, apart=apart)
    if text is None:
        text = merge_body(*texts, labels, max)
    return Merged(_encoded(text, whole), _standing(text))


def merge_text(
    base: bytes | None,
    one: bytes,
    other: bytes,
    names: tuple[str, str],
    *,
    how: Callable[[str | None, str, str], str] | None = None,
) -> Merged:
    """As ``merge_record`` for a text that is no record: paragraph by paragraph, or as ``how`` does it with
    the texts of the base and both sides, whose line ends are ``\\n``."""
    if (known := _one_sided(base, one, other)) is not None:
        return Merged(known, _marked(_decoded(known)))
    (first, first_name), (second, second_name) = sorted(((one, names[0]), (other, names[1])), key=_by_name)
    texts, whole = _texts(base, first, second)
    text = merge_body(*texts, (first_name, second_name), max) if how is None else how(*texts)
    return Merged(_encoded(text, whole), _marked(text))


def _standing(text: str) -> tuple[Conflict, ...]:
    parts = front_matter.split(text)
    values = {} if parts.front is None else front_matter.read(parts.front)[0]
    return tuple(dict.fromkeys(conflict for conflict, _ in conflict_list.standing(parts, values)))


def _marked(text: str) -> tuple[Conflict, ...]:
    return tuple(dict.fromkeys(found.conflict for found in conflict_list.marked(text)))


def _one_sided(base: bytes | None, one: bytes, other: bytes) -> bytes | None:
    """The result where one side changed nothing, or both the same."""
    if other in (one, base):
        return one
    return other if one == base else None


def _by_name(side: tuple[bytes, str]) -> tuple[str, bytes]:
    return side[1], side[0]


# bytes and text ------------------------------------------------------------------------------------
def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _encoded(text: str, style: tuple[str, str]) -> bytes:
    newline, mark = style
    return (mark + text.replace("\n", newline)).encode("utf-8", "surrogateescape")


def _texts(
    base: bytes | None, first: bytes, second: bytes
) -> tuple[tuple[str | None, str, str], tuple[str, str]]:
    """The three texts, and the line end and the byte order mark of what they become."""
    ends = [_newline(data) for data in (base, first, second) if data is not None]
    pure = None not in ends
    one, other = _file(first, pure=pure), _file(second, pure=pure)
    old = one if base is None else _file(base, pure=pure)
    newlines = [file.newline for file in (old, one, other)]
    # A text of one line has no line end that it could prefer.
    newline = changed_one(*(end or max(newlines, key=len) for end in newlines)) or "\n" if pure else "\n"
    mark = changed_one(old.mark, one.mark, other.mark)
    return (None if base is None else old.text, one.text, other.text), (newline, mark)


def _newline(data: bytes) -> str | None:
    """The line end of a file, empty where it has none, None where they differ."""
    all_ends, windows = data.count(b"\n"), data.count(b"\r\n")
    if not all_ends:
        return ""
    return "\r\n" if all_ends == windows else "\n" if not windows else None


def _file(data: bytes, *, pure: bool) -> _File:
    text = _decoded(data)
    newline = _newline(data) if pure else None
    mark = _MARK if text.startswith(_MARK) else ""
    text = text[len(mark) :]
    return _File(text.replace("\r\n", "\n") if newline == "\r\n" else text, newline or "", mark)


# a record --------------------------------------------------------------------------------------------
def _merged_record(
    kind: Kind, base: str | None, one: str, other: str, names: tuple[str, str], *, apart: bool = False
) -> str | None:
    """The merged file; None where neither side has a front matter that can be read."""
    old, first, second = (None if text is None else _source(text) for text in (base, one, other))
    if first is None and second is None:
        return None
    held = [held_values(source) if source else {} for source in (old, first, second)]
    titles = _Titles(held)
    if first is None or second is None:
        merged = _with_one_front(base, (one, other), (first, second), names, titles)
        return _with_conflicts(merged, held, titles.conflicts())
    only = [held[side].keys() - held[3 - side].keys() - held[0].keys() for side in (1, 2)]
    for side, there in ((1, second), (2, first)):
        gone = replaced({key: held[side][key] for key in only[side - 1]}, old, there)
        held[side] = {key: item for key, item in held[side].items() if key not in gone}
    one, other = with_one_status(kind, base, one, other)
    merge = FrontMerge(kind, old, first, second, Alternatives(frozenset(held[1]), frozenset(held[2])))
    front = merge.text()
    opening = front_matter.split(one)
    bodies = base and _body(base), _body(one), _body(other)
    body: str | None = None
    if kind is Kind.SESSION:
        from lsp_server.records.merging.messages import merge_messages

        body = merge_messages(*bodies, _is_earlier(first, second), apart=apart)
    if body is None:
        body = merge_body(*bodies, names, titles.settle)
    text = one[: opening.start] + front + one[opening.end : opening.body] + body
    again = _source(text)
    if again is None or value_of(again, "id") not in (value_of(first, "id"), value_of(second, "id")):
        return None
    text = _with_aliases(text, merge.former)
    return _with_conflicts(text, held, [*merge.conflicts, *titles.conflicts()])


def _is_earlier(first: Source, second: Source) -> bool:
    """Whether the first side of a session was saved before the second, as far as their clocks tell."""
    one, other = (moment(value_of(side, "updated_at")) for side in (first, second))
    return one is None or other is None or one <= other


def _body(text: str) -> str:
    return front_matter.split(text).body_text


class _Titles:
    """Two titles of one record: one stays, the other is listed."""

    def __init__(self, held: Sequence[_Held]) -> None:
        self._held = held
        self._dropped: list[str] = []

    def settle(self, one: str, other: str) -> str:
        """Of two headings the one that stays: the one that a side has settled on already, else the first."""
        words = [sections.title_of(heading) or heading for heading in (one, other)]
        if words[0] == words[1]:
            return one
        keys = [(conflict_list.TITLE, identity(word)) for word in words]
        kept = 1 if keys[1] not in self._held[1] and keys[0] in self._held[2] else 0
        self._dropped.append(words[1 - kept])
        return (one, other)[kept]

    def conflicts(self) -> list[Conflict]:
        return [Conflict(conflict_list.TITLE, front_matter.scalar(title)) for title in self._dropped]


def _with_one_front(
    base: str | None,
    texts: tuple[str, str],
    sources: tuple[Source | None, Source | None],
    names: tuple[str, str],
    titles: _Titles,
) -> str:
    """The record where only one side has a front matter that can be read: that one stays. What stands in the
    place of the other's is kept in the text, where a person finds it and nothing else is taken down."""
    good = 0 if sources[0] is not None else 1
    bad = 1 - good
    head, rest = _broken_head(texts[bad])
    bodies = [rest, rest]
    bodies[good] = _body(texts[good])
    old = base and (_broken_head(base)[1] if _source(base) is None else _body(base))
    body = merge_body(old, bodies[0], bodies[1], names, titles.settle)
    if head.strip() and head.strip("\n") not in body:
        pair = [Alternative(names[good], ""), Alternative(names[bad], head.strip("\n"))]
        body = f"\n{conflict_marks.write(conflict_marks.unite(pair))}\n\n{body.lstrip(chr(10))}"
    opening = front_matter.split(texts[good])
    return texts[good][: opening.body] + body


def _broken_head(text: str) -> tuple[str, str]:
    """A text cut where a front matter that cannot be read ends."""
    found = front_matter.split(text)
    if found.front is not None:
        return text[: found.body], text[found.body :]
    if not text.startswith("---"):
        return "", text
    end = text.find("\n\n")
    return (text[: end + 1], text[end + 1 :]) if end >= 0 else (text, "")


def _with_aliases(text: str, former: Sequence[str]) -> str:
    """The file with the labels that the record had among its aliases."""
    from lsp_server.records.front_matter_edit import add_item

    values, _ = front_matter.read(front_matter.split(text).front or "")
    aliases = values.get("aliases", [])
    known = aliases.split(",") if isinstance(aliases, str) else [a for a in aliases if isinstance(a, str)]
    for label in former:
        if label not in map(normalise_label, known):
            try:
                text = add_item(text, "aliases", label)
            except RefusedError:  # somebody's own key of that name
                continue
    return text


def _with_conflicts(text: str, held: Sequence[_Held], new: Sequence[Conflict]) -> str:
    """The file with the list of what stands unsettled: from before (as a set), from now, and its marks."""
    old, first, second = held
    items = {key: item for key, item in second.items() if key in first or key not in old}
    items |= {key: item for key, item in first.items() if key in second or key not in old}
    for conflict in new:
        value, _ = front_matter.read(f"value: {conflict.other}\n")
        items.setdefault((conflict.where, identity(value.get("value"))), conflict)
    parts = front_matter.split(text)
    values, _ = front_matter.read(parts.front or "")
    title = sections.title_of(parts.body_text)
    wanted = []
    for (_, said), item in sorted(items.items()):
        if not conflict_list.is_settled(conflict_list.Listed(item, json.loads(said), 0), values, title):
            wanted.append(item)
    wanted += [found.conflict for found in conflict_list.marked_in(parts)]
    return conflict_list.write(text, conflict_list.key_in(values), wanted)


def _source(text: str) -> Source | None:
    front = front_matter.split(text).front
    if front is None:
        return None
    try:
        entries = read_entries(front)
    except UnreadableError:
        return None
    return Source(front, entries) if entries.entries else None
