"""Use case: bring a folder of ADRs onto the branch, body byte for byte, as one commit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lsp_server.index import Filters
from lsp_server.memory.core import Core
from lsp_server.memory.edits import Edits
from lsp_server.memory.guard import Guard
from lsp_server.memory.importing.folder import Source, place_of, read_folder
from lsp_server.memory.importing.linking import link_sources
from lsp_server.memory.importing.numbering import give_numbers
from lsp_server.memory.importing.results import Imported, ImportReport, Taken
from lsp_server.memory.importing.writing import write_record
from lsp_server.records.amounts import plural
from lsp_server.records.front_matter import split
from lsp_server.records.model import Kind, Record


def import_adrs(core: Core, directory: Path, *, dry_run: bool, guard: Guard) -> ImportReport:
    """Import every ADR below ``directory``. What an earlier import brought is left as it is."""
    sources = read_folder(core, directory, guard)
    report: list[Imported] = []
    core.tip()

    def change(edits: Edits) -> str:
        core.index.follow(core.store, edits.snapshot.version)
        for source in sources:
            source.begin_anew()
        _recognise(core, edits, sources)
        new = [s for s in sources if s.adr.is_adr and not s.broken and s.known is None]
        give_numbers(core, edits, Kind.DECISION, new)
        link_sources([s for s in sources if s.adr.is_adr and not s.broken])
        written = {source.name: write_record(edits, source) for source in new}
        report[:] = [_reported(source, written.get(source.name)) for source in sources]
        if not new:
            return ""
        first = written[new[0].name]
        names = [f"{written[s.name].label} {written[s.name].title}" for s in new]
        count = plural(len(new), "ADR")
        return core.templates.render(
            "commits/message",
            subject=f"decision: import {count} from {place_of(core, directory)}",
            body="\n".join(name[:100] for name in names),
            trailers=[("Memory-Id", first.id)] if len(new) == 1 else [],
        )

    if dry_run:
        change(core.edits(core.store.snapshot()))
        return ImportReport(tuple(report), None)
    version = core.commit(change)
    return ImportReport(tuple(report), version)


def _recognise(core: Core, edits: Edits, sources: Sequence[Source]) -> None:
    """Find what an earlier import brought, by where it came from or by the very same text."""
    by_origin: dict[str, Record] = {}
    by_body: dict[str, Record] = {}
    known = core.index.list(Filters(Kind.DECISION))
    for record in (*known, *edits.records()):  # those of the same batch, too
        if origin := record.extra.get("source"):
            by_origin[origin] = record
            by_body[record.body.strip()] = record
    for source in sources:
        text = source.data.decode("utf-8", "replace").removeprefix("\ufeff")
        source.known = by_origin.get(source.origin) or by_body.get(split(text).body_text.strip())


def _reported(source: Source, written: Record | None) -> Imported:
    taken, record, notes = Taken.NEW, written, (*source.notes, *source.remarks)
    if source.broken:
        taken, record, notes = Taken.SKIPPED, None, (source.broken,)
    elif not source.adr.is_adr:
        taken, record, notes = Taken.SKIPPED, None, tuple(source.notes)
    elif source.known is not None:
        taken, record, notes = Taken.KNOWN, source.known, ()
    return Imported(source.name, taken, record.path if record else None, record, notes, source.adr.dialect)
