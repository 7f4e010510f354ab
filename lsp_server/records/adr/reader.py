"""Reading one ADR file, as tolerant as a person: whatever its dialect, it never raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from lsp_server.records.adr.dates import FoundDate, day_comes_first, find_dates
from lsp_server.records.adr.dialect import dialect_of
from lsp_server.records.adr.fields import FieldValue, find_fields
from lsp_server.records.adr.front import FrontMatter, read_front, split_list
from lsp_server.records.adr.inline import plain
from lsp_server.records.adr.layout import Layout, markup_of
from lsp_server.records.adr.links import field_links, links_in, prose_links, unique
from lsp_server.records.adr.model import Adr, AdrLink
from lsp_server.records.adr.names import FileName, looks_like_template, number_in, read_name, why_not_adr
from lsp_server.records.adr.sections import read_sections
from lsp_server.records.adr.status_place import StatusFound, find_status
from lsp_server.records.adr.titles import TitleFound, find_title
from lsp_server.records.adr.vocabulary import canonical_key, section_of
from lsp_server.records.model import Relation

_BLANK_VALUE = re.compile(
    r"\W*(?:(?:none|n/?a|nil|null|tbd|-)\W*)?\Z|\s*[{\[<][^}\]>]*\s[^}\]>]*[}\]>]\s*\Z", re.IGNORECASE
)
_BARE_DATE = re.compile(r"[\W_]*(?:\w+\.? \d|\d)")
_FIRST_DRAFT = re.compile(r"\b(?:first|initial)\s+(?:draft|version|proposal)\b", re.IGNORECASE)
_DATE_KEYS = ("created", "date", "decided", "updated")
_LINK_KEYS = {relation.value: relation for relation in Relation}


def read_adr(name: str, text: str, *, day_first: bool | None = None) -> Adr:
    """What a file called ``name`` holds. ``name`` may have folders before it.

    ``day_first`` settles dates such as 03/04/2020, where the file itself does not: what
    ``day_comes_first`` says of the folder's files. Never raises, whatever the text.
    """
    file = read_name(name)
    front = read_front(text)
    layout = Layout(text, markup_of(name, text), front.end)
    fields = [*_front_fields(front), *find_fields(layout)]
    notes: list[str] = list(front.notes)
    title = find_title(layout, front, fields, file)
    number = _number(file, fields, title, notes)
    status = find_status(layout, front, [field for field in fields if field.how != "front matter"])
    _note_status(status, notes)
    day, doubt = _date(layout, fields, status, day_first)
    day = day or file.date
    if doubt and day is None:
        notes.append(doubt)
    adr = Adr(
        title=title.text,
        number=number,
        slug=file.slug,
        date=day,
        status=status.status,
        status_text=status.text,
        status_place=status.place,
        tags=_words(fields, "tags", spaces=True),
        deciders=_words(fields, "deciders"),
        links=_links(layout, fields, status, file, number),
        dialect=dialect_of(layout, front, file, fields),
        sections=read_sections(layout, title.heading),
        notes=title.notes + tuple(notes),
    )
    reason = _why_not_adr(adr, file, title, empty=not text.strip())
    return replace(adr, is_adr=False, notes=(reason, *adr.notes)) if reason else adr


def _front_fields(front: FrontMatter) -> Iterator[FieldValue]:
    for value in front.values.values():
        if key := canonical_key(value.key):
            text = ", ".join(value.items) if value.items else value.text
            yield FieldValue(key, text.strip(), value.line, value.start, value.end, "front matter")


def _number(file: FileName, fields: Sequence[FieldValue], title: TitleFound, notes: list[str]) -> int | None:
    said = next(
        (n for f in fields if f.key == "number" and (n := number_in(plain(f.text))) is not None), None
    )
    for where, other in (("title", title.number), ("text", said)):
        if file.number is not None and other not in (None, file.number):
            notes.append(
                f"The {where} says number {other}, the file name {file.number}: the file name counts."
            )
            break
    return next((n for n in (file.number, said, title.number) if n is not None), None)


def _note_status(status: StatusFound, notes: list[str]) -> None:
    shown = plain(status.text)[:80]
    if status.status is None and status.choice:
        notes.append("The status is still the template's list of choices.")
    elif status.status is None and status.text and not _BLANK_VALUE.match(status.text):
        notes.append(f"The status “{shown}” was not understood.")
    elif status.status is None:
        notes.append("No status was found.")
    elif not status.sure:
        notes.append(f"The status “{shown}” was taken for {status.status}.")


def _date(
    layout: Layout, fields: Sequence[FieldValue], status: StatusFound, day_first: bool | None
) -> tuple[date | None, str]:
    """The first date that a place says which should, in the order of how well that place is suited; where
    none does, what is to be said of one that was not understood."""
    doubtful = ""
    for texts, all_of_them, meant in _date_places(layout, fields, status):
        found = [d for text in texts for d in find_dates(text, day_first=day_first)]
        own = day_comes_first(texts)
        if own is not None or any(d.ambiguous for d in found):
            own = own if own is not None else day_comes_first([layout.text])
            found = [
                d for text in texts for d in find_dates(text, day_first=day_first if own is None else own)
            ]
        days = [d.date for d in found if d.date is not None]
        if days and all_of_them:
            return _first_draft(texts, found) or min(days), ""
        if days:
            return days[0], ""
        if meant or any(d.ambiguous for d in found):
            doubtful = doubtful or _doubt(texts, found)
    return None, doubtful


def _date_places(
    layout: Layout, fields: Sequence[FieldValue], status: StatusFound
) -> Iterator[tuple[list[str], bool, bool]]:
    """Texts with a date; whether the earliest of them counts or the first; whether they are meant for it."""
    for key in _DATE_KEYS:
        yield [field.text for field in fields if field.key == key], False, True
    top = layout.headings[1].line if len(layout.headings) > 1 else layout.first + 12
    for wanted in ("date", "changelog"):
        for index, heading in enumerate(layout.headings):
            if section_of(heading.words) == wanted:
                lines = [line.text for line in layout.body_of(index)]
                for deeper in range(index + 1, len(layout.headings)):
                    if layout.headings[deeper].level <= heading.level:
                        break
                    lines += [layout.headings[deeper].words, *(line.text for line in layout.body_of(deeper))]
                yield [line[:60] for line in lines], True, True
    yield [line.text for line in status.lines], False, False
    yield (
        [
            line.text
            for line in layout.between(layout.first, top)
            if len(line.text) < 60 and _BARE_DATE.match(line.text)
        ],
        False,
        False,
    )


def _first_draft(texts: list[str], found: list[FoundDate]) -> date | None:
    """The date of the one entry of a change log that says it is the first; others are mistyped at times."""
    first = [text for text in texts if _FIRST_DRAFT.search(text)]
    if len(first) != 1:
        return None
    days = {day.date for day in found if day.date is not None}
    return next(
        (d.date for own in (None, True) for d in find_dates(first[0], day_first=own) if d.date in days), None
    )


def _doubt(texts: Iterable[str], found: list[FoundDate]) -> str:
    if any(d.ambiguous for d in found):
        text = next(t for t in texts if any(d.ambiguous for d in find_dates(t)))
        return f"The date “{plain(text)[:60]}” could be read in two ways."
    text = next((t for t in texts if re.search(r"\d[-/.]\d|\b(?:19|20)\d\d\b", t)), "")
    return f"The date “{plain(text)[:60]}” was not understood." if text and len(text) < 60 else ""


def _words(fields: Sequence[FieldValue], key: str, *, spaces: bool = False) -> tuple[str, ...]:
    for field in fields:
        if field.key == key and not _BLANK_VALUE.match(field.text):
            text = (
                field.text.strip("{}[] ") if field.text[:1] in "{[" and "](" not in field.text else field.text
            )
            words = [plain(word).lstrip("#" if spaces else "") for word in split_list(text)]
            if spaces and len(words) == 1 and field.how != "front matter":
                words = words[0].split()
            return tuple(word for word in words if word)
    return ()


def _links(
    layout: Layout, fields: Sequence[FieldValue], status: StatusFound, file: FileName, number: int | None
) -> tuple[AdrLink, ...]:
    known = layout.definitions
    found: list[AdrLink] = []
    default = Relation.SUPERSEDED_BY if status.status == "superseded" else Relation.RELATES_TO
    for line in status.lines:
        found += links_in(line, known, default)
    for field in fields:
        if field.key in _LINK_KEYS and not _BLANK_VALUE.match(field.text):
            found += field_links(_LINK_KEYS[field.key], field.text, field.line, known)
    for index, heading in enumerate(layout.headings):
        if section_of(heading.words) == "links":
            relation = _LINK_KEYS.get(canonical_key(heading.words) or "", Relation.RELATES_TO)
            for line in layout.body_of(index):
                if line.text.strip():
                    found += links_in(line, known, relation)
    found += prose_links(layout.lines, known)
    return unique(found, number, file.stem)


def _why_not_adr(adr: Adr, file: FileName, title: TitleFound, *, empty: bool) -> str | None:
    if empty:
        return "The file is empty."
    known = {"context", "decision", "consequences", "options", "rationale"} & adr.sections.keys()
    if reason := why_not_adr(file, says_status=adr.status is not None and len(known) > 1):
        return reason
    if title.gap and adr.status is None and (not file.number or looks_like_template(file)):
        return "The title and the status are a template's gaps."
    said = adr.number is not None or file.date is not None or adr.status is not None
    if not said and len(known) < (1 if adr.date else 2):
        return "It has no number, no status and no sections of a decision."
    return None
