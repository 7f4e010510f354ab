"""The records of a project directory on their way in: new, as they were exported, or brought up to date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError, RefusedError, UsageError
from lsp_server.memory.importing.directory_records import (
    IMPORTED,
    NewText,
    finished,
    made_digest,
    marked,
    new_text,
    origin_of,
    restored_body,
    updated_text,
)
from lsp_server.memory.importing.files import NO_DATE
from lsp_server.memory.importing.in_halves import in_halves
from lsp_server.memory.importing.results import Taken
from lsp_server.memory.importing.things import Thing
from lsp_server.memory.recording import with_values
from lsp_server.memory.secrets.together import Text, without_secrets
from lsp_server.records.document import parse
from lsp_server.records.front_matter import flow
from lsp_server.records.front_matter_edit import add_item, set_lines, set_scalar
from lsp_server.records.labels import NUMBERED
from lsp_server.records.model import Kind, Record
from lsp_server.records.paths import kind_of_path
from lsp_server.records.project_directory.beside import Beside, bytes_of, digest_of
from lsp_server.rendering.environment import Templates

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.guard import Guard


class ComingRecords:
    """What is known of the records before the branch is looked at: what an export noted of them, the commits
    that they name, the order of those of one day."""

    def __init__(self, core: Core, things: list[Thing], beside: Beside, guard: Guard) -> None:
        self._core = core
        self._beside = beside
        self._guard = guard
        self._ours = Templates()  # what an export was written with, whatever the team's own are
        self._exported: dict[str, tuple[bytes, Record]] = {}
        self._ready: dict[int, NewText] = {}
        self._commits = _commits(core, things)
        self._order = _order(things)
        _date(core, things)
        for thing in things:
            if thing.entry is not None and thing.id in beside.records and not thing.broken:
                self._look_up(thing)

    def take(self, edits: Edits, thing: Thing, known: Record | None) -> None:
        """Write one record, or tell that it is there. ``known`` is what the memory has of it."""
        if known is not None:
            self._again(edits, thing, known)
        elif thing.id and thing.id in self._beside.records:
            self._restore(edits, thing)
        else:
            self._new(edits, thing)

    def make_ready(self, things: Sequence[Thing]) -> None:
        """Make the texts of the new ones among ``things``, and look through all of them at once for secrets.
        What cannot be made is left to ``take``, which tells why."""
        coming = [
            thing for thing in things if thing.entry is not None and thing.id not in self._beside.records
        ]
        kinds = {thing.entry.kind for thing in coming if thing.entry is not None}
        # A team's own templates are rendered by a process of which there is one.
        is_ours = not any(self._core.templates.is_replaced(f"records/{kind.value}.md") for kind in kinds)
        is_pure = is_ours and self._core.batch is None
        ready = in_halves(self._all_made, coming) if is_pure else self._all_made(coming)
        self._ready = {id(thing): new for thing, new in zip(coming, ready, strict=True) if new is not None}

    def _all_made(self, things: Sequence[Thing]) -> list[NewText | None]:
        """The texts of new records, as far as they can be made, with what they were made from where nothing
        in them is a secret."""
        made: list[NewText | None] = []
        for thing in things:
            try:
                made.append(self._made(thing))
            except (RefusedError, UsageError):
                made.append(None)
        there = [(thing, new) for thing, new in zip(things, made, strict=True) if new is not None]
        clean = iter(without_secrets([Text(new.text, new.front, new.record.id) for _, new in there]))
        origins = iter(without_secrets([Text(thing.origin, "", "") for thing, _ in there]))
        return [
            marked(thing, new) if new is not None and all((next(clean), next(origins))) else new
            for thing, new in zip(things, made, strict=True)
        ]

    def _made(self, thing: Thing) -> NewText:
        assert thing.entry is not None
        created = thing.entry.created or self._core.now()
        if order := self._order.get(id(thing)):
            created += timedelta(milliseconds=order)
        return new_text(self._core, thing, created=created, commits=self._commits, links=thing.links)

    def _new(self, edits: Edits, thing: Thing) -> None:
        new = self._ready.pop(id(thing), None) or self._made(thing)
        record, text = finished(thing, new, self._guard)
        path = edits.free_path(record)
        edits.write(path, text.encode("utf-8"))
        thing.taken, thing.path, thing.record = Taken.NEW, path, with_values(record, path=path)

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
        thing.differs_from(record.label)


def _order(things: list[Thing]) -> dict[int, int]:
    """Milliseconds that keep the learnings of one day in the order of their file, the newest first."""
    count: Counter[str] = Counter()
    found = {}
    for thing in reversed(things):
        if thing.entry is not None and thing.entry.kind is Kind.LEARNING and not thing.id:
            found[id(thing)] = count[thing.entry.date]
            count[thing.entry.date] += 1
    return found


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
                thing.notes.append(NO_DATE)
            entry.date = entry.date if entry.created else now.isoformat()
