"""Use case: end a session. What was done and what comes next is written everywhere it belongs, in one commit:
the session's own record, the session log, the project's context, patterns, the development log, metrics."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.errors import (
    NotFoundError,
    NotInitialisedError,
    RefusedError,
    SecretError,
    StoreError,
)
from lsp_server.memory.guard import machine_text
from lsp_server.memory.working import running as running_session
from lsp_server.memory.working.briefing_text import one_line
from lsp_server.memory.working.results import Ended, Ending
from lsp_server.memory.working.running import ended_at
from lsp_server.memory.working.telling import achievements, activities, filled, pattern_section, tidy
from lsp_server.memory.working.work_done import (
    Since,
    Work,
    last_ended,
    since_last,
    since_running,
    work_since,
)
from lsp_server.records.model import Record
from lsp_server.records.sessions.model import Session

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.documents.editing import Documents
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.guard import Guard

_LOG_TITLE = "Session End"
_HEADING = 120  # characters of a summary that stand in a heading


class _About(NamedTuple):
    """Which session is ended: its id, when it began, what it is called and for."""

    id: str
    since: Since
    name: str | None = None
    goal: str | None = None
    agent: str | None = None
    is_running: bool = False


def end(
    core: Core, ending: Ending, guard: Guard, *, ref: str | None, goal: str | None, agent: str | None
) -> Ended:
    """End the session ``ref``, or the one under way here; see ``Memory.end_session``."""
    core.expect_memory()
    about = _about(core, ref)
    if (before := _record(core, about.id)) is not None and about.is_running and ended_at(before) is not None:
        # It was written, and whoever did that was stopped before the note was gone.
        running_session.forget(core, about.id)
        return _answer(core, before, [], core.tip(), was_written=True)
    work = _quiet(core, work_since(core, about.since, uncommitted=False))
    about = about._replace(goal=goal or about.goal, agent=agent or about.agent)
    said = filled(tidy(ending), work, about.goal)
    writing = _Writing(core, about, said, work, guard)
    with _Kept(said):
        version = core.commit(writing)
    core.when_committed(lambda: running_session.forget(core, about.id))
    return _answer(core, writing.record, writing.paths, version)


def discard(core: Core) -> bool:
    """End the session under way here without writing anything; whether there was one."""
    noted = running_session.read(core)
    if noted is None:
        return False
    running_session.forget(core, noted.id)
    return True


def form_for(core: Core, ending: Ending | None) -> str:
    """The form to be filled in, with what was done since the session under way began."""
    from lsp_server.memory.working.ending_form import form_to_fill

    core.tip()
    said = ending or Ending()
    about = _about(core, None)
    work = _quiet(core, work_since(core, about.since, uncommitted=False))
    done = tuple(said.accomplished) or tuple(achievements(work))
    return form_to_fill(replace(said, summary=said.summary or about.goal or "", accomplished=done))


def _quiet(core: Core, work: Work) -> Work:
    """What was done, without the secrets that stand in the subjects of commits: nobody has typed those
    here."""
    snapshot = core.store.snapshot()
    return work._replace(
        commits=[one._replace(subject=machine_text(one.subject, snapshot)) for one in work.commits],
        code=[one._replace(subject=machine_text(one.subject, snapshot)) for one in work.code],
    )


# which session -------------------------------------------------------------------------------------
def _about(core: Core, ref: str | None) -> _About:
    noted = running_session.read(core)
    if noted is not None and (not ref or _means(ref, noted.id)):
        return _About(noted.id, since_running(noted), None, noted.goal or None, noted.agent or None, True)
    if ref:
        return _named(core, ref)
    last = last_ended(core)
    now = core.now()
    since = since_last(core, last) if last is not None else Since(now)
    return _About(str(uuid.uuid4()), since)


def _means(ref: str, session_id: str) -> bool:
    digits = ref.strip().lower().removeprefix("session-").replace("-", "")
    return len(digits) >= 4 and session_id.replace("-", "").startswith(digits)


def _named(core: Core, ref: str) -> _About:
    """A session that is on the branch, or one that another program calls so and that is not here yet."""
    from lsp_server.memory.sessions import finding as session_finding

    try:
        record = _record(core, session_finding.find(core, ref).id)
    except NotFoundError:
        record = None
    if record is None:
        try:
            return _About(str(uuid.UUID(ref)), Since(core.now()))
        except ValueError:
            return _About(str(uuid.uuid4()), Since(core.now()), name=" ".join(ref.split()))
    fields = record.fields
    return _About(
        record.id, Since(record.created), fields.get("name"), fields.get("goal"), fields.get("agent")
    )


def _record(core: Core, session_id: str) -> Record | None:
    return core.followed().get(session_id)


def _answer(
    core: Core,
    record: Record,
    paths: Sequence[str],
    version: str,
    *,
    was_written: bool = False,
) -> Ended:
    ended = ended_at(record) or core.now()
    seconds = max(0, int((ended - record.created).total_seconds()))
    return Ended(record, record.created, ended, seconds, tuple(paths), version, was_written)


# writing -------------------------------------------------------------------------------------------
class _Writing:
    """Writes one session's end, maybe several times: on each tip that the branch has come to."""

    def __init__(self, core: Core, about: _About, said: Ending, work: Work, guard: Guard) -> None:
        self._core = core
        self._about = about
        self._said = said
        self._work = work
        self._guard = guard
        now = core.now()
        # One that was noted by a clock that was ahead did not begin after now.
        began = min(about.since.when, now) if about.is_running else about.since.when
        self._began = _first(work) or now if not about.is_running and not _is_past(about, core) else began
        self._ended = max(now, self._began)  # the clock may have gone back
        self.record: Record
        self.paths: Sequence[str] = ()

    def __call__(self, edits: Edits) -> str:
        from lsp_server.memory.documents.editing import Documents
        from lsp_server.memory.sessions.saving import place_session

        self.record = place_session(self._core, edits, self._session(edits), self._guard)
        self._documents(Documents(self._core, edits, self._guard))
        written, _ = edits.changed()
        self.paths = sorted(written)
        position = self._core.position()
        return self._core.message("end", self.record, code=position)

    def _session(self, edits: Edits) -> Session:
        said, about = self._said, self._about
        session = self._standing(edits) or Session(
            id=about.id,
            created_at=self._began.isoformat(),
            name=about.name,
            code=self._core.position(),
        )
        ended = max(self._ended, session.created).isoformat()
        following = {"goal": "; ".join(said.next_steps)} if said.next_steps else session.next_session
        return replace(
            session,
            updated_at=ended,
            ended_at=ended,
            goal=about.goal or session.goal,
            agent=about.agent or session.agent,
            summary=said.summary,
            activities=(*session.activities, *_new(activities(self._work, self._began), session.activities)),
            achievements=(*session.achievements, *_new(said.accomplished, session.achievements)),
            challenges=(*session.challenges, *_new(said.challenges, session.challenges)),
            next_session=following,
        )

    def _standing(self, edits: Edits) -> Session | None:
        """The session as it is on the branch, where somebody has saved it before its end."""
        from lsp_server.records.sessions.reading import read_session

        known = self._core.known(edits, self._about.id)
        data = edits.read(known.path) if known is not None else None
        return read_session(known.path, data)[0] if known is not None and data is not None else None

    def _documents(self, documents: Documents) -> None:
        said = self._said
        documents.set("context/recent-work/last-session", said.summary, new=True)
        if said.focus is not None:
            documents.set("context/recent-work/current-focus", said.focus, new=True)
        if said.next_steps:
            documents.set("context/recent-work/next-planned", _one_or_all(said.next_steps), new=True)
        if said.blockers is not None:
            documents.set("context/recent-work/blockers", _one_or_all(said.blockers), new=True)
        for pattern in said.patterns:
            section, text = pattern_section(pattern)
            documents.note(f"patterns/{section}", text, new=True)
        for decision in said.decisions:
            documents.note("context/technical-decisions-made", decision, new=True)
        for name, figure in (said.metrics or {}).items():
            documents.set(f"project/metrics/{name}", str(figure), new=True)
        entry: dict[str, str | Sequence[str]] = {
            "Focus": said.focus or self._about.goal or "",
            "Accomplished": said.accomplished,
            "Next steps": said.next_steps,
            "Patterns learned": said.patterns,
        }
        documents.append_session_log(entry, title=one_line(said.summary, _HEADING), when=self._ended)
        items = [f"Summary: {said.summary}"]
        if said.next_steps:
            items.append(f"Next: {'; '.join(said.next_steps)}")
        documents.append_log(_LOG_TITLE, items, when=self._ended)


def _one_or_all(texts: Sequence[str]) -> str | list[str]:
    """One text as a field's value, several as bullets below it; none empties it."""
    return texts[0] if len(texts) == 1 else list(texts)


def _is_past(about: _About, core: Core) -> bool:
    """Whether the session is one that is on the branch: then it began when its file says."""
    return _record(core, about.id) is not None


def _first(work: Work) -> datetime | None:
    moments = [one.when for one in work.commits] + [one.when for one in work.code]
    return min(moments, default=None)


def _new(given: Sequence[Any], there: Sequence[Any]) -> list[Any]:
    return [one for one in given if one not in there]


class _Kept:
    """What was said is not lost with a write that cannot be made: the error carries it."""

    def __init__(self, said: Ending) -> None:
        self._said = said

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (StoreError, RefusedError)) and not isinstance(
            error, (SecretError, NotInitialisedError)
        ):
            from lsp_server.memory.working.ending_form import form

            error.text = error.text or form(self._said, is_whole=False)
