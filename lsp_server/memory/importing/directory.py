"""Use case: bring a directory of project memory onto the branch, as one commit."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError, RefusedError, UsageError
from lsp_server.index import Filters
from lsp_server.memory.directory_results import DirectoryImport, FromDirectory, Taken
from lsp_server.memory.importing import directory_documents, directory_sessions
from lsp_server.memory.importing.directory_files import Progress, Thing, read_directory
from lsp_server.memory.importing.directory_records import (
    IMPORTED,
    made_digest,
    new_text,
    origin_of,
    restored_body,
    updated_text,
)
from lsp_server.memory.importing.folder import place_of
from lsp_server.memory.importing.numbering import give_numbers
from lsp_server.memory.importing.taking import Taking
from lsp_server.records.document import parse
from lsp_server.records.front_matter import flow
from lsp_server.records.front_matter_edit import add_item, set_lines, set_scalar
from lsp_server.records.labels import NUMBERED, format_label
from lsp_server.records.model import Kind, Link, Record, Relation
from lsp_server.records.paths import kind_of_path
from lsp_server.records.project_directory.beside import Beside, bytes_of, digest_of
from lsp_server.records.project_directory.bugs import learning_named
from lsp_server.rendering.environment import Templates

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.guard import Guard

_TOMBSTONE = re.compile(r"deleted/(?:decisions|bugs)/(?:\d{4,7}/)?(\d{4,7})\.yaml\Z")
_PLURALS = {"decision": "decisions", "learning": "learnings", "bug": "bugs", "checkpoint": "checkpoints"}


def import_directory(
    core: Core, directory: Path, *, dry_run: bool, guard: Guard, progress: Progress = lambda _: None
) -> DirectoryImport:
    """Import a project directory. What an earlier import brought is left, or brought up to date."""
    core.tip()
    things, beside = read_directory(directory, progress)
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
    return DirectoryImport(tuple(map(_told, things)), version)


def _told(thing: Thing) -> FromDirectory:
    if thing.broken:
        return FromDirectory(thing.name, Taken.SKIPPED, notes=(thing.broken,))
    notes = (*thing.notes, *thing.remarks) if thing.taken is not Taken.KNOWN else tuple(thing.remarks)
    return FromDirectory(thing.name, thing.taken, thing.path, thing.record, notes)


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
        self._ours = Templates()  # what an export was written with, whatever the team's own are
        self._exported: dict[str, tuple[bytes, Record]] = {}
        self._commits = _commits(core, things)
        _date(core, things)
        for thing in things:
            if thing.entry is not None and thing.id in beside.records and not thing.broken:
                self._look_up(thing)

    def __call__(self, edits: Edits) -> str:
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
        taking = Taking(core, edits, self._beside, self._guard, there)
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
            directory_sessions.take(taking, thing)
        elif known is not None:
            self._again(edits, thing, known)
        elif thing.id and thing.id in self._beside.records:
            self._restore(edits, thing)
        else:
            self._new(edits, thing)

    # records ---------------------------------------------------------------------------------------
    def _new(self, edits: Edits, thing: Thing) -> None:
        assert thing.entry is not None
        created = thing.entry.created or self._core.now()
        record, text = new_text(
            self._core,
            thing,
            self._guard,
            created=created + timedelta(milliseconds=self._offset(thing)),
            commits=self._commits,
            links=thing.links,
        )
        path = edits.free_path(record)
        edits.write(path, text.encode("utf-8"))
        thing.taken, thing.path, thing.record = Taken.NEW, path, replace(record, path=path)

    def _offset(self, thing: Thing) -> int:
        """Milliseconds that keep the entries of one day in the order of their file, the newest first."""
        entry = thing.entry
        if entry is None or entry.kind is not Kind.LEARNING or thing.id:
            return 0
        return self._order.get(id(thing), 0)

    @property
    def _order(self) -> dict[int, int]:
        found = vars(self).get("_orders")
        if found is None:
            count: Counter[str] = Counter()
            found = {}
            for thing in reversed(self._things):
                if thing.entry is not None and thing.entry.kind is Kind.LEARNING:
                    found[id(thing)] = count[thing.entry.date]
                    count[thing.entry.date] += 1
            vars(self)["_orders"] = found
        result: dict[int, int] = found
        return result

    def _look_up(self, thing: Thing) -> None:
        """What was exported as this thing, and the number that it had."""
        said, entry = self._beside.records[thing.id], thing.entry
        data = self._restored(thing)
        record = None if data is None else parse(str(said.get("path")), data).record
        if data is None or record is None or entry is None:
            return
        if record.id == thing.id and record.kind is entry.kind:
            self._exported[thing.id] = data, record
            if said.get("digest") == thing.digest:
                entry.number = record.number

    def _restored(self, thing: Thing) -> bytes | None:
        """The file that was exported as this thing, from what stands beside it; None where it is not told."""
        said = self._beside.records.get(thing.id, {})
        whole = bytes_of(said)
        if whole is not None:
            return whole
        front, path = said.get("front"), said.get("path")
        if not isinstance(front, str) or not isinstance(path, str) or thing.entry is None:
            return None
        body = restored_body(self._ours, front, thing.entry, path)
        return None if body is None else f"---\n{front}---\n{body}".encode("utf-8", "surrogatepass")

    def _restore(self, edits: Edits, thing: Thing) -> None:
        """A record that was exported, into a memory that does not have it."""
        entry, said = thing.entry, self._beside.records[thing.id]
        assert entry is not None
        if thing.id not in self._exported:
            self._new(edits, thing)
            thing.remarks.append("what stands beside it cannot be read: ids aside, it is as the file says")
            return
        data, record = self._exported[thing.id]
        if said.get("digest") != thing.digest:
            text = updated_text(self._core, data.decode("utf-8"), thing, record.path, self._guard)
            data = text.encode("utf-8")
        path = record.path
        if record.kind in NUMBERED and record.number != thing.number:
            data = _renumbered(data.decode("utf-8"), thing, record).encode("utf-8")
            path = ""
        data = self._cleaned(data)
        record = parse(record.path, data).record or record
        if (
            not path
            or kind_of_path(path) is not record.kind
            or not _is_safe(path)
            or edits.read(path) is not None
        ):
            path = edits.free_path(replace(record, number=thing.number or record.number))
        edits.write(path, data)
        thing.taken, thing.path, thing.record = Taken.NEW, path, replace(record, path=path)

    def _cleaned(self, data: bytes) -> bytes:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            self._guard.clean(data.decode("utf-8", "replace"), seen=False)
            return data
        clean = self._guard.clean(text, seen=False)
        return data if clean is text else clean.encode("utf-8")

    def _again(self, edits: Edits, thing: Thing, record: Record) -> None:
        """A record that the memory has: nothing, or brought up to date, or for a person to look at."""
        thing.record, thing.path, thing.taken = record, record.path, Taken.KNOWN
        data = edits.read(record.path) or b""
        if thing.id:
            said = self._beside.records.get(thing.id, {})
            if said.get("digest") == thing.digest:
                return
            is_same = said.get("was") == digest_of(data)
        else:
            _, was, made = origin_of(record.extra.get(IMPORTED, ""))
            if was == thing.digest:
                return
            is_same = made == made_digest(data.decode("utf-8", "replace"))
        text = updated_text(self._core, data.decode("utf-8"), thing, record.path, self._guard)
        new = text.encode("utf-8")
        if new == data:
            return
        if is_same:
            edits.write(record.path, new)
            thing.taken = Taken.UPDATED
            thing.record = parse(record.path, new).record or record
            return
        thing.taken = Taken.DIFFERS
        thing.remarks.append(
            f"it was changed here and in {record.label} since it was taken over: "
            f"`git memory edit {record.label}` puts in what is missing there"
        )

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
        from lsp_server.memory import artifacts

        assert thing.artifact is not None
        try:
            size = thing.artifact.stat().st_size
            most = artifacts.limit(self._core)
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
                edits.write(path, self._guard.clean(text, seen=False).encode("utf-8"))

    def _message(self) -> str:
        made = [t for t in self._things if t.taken in (Taken.NEW, Taken.UPDATED)]
        if not made:
            return "directory: nothing new"
        counts = Counter(t.record.kind.value for t in made if t.record is not None)
        told = [f"{n} {kind if n == 1 else _PLURALS.get(kind, kind + 's')}" for kind, n in counts.items()]
        others = sum(t.record is None for t in made)
        told += [f"{others} file{'' if others == 1 else 's'}"] if others else []
        return self._core.templates.render(
            "commits/message",
            subject=f"directory: import {self._place}"[:100],
            body=f"Brought in: {', '.join(told)}.",
            trailers=[(directory_documents.TRAILER, " ".join(self._place.split()) or ".")],
        )


def _renumbered(text: str, thing: Thing, record: Record) -> str:
    text = set_scalar(text, "number", thing.number)
    if record.aliases:
        return add_item(text, "aliases", record.label)
    return set_lines(text, "aliases", [f"aliases: {flow([record.label])}"])


def _is_safe(path: str) -> bool:
    parts = path.split("/")
    return not any(part in ("", ".", "..") or part.lower() == ".git" for part in parts) and "\0" not in path


def _commits(core: Core, things: list[Thing]) -> dict[str, str]:
    """The full ids of the commits that checkpoints name, where the code has them. One process."""
    from lsp_server.code.commits import may_be_an_id
    from lsp_server.code.git import objects

    named = {t.entry.commit for t in things if t.entry is not None and may_be_an_id(t.entry.commit)}
    wanted = sorted(named)
    if not wanted:
        return {}
    try:
        found = objects(core.repository.git, [f"{name}^{{commit}}" for name in wanted])
    except GitMemoryError:
        return {}
    pairs = zip(wanted, found, strict=True)
    return {name: one.id for name, one in pairs if one is not None and one.kind == "commit"}


def _date(core: Core, things: list[Thing]) -> None:
    """A date for what has none."""
    now: datetime | None = None
    for thing in things:
        entry = thing.entry
        if entry is not None and entry.created is None:
            now = now or core.now()
            if not thing.id:
                thing.notes.append("it has no date; the date of the import stands for it")
            entry.date = entry.date if entry.created else now.isoformat()
