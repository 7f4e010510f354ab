"""Use case: end a session. What was done and what comes next is written everywhere it belongs, in one commit:
the session's own record, the session log, the project's context, patterns, the development log, metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lsp_server.errors import (
    NotInitialisedError,
    RefusedError,
    SecretError,
    StoreError,
    UsageError,
)
from lsp_server.memory.events.before_others import publish_quietly
from lsp_server.memory.guard import machine_text
from lsp_server.memory.working import running as running_session
from lsp_server.memory.working.results import Ended, Ending, LeftOut
from lsp_server.memory.working.running import ended_at
from lsp_server.memory.working.telling import achievements, activities, filled, tidy
from lsp_server.memory.working.which_session import About, session_to_end
from lsp_server.memory.working.work_done import Work, last_ended, work_since
from lsp_server.records.model import Record
from lsp_server.records.sessions.model import Session

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.guard import Guard


def end(
    core: Core, ending: Ending, guard: Guard, *, ref: str | None, goal: str | None, agent: str | None
) -> Ended:
    """End the session ``ref``, or the one under way here; see ``Memory.end_session``."""
    core.expect_memory()
    about = session_to_end(core, ref)
    own = tidy(ending)
    if about.ended is None:
        work = _quiet(core, work_since(core, about.since, uncommitted=False))
    elif not own.is_empty or goal or agent:
        work = Work()  # what was done in it is told already; what is said now is added
    elif about.is_running:
        # It was written, and whoever did that was stopped before the note was gone.
        running_session.forget(core, about.id)
        return _answer(core, about.ended, [], core.tip(), was_written=True)
    else:
        raise UsageError(about.nothing)
    about = about._replace(goal=goal or about.goal, agent=agent or about.agent)
    said = filled(own, work, about.goal, about.nothing)
    writing = _Writing(core, about, said, summary=own.summary, work=work, guard=guard)
    with _Kept(said):
        version = core.commit(writing)
    core.when_committed(lambda: running_session.forget(core, about.id))
    core.when_committed(lambda: publish_quietly(core))
    was_ended = about.ended is not None
    return _answer(
        core,
        writing.record,
        writing.paths,
        version,
        was_written=was_ended and not writing.paths,
        was_ended=was_ended,
        left_out=writing.left_out,
    )


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
    about = session_to_end(core, None)
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


def _record(core: Core, session_id: str) -> Record | None:
    return core.followed().get(session_id)


def _answer(
    core: Core,
    record: Record,
    paths: Sequence[str],
    version: str,
    *,
    was_written: bool = False,
    was_ended: bool = False,
    left_out: Sequence[LeftOut] = (),
) -> Ended:
    ended = ended_at(record) or core.now()
    seconds = max(0, int((ended - record.created).total_seconds()))
    return Ended(
        record,
        record.created,
        ended,
        seconds,
        tuple(paths),
        version,
        was_written=was_written,
        was_ended=was_ended,
        left_out=tuple(left_out),
    )


# writing -------------------------------------------------------------------------------------------
class _Writing:
    """Writes one session's end, maybe several times: on each tip that the branch has come to."""

    def __init__(
        self, core: Core, about: About, said: Ending, *, summary: str, work: Work, guard: Guard
    ) -> None:
        """``summary`` is what somebody said, empty where ``said`` has one that was made for it."""
        self._core = core
        self._about = about
        self._said = said
        self._summary = summary
        self._work = work
        self._guard = guard
        now = core.now()
        # One that was noted by a clock that was ahead did not begin after now.
        began = min(about.since.when, now) if about.is_running else about.since.when
        self._began = _first(work) or now if not about.is_running and not _is_past(about, core) else began
        self._ended = max(now, self._began)  # the clock may have gone back
        self.record: Record
        self.paths: Sequence[str] = ()
        self.left_out: Sequence[LeftOut] = ()

    def __call__(self, edits: Edits) -> str:
        from lsp_server.memory.documents.editing import Documents
        from lsp_server.memory.sessions.saving import place_session
        from lsp_server.memory.working.ending_documents import EndingDocuments

        standing = self._standing(edits)
        session = self._session(standing)
        is_new = session != standing
        self.record = place_session(self._core, edits, session, self._guard)
        documents = EndingDocuments(Documents(self._core, edits, self._guard), self._said)
        documents.say(is_addition=self._about.ended is not None)
        if self._about.ended is None or self._is_last():
            documents.say_last(" ".join((session.summary or "").split()))
        if is_new:  # else it was said before, and is in the logs
            documents.log(self._about.goal or "", self._ended)
        self.left_out = documents.left_out
        written, _ = edits.changed()
        self.paths = sorted(written)
        position = self._core.position()
        return self._core.message("end", self.record, code=position) if written else ""

    def _session(self, standing: Session | None) -> Session:
        said, about = self._said, self._about
        session = standing or Session(
            id=about.id,
            created_at=self._began.isoformat(),
            name=about.name,
            code=self._core.position(),
        )
        ended = max(self._ended, session.created).isoformat()
        is_over = about.ended is not None
        after = replace(
            session,
            updated_at=ended,
            ended_at=session.ended_at if is_over else ended,
            goal=about.goal or session.goal,
            agent=about.agent or session.agent,
            summary=self._one_summary(session.summary),
            activities=(*session.activities, *_new(activities(self._work, self._began), session.activities)),
            achievements=(*session.achievements, *_new(said.accomplished, session.achievements)),
            challenges=(*session.challenges, *_new(said.challenges, session.challenges)),
            next_session=_following(session.next_session, said.next_steps, is_addition=is_over),
        )
        same = is_over and replace(after, updated_at=session.updated_at) == session
        return session if same else after

    def _one_summary(self, before: str | None) -> str:
        """What is said now behind what the session says of itself already: nothing of it is lost."""
        return _with(before, self._summary) if before else self._said.summary

    def _is_last(self) -> bool:
        last = last_ended(self._core)
        return last is not None and last.id == self._about.id

    def _standing(self, edits: Edits) -> Session | None:
        """The session as it is on the branch, where somebody has saved it before its end."""
        from lsp_server.records.sessions.reading import read_session

        known = self._core.known(edits, self._about.id)
        data = edits.read(known.path) if known is not None else None
        return read_session(known.path, data)[0] if known is not None and data is not None else None


def _with(before: str, said: str) -> str:
    """One text behind another, where it does not say that already."""
    there = "; ".join(line for line in before.splitlines() if line)
    if not said or f"; {said}; " in f"; {there}; ":
        return before
    return f"{before.rstrip()}\n\n{said}\n" if "\n" in before else f"{before}; {said}"


def _following(before: Any, steps: Sequence[str], *, is_addition: bool) -> Any:
    """What the next session is for."""
    if not steps:
        return before
    goal = "; ".join(steps)
    if not is_addition or not isinstance(before, Mapping) or not before.get("goal"):
        return {"goal": goal}
    for step in steps:
        before = {**before, "goal": _with(str(before["goal"]), step)}
    return before


def _is_past(about: About, core: Core) -> bool:
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
