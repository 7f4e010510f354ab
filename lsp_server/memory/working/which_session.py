"""Which session is ended: the one under way here, one that is named, or one that nobody began."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import NotFoundError, RefusedError
from lsp_server.memory.working import running as running_session
from lsp_server.memory.working.running import ended_at
from lsp_server.memory.working.work_done import Since, last_ended, since_last, since_running
from lsp_server.records.labels import normalise_label

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.records.model import Record


class About(NamedTuple):
    """Which session is ended: its id, when it began, what it is called and for. ``nothing`` is what there is
    to say where nothing was done in it; ``ended`` is the record of one that has ended before."""

    id: str
    since: Since
    name: str | None = None
    goal: str | None = None
    agent: str | None = None
    is_running: bool = False
    nothing: str = ""
    ended: Record | None = None


def session_to_end(core: Core, ref: str | None) -> About:
    """The session ``ref``, or without it the one under way here, or one of what was done since the last."""
    noted = running_session.read(core)
    if noted is not None and (not ref or _means(ref, noted.id)):
        nothing = (
            "nothing was done since the session began, and nothing is said: give a summary, or "
            "`git memory session end --discard` to end it without one"
        )
        record = core.followed().get(noted.id)
        return About(
            noted.id,
            since_running(noted),
            None,
            noted.goal or None,
            noted.agent or None,
            True,
            nothing,
            record if record is not None and ended_at(record) is not None else None,
        )
    if ref:
        return _named(core, ref)
    last = last_ended(core)
    since = since_last(core, last) if last is not None else _from_now(core)
    done = f"nothing was done since {last.label} ended" if last is not None else "nothing is said"
    nothing = f"no session is under way here, and {done}: give a summary"
    return About(str(uuid.uuid4()), since, nothing=nothing)


def _from_now(core: Core) -> Since:
    """Nothing that is there was done since then, be it of this very second."""
    return Since(core.now(), core.tip(), core.repository.head_commit())


def _means(ref: str, session_id: str) -> bool:
    digits = ref.strip().lower().removeprefix("session-").replace("-", "")
    return len(digits) >= 4 and session_id.replace("-", "").startswith(digits)


def _require_a_name(core: Core, ref: str) -> None:
    """Nobody means a new session by a label of ours, or by the id of one that cannot be read. Raises
    ``NotFoundError``, ``RefusedError``."""
    label = normalise_label(ref)
    if label is not None and label.upper().startswith("SESSION-"):
        raise NotFoundError(f"there is no session {label}; `git memory session list` shows them")
    digits = ref.strip().lower()[:8]
    broken = (one.path for one in core.index.broken() if len(digits) >= 4)
    if path := next((path for path in broken if f"_{digits}" in path and path.startswith("sessions/")), None):
        raise RefusedError(f"{path} cannot be read as somebody left it: `git memory doctor` tells why")


def _named(core: Core, ref: str) -> About:
    """A session that is on the branch, or one that another program calls so and that is not here yet."""
    from lsp_server.memory.sessions import finding as session_finding

    try:
        record = core.followed().get(session_finding.find(core, ref).id)
    except NotFoundError:
        _require_a_name(core, ref)
        record = None
    if record is None:
        about = About("", _from_now(core), nothing=f"nothing is said of session {ref!r}: give a summary")
        try:
            return about._replace(id=str(uuid.UUID(ref)))
        except ValueError:
            return about._replace(id=str(uuid.uuid4()), name=" ".join(ref.split()))
    fields, is_over = record.fields, ended_at(record) is not None
    nothing = (
        f"{record.label} has ended already: say what is to be added to it"
        if is_over
        else f"nothing was done since {record.label} began, and nothing is said: give a summary"
    )
    return About(
        record.id,
        Since(record.created),
        fields.get("name"),
        fields.get("goal"),
        fields.get("agent"),
        nothing=nothing,
        ended=record if is_over else None,
    )
