"""A session of a project directory, onto the branch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lsp_server.errors import UsageError
from lsp_server.memory.directory_results import Taken
from lsp_server.memory.importing.directory_files import Thing
from lsp_server.memory.importing.directory_records import IMPORTED, origin_of
from lsp_server.memory.importing.taking import Taking
from lsp_server.memory.sessions import clean_head, guarded, place_session
from lsp_server.records.document import parse
from lsp_server.records.front_matter import split
from lsp_server.records.labels import format_label
from lsp_server.records.model import Kind, Record
from lsp_server.records.project_directory.beside import bytes_of, digest_of
from lsp_server.records.project_directory.model import digest
from lsp_server.records.project_directory.sessions import read_session_json, session_document, without_id
from lsp_server.records.sessions.model import Session, moment
from lsp_server.records.sessions.reading import read_session
from lsp_server.records.sessions.writing import session_text


def take(taking: Taking, thing: Thing) -> None:
    """Write a session, or tell that it is there."""
    document = thing.session
    assert document is not None
    known = _known(thing, taking.there)
    said = taking.beside.records.get(thing.id, {})
    if known is None and said.get("digest") == thing.digest and _restore(taking, thing, said):
        return
    begun = document.get("start_time")
    if moment(begun) is None:
        begun = document.get("end_time")
        if moment(begun) is None:
            begun = taking.core.now().isoformat()
            thing.remarks.append("it has no date; the date of the import stands for it")
    session = read_session_json(document, known.id if known else thing.id or thing.new_id, str(begun))
    if known is not None:
        _again(taking, thing, known, session)
        return
    session = _marked(thing, session)
    thing.record = _new(taking, session, is_ours=not thing.id)
    thing.taken, thing.path = Taken.NEW, thing.record.path


def _new(taking: Taking, session: Session, *, is_ours: bool) -> Record:
    """A session that is not there. One without a conversation, whose id we have just made, need not be read
    again for that."""
    title = session.goal or session.name or ""
    if not is_ours or session.messages or session.system_messages or not title.isprintable() or not title:
        return place_session(taking.core, taking.edits, session, taking.guard)
    text = clean_head(session_text(session), taking.guard)
    label = format_label(Kind.SESSION, None, session.id)
    record = Record(session.id, Kind.SESSION, title, label, session.created, "")
    path = taking.edits.free_path(record)
    taking.edits.write(path, text.encode("utf-8"))
    return replace(record, path=path)


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


def _known(thing: Thing, there: Sequence[Record]) -> Record | None:
    name = (thing.session or {}).get("session_id")
    for record in there:
        if record.kind is not Kind.SESSION:
            continue
        if thing.id:
            if record.id == thing.id:
                return record
        elif origin_of(record.extra.get(IMPORTED, ""))[0] == thing.origin or (
            name and record.fields.get("name") == name
        ):
            return record
    return None


def _marked(thing: Thing, session: Session) -> Session:
    mark = f"{thing.origin} {thing.digest} {_digest(session)}"
    return replace(session, extra={**session.extra, IMPORTED: mark})


def _digest(session: Session) -> str:
    return digest(json.dumps(without_id(session_document(session)), sort_keys=True))


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
        thing.taken = Taken.DIFFERS
        thing.remarks.append(
            f"it was changed here and in {known.label} since it was taken over: "
            f"`git memory edit {known.label}` puts in what is missing there"
        )
        return
    kept = {"links": current.links, "code": current.code, "origin": current.origin}
    fresh = replace(session, updated_at=session.updated_at or current.updated_at, **kept)  # type: ignore[arg-type]  # fields by name
    fresh = _marked(thing, fresh) if IMPORTED in current.extra else fresh
    thing.record = place_session(taking.core, taking.edits, fresh, taking.guard)
    thing.taken = Taken.UPDATED
