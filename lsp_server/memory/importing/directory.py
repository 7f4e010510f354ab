"""Use case: bring a directory of project memory onto the branch, as one commit."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import RefusedError, SecretError, UsageError
from lsp_server.index import Filters
from lsp_server.memory.importing import directory_documents
from lsp_server.memory.importing.directory_coming import ComingRecords
from lsp_server.memory.importing.directory_files import Progress, read_directory
from lsp_server.memory.importing.directory_records import (
    IMPORTED,
    origin_of,
)
from lsp_server.memory.importing.directory_sessions import Sessions
from lsp_server.memory.importing.folder import place_of
from lsp_server.memory.importing.numbering import give_numbers
from lsp_server.memory.importing.results import Imported, ImportReport, Taken
from lsp_server.memory.importing.taking import Taking
from lsp_server.memory.importing.things import Thing
from lsp_server.records.amounts import plural
from lsp_server.records.labels import NUMBERED, format_label
from lsp_server.records.model import Kind, Link, Record, Relation
from lsp_server.records.project_directory.beside import NAME, Beside
from lsp_server.records.project_directory.bugs import learning_named
from lsp_server.records.uncollected import uncollected

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.guard import Guard

_TOMBSTONE = re.compile(r"deleted/(?:decisions|bugs)/(?:\d{4,7}/)?(\d{4,7})\.yaml\Z")


def import_directory(
    core: Core, directory: Path, *, dry_run: bool, guard: Guard, progress: Progress = lambda _: None
) -> ImportReport:
    """Import a project directory. What an earlier import brought is left, or brought up to date."""
    core.tip()
    with uncollected():
        return _imported(core, directory, dry_run=dry_run, guard=guard, progress=progress)


def _imported(
    core: Core, directory: Path, *, dry_run: bool, guard: Guard, progress: Progress
) -> ImportReport:
    things, beside = read_directory(directory, progress, in_two=True)
    change = _Import(
        core,
        things,
        place=place_of(core, directory),
        beside=beside or Beside(),
        guard=guard,
        progress=progress,
    )
    version = None
    if dry_run:
        change(core.edits(core.store.snapshot()))
    else:
        version = core.commit(change)
    return ImportReport(tuple(map(_told, things)), version)


def _told(thing: Thing) -> Imported:
    if thing.broken:
        return Imported(thing.name, Taken.SKIPPED, notes=(thing.broken,))
    notes = (*thing.notes, *thing.remarks) if thing.taken is not Taken.KNOWN else tuple(thing.remarks)
    return Imported(thing.name, thing.taken, thing.path, thing.record, notes)


class _Import:
    """The change of an import; made again where another writer was faster."""

    def __init__(
        self, core: Core, things: list[Thing], *, place: str, beside: Beside, guard: Guard, progress: Progress
    ) -> None:
        self._core = core
        self._place = place
        self._things = things
        self._beside = beside
        self._guard = guard
        self._progress = progress
        self._coming = ComingRecords(core, things, beside, guard)

    def __call__(self, edits: Edits) -> str:
        with self._core.team.held():
            return self._change(edits)

    def _change(self, edits: Edits) -> str:
        core = self._core
        core.index.follow(core.store, edits.snapshot.version)
        for thing in self._things:
            thing.begin_anew()
        there = [*core.index.list(Filters()), *edits.records()]
        by_origin = {origin_of(r.extra.get(IMPORTED, ""))[0]: r for r in there if IMPORTED in r.extra}
        by_id = {record.id: record for record in there}
        records = [thing for thing in self._things if thing.entry is not None and not thing.broken]
        known = {
            id(thing): record
            for thing in records
            if (record := by_id.get(thing.id) if thing.id else by_origin.get(thing.origin)) is not None
        }
        self._tombstones(edits)
        new = [thing for thing in records if id(thing) not in known]
        for kind in sorted(NUMBERED):
            wanting = [thing for thing in new if thing.entry is not None and thing.entry.kind is kind]
            give_numbers(core, edits, kind, wanting)
        self._link(records, known, there)
        self._coming.make_ready(new)
        taking = Taking(core, edits, self._beside, self._guard, there)
        self._sessions = Sessions(taking, self._things)
        for count, thing in enumerate(self._things):
            if count % 100 == 0:
                self._progress(f"{count} of {len(self._things)} things written")
            self._one(taking, thing, known.get(id(thing)))
        return self._message()

    def _one(self, taking: Taking, thing: Thing, known: Record | None) -> None:
        """Take one thing in; where that fails, only this one stays out."""
        if thing.broken:
            return
        mark = taking.edits.mark()
        try:
            self._take(taking, thing, known)
        except (RefusedError, UsageError) as error:
            taking.edits.back_to(mark)
            thing.taken, thing.record, thing.path = Taken.SKIPPED, None, None
            thing.remarks.append(str(error))

    def _take(self, taking: Taking, thing: Thing, known: Record | None) -> None:
        edits = taking.edits
        if thing.artifact is not None:
            self._artifact(edits, thing)
        elif thing.documents:
            directory_documents.take(taking, thing)
        elif thing.session is not None:
            self._sessions.take(thing)
        else:
            self._coming.take(edits, thing, known)

    def _link(self, records: list[Thing], known: dict[int, Record], there: list[Record]) -> None:
        """A bug that says which learning to see is linked to it, both ways."""
        learnings: dict[str, tuple[str, str, Thing | None]] = {
            record.title.casefold(): (record.id, record.label, None)
            for record in there
            if record.kind is Kind.LEARNING
        }
        for thing in records:
            if thing.entry is not None and thing.entry.kind is Kind.LEARNING and id(thing) not in known:
                own = thing.id or thing.new_id
                learnings[thing.entry.title.casefold()] = own, format_label(Kind.LEARNING, None, own), thing
        for thing in records:
            if thing.entry is None or thing.entry.kind is not Kind.BUG or id(thing) in known or thing.id:
                continue
            title = learning_named(thing.entry)
            if title is None:
                continue
            found = learnings.get(title.casefold())
            if found is None:
                thing.remarks.append(f"the learning “{title}” is not there; it was not linked")
                continue
            target, label, learning = found
            thing.links.append(Link(Relation.TAUGHT, target, label))
            if learning is not None and not learning.id:
                own_label = format_label(Kind.BUG, thing.number, "")
                learning.links.append(Link(Relation.LEARNED_FROM, thing.new_id, own_label))

    # the rest --------------------------------------------------------------------------------------
    def _artifact(self, edits: Edits, thing: Thing) -> None:
        from lsp_server.memory.artifacts import adding as artifacts
        from lsp_server.memory.artifacts.limits import limit

        assert thing.artifact is not None
        try:
            size = thing.artifact.stat().st_size
            most = limit(self._core)
            if size > max(most, 1 << 30):
                raise RefusedError(
                    "it is larger than 1 GB: add it by itself with `git memory artifact add --lfs`"
                )
            data = thing.artifact.read_bytes()
        except OSError as error:
            raise RefusedError(f"it cannot be read: {error.strerror}") from None
        done = artifacts.put(self._core, edits, thing.file, data, guard=self._guard)
        thing.path = done.path
        kinds = {"added": Taken.NEW, "replaced": Taken.UPDATED}
        thing.taken = kinds.get(done.change or "", Taken.KNOWN)

    def _tombstones(self, edits: Edits) -> None:
        for path, text in self._beside.deleted.items():
            found = _TOMBSTONE.match(path)
            if found and edits.read(path) is None and len(text) < 10_000:
                try:
                    edits.write(path, self._guard.clean(text, seen=False).encode("utf-8"))
                except SecretError as error:
                    name = f"{NAME}: {path}"
                    if all(thing.name != name for thing in self._things):
                        self._things.append(Thing(NAME, name, broken=str(error)))

    def _message(self) -> str:
        made = [t for t in self._things if t.taken in (Taken.NEW, Taken.UPDATED)]
        if not made:
            return "directory: nothing new"
        counts = Counter(t.record.kind.value for t in made if t.record is not None)
        told = [plural(n, kind) for kind, n in counts.items()]
        others = sum(t.record is None for t in made)
        told += [plural(others, "file")] if others else []
        return self._core.templates.render(
            "commits/message",
            subject=f"directory: import {self._place}"[:100],
            body=f"Brought in: {', '.join(told)}.",
            trailers=[(directory_documents.TRAILER, " ".join(self._place.split()) or ".")],
        )
