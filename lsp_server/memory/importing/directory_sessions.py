"""A session of a project directory, onto the branch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lsp_server.errors import RefusedError, UsageError
from lsp_server.memory.importing.directory_records import IMPORTED, origin_of
from lsp_server.memory.importing.files import NO_DATE
from lsp_server.memory.importing.in_halves import in_halves
from lsp_server.memory.importing.results import Taken
from lsp_server.memory.importing.taking import Taking
from lsp_server.memory.importing.things import Thing
from lsp_server.memory.recording import blank, with_values
from lsp_server.memory.secrets.together import Text, without_secrets
from lsp_server.memory.sessions.saving import clean_head, guarded, place_session
from lsp_server.records.document import parse
from lsp_server.records.front_matter import split
from lsp_server.records.labels import format_label
from lsp_server.records.model import Kind, Record
from lsp_server.records.moments import moment
from lsp_server.records.project_directory.beside import bytes_of, digest_of
from lsp_server.records.project_directory.differing import KEY
from lsp_server.records.project_directory.model import digest
from lsp_server.records.project_directory.sessions import read_session_json, session_document, without_id
from lsp_server.records.sessions.model import Session
from lsp_server.records.sessions.reading import read_session
from lsp_server.records.sessions.writing import session_text

if TYPE_CHECKING:
    from lsp_server.memory.edits import Edits


class Sessions:
    """The sessions on their way in: which of them the memory has, and the texts of the new ones, which are
    looked through for secrets all at once."""

    def __init__(self, taking: Taking, things: Sequence[Thing]) -> None:
        self._taking = taking
        self._by_id: dict[str, Record] = {}
        self._by_origin: dict[str, Record] = {}
        self._by_name: dict[object, Record] = {}
        self._ready: dict[int, tuple[str, Record]] = {}
        coming = [thing for thing in things if thing.session is not None and not thing.broken]
        if not coming:
            return
        for record in taking.there:
            if record.kind is Kind.SESSION:
                self._by_id.setdefault(record.id, record)
                self._by_origin.setdefault(origin_of(record.extra.get(IMPORTED, ""))[0], record)
                if name := record.fields.get("name"):
                    self._by_name.setdefault(name, record)
        self._make_ready(coming)

    def take(self, thing: Thing) -> None:
        """Write a session, or tell that it is there."""
        taking = self._taking
        if (ready := self._ready.pop(id(thing), None)) is not None:
            thing.record = _written(taking.edits, *ready)
            thing.taken, thing.path = Taken.NEW, thing.record.path
            return
        known = self._known(thing)
        said = taking.beside.records.get(thing.id, {})
        if known is None and said.get("digest") == thing.digest and _restore(taking, thing, said):
            return
        session = _session(taking, thing, known)
        if known is not None:
            _again(taking, thing, known, session)
            return
        session = _marked(thing, session)
        if thing.id or (text := _text(session)) is None:
            thing.record = place_session(taking.core, taking.edits, session, taking.guard)
        else:
            thing.record = _written(taking.edits, clean_head(text, taking.guard), _record(session))
        thing.taken, thing.path = Taken.NEW, thing.record.path

    def _known(self, thing: Thing) -> Record | None:
        if thing.id:
            return self._by_id.get(thing.id)
        name = (thing.session or {}).get("session_id")
        by_name = self._by_name.get(name) if name and isinstance(name, str) else None
        return self._by_origin.get(thing.origin) or by_name

    def _make_ready(self, things: Sequence[Thing]) -> None:
        new = [thing for thing in things if not thing.id and self._known(thing) is None and _has_date(thing)]
        made = in_halves(self._all_made, new)
        self._ready = {id(thing): one for thing, one in zip(new, made, strict=True) if one is not None}

    def _all_made(self, things: Sequence[Thing]) -> list[tuple[str, Record] | None]:
        """The files and the records of new sessions, where nothing in them is a secret."""
        made: list[tuple[str, Record] | None] = []
        for thing in things:
            try:
                session = _marked_as_given(thing, _session(self._taking, thing, None))
                text = _text(session)
            except (UsageError, RefusedError):
                text = None  # told when it is taken
            made.append(None if text is None else (text, _record(session)))
        said = [one[0].removesuffix(_NOTHING_SAID) for one in made if one is not None]
        clean = iter(without_secrets([Text(head, head, "") for head in said]))
        return [one if one is not None and next(clean) else None for one in made]


_NOTHING_SAID = "messages: []\n"


def _has_date(thing: Thing) -> bool:
    document = thing.session or {}
    return moment(document.get("start_time")) is not None or moment(document.get("end_time")) is not None


def _session(taking: Taking, thing: Thing, known: Record | None) -> Session:
    document = thing.session
    assert document is not None
    begun = document.get("start_time")
    if moment(begun) is None:
        begun = document.get("end_time")
        if moment(begun) is None:
            begun = taking.core.now().isoformat()
            thing.remarks.append(NO_DATE)
    return read_session_json(document, known.id if known else thing.id or thing.new_id, str(begun))


def _text(session: Session) -> str | None:
    """The file of a session whose id we have just made, where it need not be read again to be known: it has
    no conversation, and a title as it is. None where it has to be."""
    title = session.goal or session.name or ""
    if session.messages or session.system_messages or not title.isprintable() or not title:
        return None
    return session_text(session)


def _record(session: Session) -> Record:
    label = format_label(Kind.SESSION, None, session.id)
    title = session.goal or session.name or ""
    return with_values(blank(Kind.SESSION), id=session.id, title=title, label=label, created=session.created)


def _written(edits: Edits, text: str, record: Record) -> Record:
    path = edits.free_path(record)
    edits.write(path, text.encode("utf-8"))
    return with_values(record, path=path)


def session_file(head: str, document: Mapping[str, object], record_id: str) -> bytes | None:
    """A session's file from its head and the messages in the JSON."""
    begun = document.get("start_time")
    if moment(begun) is None:
        return None
    try:
        text = session_text(read_session_json(document, record_id, str(begun)))
    except UsageError:
        return None
    return (head + "\n" + text[split(text).body :]).encode("utf-8", "surrogatepass")


def _marked(thing: Thing, session: Session) -> Session:
    return _with_mark(thing, session, _digest(session))


def _marked_as_given(thing: Thing, session: Session) -> Session:
    """A session that was just read from the JSON, and says what that says where nothing was left over."""
    as_given = thing.session is not None and KEY not in session.extra
    return _with_mark(thing, session, _digest_of(thing.session or {}) if as_given else _digest(session))


def _with_mark(thing: Thing, session: Session, made: str) -> Session:
    mark = f"{thing.origin} {thing.digest} {made}"
    return replace(session, extra={**session.extra, IMPORTED: mark})


def _digest(session: Session) -> str:
    return _digest_of(session_document(session))


def _digest_of(document: Mapping[str, object]) -> str:
    return digest(json.dumps(without_id(document), sort_keys=True))


def _restore(taking: Taking, thing: Thing, said: Mapping[str, object]) -> bool:
    """The file that was exported, byte for byte, where it reads as the same session."""
    path = str(said.get("path"))
    data = bytes_of(said)
    if data is None and isinstance(front := said.get("front"), str):
        data = session_file(front, thing.session or {}, thing.id)
    session = read_session(path, data)[0] if data is not None else None
    if data is None or session is None or session.id != thing.id:
        return False
    clean = guarded(session, taking.guard)
    record = parse(path, data).record
    if record is None or clean != session:
        return False
    taking.guard.clean(data.decode("utf-8", "replace"), seen=False)
    parts = path.split("/")
    if record.kind is not Kind.SESSION or ".." in parts or taking.edits.read(path) is not None:
        path = taking.edits.free_path(record)
    taking.edits.write(path, data)
    thing.taken, thing.path, thing.record = Taken.NEW, path, replace(record, path=path)
    return True


def _again(taking: Taking, thing: Thing, known: Record, session: Session) -> None:
    said = taking.beside.records.get(thing.id, {})
    thing.record, thing.path, thing.taken = known, known.path, Taken.KNOWN
    data = taking.edits.read(known.path) or b""
    current, _ = read_session(known.path, data)
    if current is None:
        return
    _, was, made = origin_of(known.extra.get(IMPORTED, ""))
    if thing.digest in (said.get("digest"), was) or _digest(current) == _digest(session):
        return
    if said.get("was") != digest_of(data) and made != _digest(current):
        thing.differs_from(known.label)
        return
    kept = {"links": current.links, "code": current.code, "origin": current.origin}
    fresh = replace(session, updated_at=session.updated_at or current.updated_at, **kept)  # type: ignore[arg-type]  # fields by name
    fresh = _marked(thing, fresh) if IMPORTED in current.extra else fresh
    thing.record = place_session(taking.core, taking.edits, fresh, taking.guard)
    thing.taken = Taken.UPDATED
