"""Use case: the living documents as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError
from lsp_server.memory.documents.names import decoded, document_named, document_path, new_text
from lsp_server.memory.documents.results import DocumentState, LivingDocument
from lsp_server.records.living import documents as table
from lsp_server.records.living.documents import BY_NAME, DOCUMENTS, Document, Form
from lsp_server.records.living.finding import all_addresses
from lsp_server.records.living.outline import is_placeholder, tree
from lsp_server.records.living.project import project_addresses
from lsp_server.records.living.reading import can_be_addressed, sections_of, twice

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.store.base import Snapshot


def document(core: Core, name: str, person: str | None = None) -> LivingDocument:
    """One document; see ``Memory.document``."""
    name = name.strip()
    if (found := table.document_at(name)) is not None:  # by its path
        path, known = name, found
    else:
        known = document_named(name)
        path = document_path(known, name, person, lambda: _newest_month(core))
    data = core.read(path)
    whose = person or table.person_of(path)
    if data is None:
        text = new_text(core, known, whose)
        return LivingDocument(known.name, path, text, sections_of(known, text), False, whose)
    text = decoded(path, data)
    return LivingDocument(known.name, path, text, sections_of(known, text), True, whose)


def _newest_month(core: Core) -> str:
    months = list(_months(core.store.snapshot()))
    return months[-1] if months else table.month_path(core.now().date())


def _months(snapshot: Snapshot) -> Iterator[str]:
    """The paths of the log, the oldest first."""
    for year in snapshot.list("log"):
        if year.is_directory:
            paths = [f"log/{year.name}/{month.name}" for month in snapshot.list(f"log/{year.name}")]
            yield from filter(table.month_of, paths)


def states(core: Core) -> tuple[DocumentState, ...]:
    """All documents, in the order of the table."""
    snapshot = core.store.snapshot()
    found = []
    for known in DOCUMENTS:
        paths = list(_months(snapshot)) if known.name == "log" else [known.path]
        if known.name == "preferences":
            own = [f"{known.folder}/{entry.name}" for entry in snapshot.list(known.folder)]
            paths += [path for path in own if table.person_of(path)]
        found += [_state(core, known, path) for path in paths or [table.month_path(core.now().date())]]
    return tuple(found)


def addresses(core: Core) -> tuple[str, ...]:
    """Every address there is: those of the texts, then what the table has besides."""
    found: list[str] = []
    for known in DOCUMENTS:
        data = core.read(known.path) if known.name != "log" else None
        try:
            text = "" if data is None else decoded(known.path, data)
            if known.form is Form.FIELDS:
                found += project_addresses(text)
            elif known.form is Form.ENTRIES:
                found += [known.name] if known.name == "log" else table.addresses(known)
            else:
                found += all_addresses(known, tree(text.replace("\r\n", "\n")))
        except GitMemoryError:  # a text that cannot be read completes nothing
            found += table.addresses(known)
    return tuple(dict.fromkeys(filter(can_be_addressed, found)))


def unsettled(known: Document, text: str) -> tuple[str, ...]:
    """The addresses of the fields that a merge left with two values. Raises ``RefusedError`` for YAML that
    cannot be read."""
    if known is BY_NAME["project"]:
        from lsp_server.records.living.project import read_project

        return tuple(f"project/{key.replace('.', '/')}" for key in read_project(text).conflicts)
    return twice(sections_of(known, text))


def _state(core: Core, known: Document, path: str) -> DocumentState:
    data = core.read(path)
    person = table.person_of(path)
    if data is None:
        return DocumentState(known.name, path, known.about, False, person)
    try:
        text = decoded(path, data)
        left = unsettled(known, text)
    except GitMemoryError as error:
        return DocumentState(known.name, path, known.about, True, person, problem=str(error))
    sections = sections_of(known, text)
    items = sum(
        len(one.items)
        + sum(bool(field.values) for field in one.fields)
        + bool(one.value and not is_placeholder(one.value))
        for one in sections
    )
    named = sum(bool(one.level) for one in sections)
    return DocumentState(known.name, path, known.about, True, person, named, items, left)
