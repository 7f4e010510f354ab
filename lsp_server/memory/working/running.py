"""The note about the session under way: a file in the worktree's own git directory.

``git-memory-session`` is JSON. It is written whole or not at all, and nothing depends on it: without it, or
with one that cannot be read, no session is running.
"""

from __future__ import annotations

import contextlib
import json
import re
import unicodedata
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lsp_server.errors import StoreError
from lsp_server.memory.working.briefing_results import RunningSession

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.memory.core import Core
    from lsp_server.records.model import Record

FILE = "git-memory-session"
_LARGEST = 1 << 16


def place(core: Core) -> Path:
    """Where the note of this worktree is, or would be."""
    return core.repository.git_dir / FILE


def running(core: Core) -> RunningSession | None:
    """The session under way in this worktree; None where there is none. One that is on the branch with its
    end was ended: whoever ended it was stopped before the note was gone."""
    noted = read(core)
    if noted is None:
        return None
    record = core.index.get(noted.id) if core.store.tip() is not None else None
    return None if record is not None and ended_at(record) is not None else noted


def read(core: Core) -> RunningSession | None:
    """What the note says."""
    try:
        with place(core).open("rb") as file:
            known = json.loads(file.read(_LARGEST))
        return _from_plain(known)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def ended_at(record: Record) -> datetime | None:
    """When a session on the branch ended; None for one that has not, or says so in no way that is a time."""
    from lsp_server.records.moments import moment

    return moment(record.fields.get("ended_at"))


def note(core: Core, session: RunningSession, *, instead: bool) -> RunningSession:
    """Write the note, ``instead`` of one that is there; without it, what somebody else has noted meanwhile
    stays, and is the answer. Raises ``StoreError`` where it cannot be written."""
    from lsp_server.store.half_written import half, write_whole

    file, data = place(core), json.dumps(_plain(session), indent=1).encode("ascii") + b"\n"
    try:
        if instead:
            write_whole(file, data)
            return session
        with half(file.parent) as (new, descriptor):
            import os

            os.write(descriptor, data)
            try:
                os.link(new, file)  # unlike a renaming, this fails where there is one
            except FileExistsError:
                other = read(core)
                if other is not None:
                    return other
                new.replace(file)
            except OSError:  # a file system without links
                new.replace(file)
    except OSError as error:
        raise StoreError(f"the session cannot be noted: {file}: {error.strerror or error}") from error
    return session


def forget(core: Core, session_id: str) -> None:
    """Remove the note, if it is about this session."""
    noted = read(core)
    if noted is not None and noted.id == session_id:
        with contextlib.suppress(OSError):
            place(core).unlink(missing_ok=True)


def _plain(session: RunningSession) -> dict[str, Any]:
    return {
        "id": session.id,
        "goal": session.goal,
        "agent": session.agent,
        "started": session.started.isoformat(),
        "memory": session.memory,
        "code": session.code,
    }


def _from_plain(known: Any) -> RunningSession:
    """Raises what a value of another shape raises."""
    started = datetime.fromisoformat(known["started"])
    if started.tzinfo is None:
        raise ValueError("a time without a zone")
    return RunningSession(
        id=str(uuid.UUID(known["id"])),
        started=started,
        goal=_text(known.get("goal")),
        agent=_text(known.get("agent")),
        memory=_commit(known.get("memory")),
        code=_commit(known.get("code")),
    )


def _text(value: Any) -> str:
    return words(value) if isinstance(value, str) else ""


def words(text: str) -> str:
    """A goal or a name as one line that can be written to the branch when the session ends: whoever begins
    one is not held up by control characters, and must not be at its end."""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(one) in ("Cc", "Cs") else one for one in text)
        text = re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)
    return " ".join(text.split())


def _commit(value: Any) -> str | None:
    """An object id and nothing else: it is given to git."""
    if isinstance(value, str) and len(value) in (40, 64) and not set(value) - set("0123456789abcdef"):
        return value
    return None
