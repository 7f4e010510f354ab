"""What is known of the form of one of our documents: from the tables of records and of living documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from lsp_server.editor.completing import Form, KnownField, KnownSection
from lsp_server.editor.documents import Document
from lsp_server.editor.record_files import record_kind
from lsp_server.records.fields import FIELDS, SEVERITIES, Shape
from lsp_server.records.life_cycle import statuses
from lsp_server.records.living import documents as living
from lsp_server.records.living.file_names import document_of
from lsp_server.records.living.usual_values import FIELD_VALUES, KEY_VALUES
from lsp_server.records.model import Kind
from lsp_server.records.outcomes import RESULTS

# A decision has these below its outcome, the good and the bad under one heading.
_DEEPER = ("rationale",)
_TOGETHER = ("good", "bad")
_CONSEQUENCES = "Consequences"


def form_of(document: Document) -> Form | None:
    """None for a document of which nothing is known."""
    kind = record_kind(document)
    if kind is not None:
        return _record(kind)
    known = document_of(document.path.name) if document.path is not None else None
    return None if known is None else _living(known)


def _record(kind: Kind) -> Form:
    sections = [
        KnownSection(field.key, 3 if field.name in _DEEPER else 2, _one_of(field.key, *field.also))
        for field in FIELDS[kind]
        if field.shape in (Shape.TEXT, Shape.ITEMS, Shape.STEPS) and field.name not in _TOGETHER
    ]
    if kind is Kind.DECISION:
        sections.append(KnownSection(_CONSEQUENCES, 3, _one_of(_CONSEQUENCES)))

    def values(key: str, _lines: Sequence[str], _at: int) -> Sequence[str]:
        if key == "status":
            return statuses(kind)
        if key == "outcome" and kind is Kind.DECISION:
            return RESULTS
        return SEVERITIES if key == "severity" and kind is Kind.BUG else ()

    return Form(sections, values)


def _living(known: living.Document) -> Form:
    if known.form is living.Form.ENTRIES:
        return Form([_entry(part) for part in known.parts])
    return Form([_section(known, part) for part in known.parts], _value_of)


def _section(known: living.Document, part: living.Part) -> KnownSection:
    names = living.called(part)

    def same(heading: str) -> bool:
        said = heading.partition(":")[0] if part.valued else heading
        return living.slug(said) in names

    fields = [KnownField(name, FIELD_VALUES.get((known.name, name), ())) for name in part.fields]
    return KnownSection(f"{part.title}: " if part.valued else part.title, 2, same, fields)


def _entry(part: living.Part) -> KnownSection:
    """A session log's entries have a heading each, with their date."""
    heading = f"{date.today().isoformat()} - {part.title}"
    return KnownSection(heading, 2, lambda _: True, [KnownField(name) for name in part.fields], again=True)


def _value_of(key: str, lines: Sequence[str], at: int) -> Sequence[str]:
    """Of a key of ``project.yaml``: what it belongs to tells the nearest key above it without an indent."""
    above = next((line for line in reversed(lines[: at + 1]) if line[:1].isalpha()), "")
    margin = above.partition(":")[0]
    return KEY_VALUES.get(("" if above == lines[at] else margin, key), ())


def _one_of(*names: str) -> Callable[[str], bool]:
    words = {name.casefold() for name in names}
    return lambda text: text.casefold().rstrip(":") in words
