"""The calls about a working session: its beginning, its end, and what is still due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.memory.core import Core
    from lsp_server.memory.working.briefing_results import Briefing, RunningSession, Started
    from lsp_server.memory.working.results import Checklist, Ended, Ending


class Working:
    """Begin a session, end it, look it over."""

    _core: Core

    def briefing(
        self, *, characters: int | None = None, tokens: int | None = None, person: str | None = None
    ) -> Briefing:
        """What a person or an agent should know now: the project, what was done last and comes next, what is
        in the way, preferences, open bugs, decisions, patterns, where the last checkpoint stood. Most useful
        first, as much as fits in ``characters`` (4,000 unless given) or ``tokens`` of its Markdown.
        ``person`` is whose preferences to tell, the committer's unless given. Writes nothing.

        Raises ``UsageError`` for both budgets, or one below 200 characters or 60 tokens,
        ``NotInitialisedError`` without a memory.
        """
        from lsp_server.memory.working import briefing

        return briefing.brief(self._core, characters=characters, tokens=tokens, person=person)

    def briefing_report(self, briefing: Briefing) -> str:
        """A briefing as Markdown in which nothing acts; not longer than its budget."""
        from lsp_server.memory.working.briefing_text import report_values

        return self._core.templates.render("reports/briefing.md", **report_values(briefing))

    def running_session(self) -> RunningSession | None:
        """The session under way in this worktree; None where there is none."""
        from lsp_server.memory.working import running as running_session

        self._core.followed()
        return running_session.running(self._core)

    def start_session(
        self,
        goal: str | None = None,
        agent: str | None = None,
        *,
        new: bool = False,
        characters: int | None = None,
        tokens: int | None = None,
        person: str | None = None,
    ) -> Started:
        """Note that a session has begun in this worktree, and tell what there is to know. Where one is under
        way it goes on, with a ``goal`` or an ``agent`` that is given now; ``new`` gives that one up. Nothing
        is written to the branch.

        Raises as ``briefing``, and ``StoreError`` where the note cannot be written.
        """
        from lsp_server.memory.working import beginning as working_session
        from lsp_server.memory.working import briefing
        from lsp_server.memory.working.briefing_budget import budget
        from lsp_server.memory.working.briefing_results import Started

        budget(characters, tokens)  # before anything is noted
        session, went_on, given_up = working_session.begin(self._core, goal, agent, new=new)
        told = briefing.brief(self._core, characters=characters, tokens=tokens, person=person)
        return Started(session, went_on, told, given_up)

    def end_session(
        self,
        ending: Ending | str = "",
        *,
        session: str | None = None,
        goal: str | None = None,
        agent: str | None = None,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Ended:
        """End a session, and write what was done and what comes next everywhere it belongs, in one commit:
        the session's record, the session log, the project's context, patterns, the development log, metrics.

        ``ending`` is what there is to say (or the summary alone); what it leaves empty is filled in from what
        was committed and recorded since the session began. It is the session under way in this worktree, and
        where none is, one that began with the first that was done since the last one ended; or ``session``: a
        label, an id or the beginning of one, or the name that another program gives it. To one that has ended
        what is said is added. A document that cannot be written is told in the answer's ``left_out``.

        >>> memory.end_session(Ending("Signing in works", next_steps=["Refresh the token"]))

        Raises ``UsageError`` where nothing was done and nothing is said, ``SecretError``, ``RefusedError``,
        ``NotInitialisedError``, ``StoreError``; then the error's ``text`` is what was said.
        """
        from lsp_server.memory.guard import guard_for
        from lsp_server.memory.working import ending as session_ending
        from lsp_server.memory.working.results import Ending

        said = Ending(ending) if isinstance(ending, str) else ending
        guard = guard_for(self._core, allow_secrets, redact)
        return session_ending.end(self._core, said, guard, ref=session, goal=goal, agent=agent)

    def save_session_end(
        self,
        session_id: str | None = None,
        achievements: str | Sequence[str] = (),
        challenges: str | Sequence[str] = (),
        next_steps: str | Sequence[str] = (),
    ) -> Ended:
        """``end_session`` in the words of a project directory: ``session_id`` is what the session is called
        (``session_20250107_1000``), its id or its label; without one, the session under way here."""
        from lsp_server.memory.working.results import Ending

        done, hard, following = (
            (one,) if isinstance(one, str) and one else tuple(one)
            for one in (achievements, challenges, next_steps)
        )
        ending = Ending(accomplished=done, challenges=hard, next_steps=following)
        return self.end_session(ending, session=session_id)

    def discard_session(self) -> bool:
        """End the session under way here without writing anything; whether there was one."""
        from lsp_server.memory.working import ending as session_ending

        return session_ending.discard(self._core)

    def ending_form(self, ending: Ending | None = None) -> str:
        """What is said at a session's end as a text to be filled in, with what was done since it began."""
        from lsp_server.memory.working import ending as session_ending

        return session_ending.form_for(self._core, ending)

    def ending_form_path(self) -> Path:
        """Where that text is to be edited: in this worktree's own git directory."""
        from lsp_server.memory.working import running as running_session

        return running_session.place(self._core).with_name("git-memory-session-end.md")

    def read_ending(self, text: str) -> Ending:
        """What such a text says, or JSON with the fields of ``Ending``. Raises ``UsageError``."""
        from lsp_server.memory.working.ending_form import read_ending

        return read_ending(text)

    def checklist(self) -> Checklist:
        """What is saved of this session, and what is still due: since it began in this worktree, else since
        the last one ended. Writes nothing. Raises ``NotInitialisedError``."""
        from lsp_server.memory.working import checklist

        return checklist.look(self._core)
