"""What a session's end writes to the living documents. One that cannot be written keeps none of the others
out: what was to stand in it is told."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from lsp_server.errors import AmbiguousError, NotFoundError, RefusedError, SecretError
from lsp_server.memory.working.briefing_text import one_line
from lsp_server.memory.working.results import Ending, LeftOut
from lsp_server.memory.working.telling import pattern_section

if TYPE_CHECKING:
    from lsp_server.memory.documents.editing import Documents

_LOG_TITLE = "Session End"
_HEADING = 120  # characters of a summary that stand in a heading
_RECENT = "context/recent-work"


class EndingDocuments:
    """The documents of one commit; ``left_out`` is what could not be written to them."""

    def __init__(self, documents: Documents, said: Ending) -> None:
        self._documents = documents
        self._said = said
        self.left_out: list[LeftOut] = []

    def say(self, *, is_addition: bool) -> None:
        """What was said of the work, each in its place. With ``is_addition`` next steps come beside those
        that are there."""
        said = self._said
        if said.focus is not None:
            self._set(f"{_RECENT}/current-focus", said.focus)
        if is_addition:
            for step in said.next_steps:
                self._note(f"{_RECENT}/next-planned", step)
        elif said.next_steps:
            self._set(f"{_RECENT}/next-planned", _one_or_all(said.next_steps))
        if said.blockers is not None:
            self._set(f"{_RECENT}/blockers", _one_or_all(said.blockers))
        for pattern in said.patterns:
            section, text = pattern_section(pattern)
            self._note(f"patterns/{section}", text)
        for decision in said.decisions:
            self._note("context/technical-decisions-made", decision)
        for name, figure in (said.metrics or {}).items():
            self._set(f"project/metrics/{name}", str(figure))

    def say_last(self, summary: str) -> None:
        """What the last session was about."""
        self._set(f"{_RECENT}/last-session", summary)

    def log(self, goal: str, when: datetime) -> None:
        """An entry of the session log and one of the development log."""
        said = self._said
        entry: dict[str, str | Sequence[str]] = {
            "Focus": said.focus or goal,
            "Accomplished": said.accomplished,
            "Next steps": said.next_steps,
            "Patterns learned": said.patterns,
        }
        title = one_line(said.summary, _HEADING)
        self._try(
            LeftOut("session-log", said.summary, "", ""),
            lambda: self._documents.append_session_log(entry, title=title, when=when),
        )
        items = [f"Summary: {said.summary}"]
        if said.next_steps:
            items.append(f"Next: {'; '.join(said.next_steps)}")
        given = " ".join(f"--item {shlex.quote(item)}" for item in items)
        self._try(
            LeftOut("log", said.summary, "", f"git memory note log {shlex.quote(_LOG_TITLE)} {given}"),
            lambda: self._documents.append_log(_LOG_TITLE, items, when=when),
        )

    def _set(self, address: str, value: str | list[str]) -> None:
        one = isinstance(value, str)
        values = [value] if isinstance(value, str) else value
        given = shlex.quote(values[0]) if one else " ".join(f"--item {shlex.quote(each)}" for each in values)
        command = f"git memory set {shlex.quote(address)} {given or shlex.quote('')}"
        self._try(
            LeftOut(address, "; ".join(values), "", command),
            lambda: self._documents.set(address, value, new=True),
        )

    def _note(self, address: str, text: str) -> None:
        command = f"git memory note {shlex.quote(address)} {shlex.quote(text)}"
        self._try(LeftOut(address, text, "", command), lambda: self._documents.note(address, text, new=True))

    def _try(self, written: LeftOut, write: Callable[[], object]) -> None:
        """A document that cannot be read or does not have the place is told; what was said wrongly, and a
        secret, is an error of the whole."""
        try:
            write()
        except SecretError:
            raise
        except (RefusedError, AmbiguousError, NotFoundError) as error:
            self.left_out.append(written._replace(why=str(error)))


def _one_or_all(texts: Sequence[str]) -> str | list[str]:
    """One text as a field's value, several as bullets below it; none empties it."""
    return texts[0] if len(texts) == 1 else list(texts)
