"""Use cases: sessions written, found and read."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import NotFoundError, RefusedError, UsageError
from lsp_server.memory.core import Core
from lsp_server.memory.edits import Edits
from lsp_server.memory.guard import Guard
from lsp_server.memory.sessions.finding import find
from lsp_server.records.document import parse
from lsp_server.records.front_matter import split
from lsp_server.records.model import Kind, Record
from lsp_server.records.moments import moment
from lsp_server.records.sessions.editing import revised
from lsp_server.records.sessions.model import Origin, Session
from lsp_server.records.sessions.reading import originating, read_session
from lsp_server.records.sessions.writing import head_values

if TYPE_CHECKING:
    pass

_ENOUGH = 1 << 15  # bytes of the messages, to tell what a session is called


def new_session(core: Core, **given: object) -> Session:
    """A session that begins now, with an id of its own, written nowhere yet."""
    now = core.now().isoformat(timespec="milliseconds")
    return replace(
        Session(id=str(uuid.uuid4()), created_at=now, updated_at=now, code=core.position()),
        **given,  # type: ignore[arg-type]  # the fields of a session by name, checked by replace
    )


def checked(session: Session) -> Session:
    """A session that can be kept. Raises ``UsageError`` for an id or a time that is none."""
    try:
        session_id = str(uuid.UUID(session.id))
    except (ValueError, AttributeError, TypeError):
        raise UsageError(f"{session.id!r} is no id of a session: give a UUID") from None
    if moment(session.created_at) is None:
        raise UsageError(f"{session.created_at!r} is no date like 2026-11-21T10:00:00+00:00")
    return session if session_id == session.id else replace(session, id=session_id)


class Placed(NamedTuple):
    """A session that was written inside a commit: the record of it, its bytes, and the session where the file
    says just what was given."""

    record: Record
    data: bytes
    given: Session | None
    is_new: bool
    changed: bool

    def session(self) -> Session:
        """The session as it stands, ready to be changed and saved again."""
        if self.given is not None:
            return originating(self.given, self.record.path, self.data)
        session, _ = read_session(self.record.path, self.data)
        assert session is not None
        return session


def place_session(core: Core, edits: Edits, session: Session, guard: Guard) -> Record:
    """Write a session inside one commit: a new file, or merged with what stands there under its id. The
    record is as anybody will read it.

    What was changed since the session was read (``Session.origin``) is merged with what others changed
    meanwhile; what is added on both sides is all kept. Secrets in what was said are replaced; those in the
    head as well where the guard redacts, else they are refused with ``SecretError``.
    """
    placed = place(core, edits, guarded(checked(session), guard), guard)
    return parse(placed.record.path, placed.data).record or placed.record


def place(core: Core, edits: Edits, session: Session, guard: Guard, *, apart: bool = True) -> Placed:
    """As ``place_session``, for a session that was checked and whose messages have no secret. Without
    ``apart`` what both sides added is there once where it begins alike."""
    path = _path(core, edits, session)
    standing = edits.read(path) if path is not None else None
    written = revised(session)
    text = clean_head(written, guard)
    given: Session | None = session if text is written else None
    if path is None or standing is None:
        path = path or edits.free_path(_blank(session))
    elif session.origin is None or standing != session.origin.data:
        text = _merged(session, text, standing, apart=apart)
        given = _readable(session, path, text, standing)
    data = text.encode("utf-8", "surrogateescape")
    record = _told(path, data)
    if record is None or record.id != session.id:
        raise RefusedError(f"session {session.id[:8]} would not be readable after this change")
    if data != standing:
        edits.write(path, data)
    return Placed(record, data, given, standing is None, data != standing)


def _readable(session: Session, path: str, text: str, standing: bytes) -> Session:
    """What a merged file says. Raises ``RefusedError`` where that cannot be told: somebody broke what stands
    there by hand."""
    merged, problems = read_session(path, text.encode("utf-8", "surrogateescape"))
    if merged is None:
        problem = next(iter((*read_session(path, standing)[1], *problems)))
        label = f"SESSION-{session.id[:8]}"
        raise RefusedError(
            f"{label} cannot be read as somebody left it: line {problem.line + 1}: {problem.message}; mend "
            f"it (`git memory edit {label}`, or {path} in a worktree of the branch), then save again"
        )
    return merged


def _told(path: str, data: bytes) -> Record | None:
    """The record in a file: who it is and what it is called. Of a long one no more is looked at than that
    takes, so its body is not whole."""
    messages = re.search(rb"^(?:system_)?messages:", data, re.MULTILINE) if len(data) > _ENOUGH else None
    end = data.find(b"\n", messages.end() + _ENOUGH) if messages else -1
    return (parse(path, data[: end + 1]).record if end > 0 else None) or parse(path, data).record


def _merged(session: Session, text: str, standing: bytes, *, apart: bool) -> str:
    from lsp_server.records.merging import merge_record

    base = session.origin.data if session.origin else None
    merged = merge_record(
        Kind.SESSION,
        base,
        text.encode("utf-8"),
        standing,
        ("", ""),
        apart=apart and session.origin is not None,
    )
    return merged.data.decode("utf-8", "surrogateescape")


def _blank(session: Session) -> Record:
    return Record(session.id, Kind.SESSION, "", "", session.created, "")


def _path(core: Core, edits: Edits, session: Session) -> str | None:
    """Where a session stands, None for a new one. The index is asked only where it is not where it was."""
    origin = session.origin
    if origin is not None and origin.path and _holds(edits, origin.path, session.id):
        return origin.path
    known = core.known(edits, session.id)
    if known is not None and known.kind is not Kind.SESSION:
        raise RefusedError(f"{known.label} has the id {session.id}, and is no session")
    return None if known is None else known.path


def _holds(edits: Edits, path: str, session_id: str) -> bool:
    from lsp_server.memory.merging.heads import head_of

    data = edits.read(path)
    head = None if data is None else head_of(path, data)
    return head is not None and head.id == session_id


# writing -------------------------------------------------------------------------------------------
def guarded(session: Session, guard: Guard) -> Session:
    """A session without the secrets that were said in it; those that were there before stay, as everything
    that is on the branch."""
    from lsp_server.memory.sessions.redacting import redacted_messages

    return replace(session, **redacted_messages(session, guard.listed))


def clean_head(text: str, guard: Guard) -> str:
    """A session's file with a head that may be committed."""
    end = split(text).end
    head = guard.clean(text[:end], seen=False)
    return text if head == text[:end] else head + text[end:]


def save(core: Core, session: Session, guard: Guard, written: list[Placed] | None = None) -> Session:
    """Write one session as one commit, with the time of this save; the session as it now stands. Nothing is
    written where nothing changed. ``written`` is given what was about to be written last, also where this
    ends with an error."""
    session = guarded(_touched(core, checked(session)), guard)
    written = [] if written is None else written

    def change(edits: Edits) -> str:
        written[:] = [place(core, edits, session, guard)]
        placed = written[0]
        if not placed.changed:
            return ""
        return core.message("save" if placed.is_new else "continue", placed.record, code=core.position())

    core.commit(change)
    return written[0].session()


def _touched(core: Core, session: Session) -> Session:
    """A session with the time of this save, which is never before an earlier one, whatever the clock says."""
    origin = session.origin
    if origin is not None and not is_changed(session, origin):
        return session
    now = core.now()
    if session.updated > now and origin is not None:
        return session
    return replace(session, updated_at=now.isoformat(timespec="milliseconds"))


def is_changed(session: Session, origin: Origin) -> bool:
    """Whether a session says something else than what it was read from."""
    return (
        session.messages != origin.messages
        or session.system_messages != origin.system_messages
        or head_values(session) != origin.head
    )


# reading -------------------------------------------------------------------------------------------
def read(core: Core, ref: str) -> Session:
    """The session that ``ref`` names, messages and all."""
    found = find(core, ref)
    data = core.read(found.path)
    if data is None:
        raise NotFoundError(f"{found.label} was deleted meanwhile")
    session, problems = read_session(found.path, data)
    if session is None:
        problem = problems[0]
        raise RefusedError(
            f"{found.label} cannot be read: line {problem.line + 1}: {problem.message}; "
            f"mend it with `git memory edit {found.label}`"
        )
    return session
