"""Puts the report of a day that is over on the branch, once."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import StoreError
from lsp_server.memory.events.publishing import writer_of
from lsp_server.memory.guard import Guard
from lsp_server.memory.learning.seen import day_of
from lsp_server.store.half_written import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.events.event_memory import EventMemory

OFF = "memory.noDailyReports"
"""git's setting that keeps the reports off the branch."""

_FOLDER = "learning"
_LAST = "reported"  # the last day that was, as its date


class Due(NamedTuple):
    """A report that is to be written: its day, where it goes, and its text."""

    day: date
    path: str
    text: str

    def write(self, core: Core, guard: Guard) -> None:
        """Put it on the branch: in a commit of its own, or in this thread's batch."""
        data = guard.clean(self.text, seen=False).encode("utf-8")

        def change(edits: Edits) -> str:
            edits.write(self.path, data)
            return core.templates.render(
                "commits/message", subject=f"learnings: what was learned on {self.day}", body="", trailers=[]
            )

        core.commit(change)


def is_new_day(core: Core, now: datetime) -> bool:
    """Whether this is the first run since midnight (UTC). A day to come was noted by a wrong clock."""
    return not _yesterday(now).isoformat() <= _last(core) <= day_of(now).date().isoformat()


def due(core: Core, events: EventMemory, now: datetime) -> Due | None:
    """The report of yesterday (UTC), where this clone has not written it yet, there is something in it, and
    nobody has switched them off."""
    if not is_new_day(core, now):
        return None
    day = _yesterday(now)
    if core.repository.config.flag(OFF.lower()):
        note(core, day)
        return None
    from lsp_server.memory.learning.report import of_day, text_of

    told = of_day(core, events, day)
    if told.is_empty:
        note(core, day)
        return None
    path = path_of(core, day)
    if core.read(path) is not None:
        note(core, day)
        return None
    return Due(day, path, text_of(core, told))


def path_of(core: Core, day: date) -> str:
    """Where this clone's report of a day stands on the branch. Raises ``StoreError``."""
    directory = core.private / "events" / "chosen"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        writer = writer_of(directory)
    except OSError as error:
        raise StoreError(f"{directory} cannot be written: {error.strerror or error}") from error
    return f"events/{day:%Y/%m}/{day}-{writer}-learnings.md"


def note(core: Core, day: date) -> None:
    """Remember that the report of a day is done with. A disk that is full is asked again."""
    with suppress(OSError):
        folder = _folder(core)
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / _LAST, f"{day}\n".encode())


def _yesterday(now: datetime) -> date:
    return (day_of(now) - timedelta(days=1)).date()


def _last(core: Core) -> str:
    try:
        return (_folder(core) / _LAST).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _folder(core: Core) -> Path:
    return core.private / _FOLDER
