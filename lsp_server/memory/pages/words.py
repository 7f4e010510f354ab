"""Words that programs wrote, and moments, in pages."""

from __future__ import annotations

import contextlib
from datetime import datetime

from lsp_server.memory.learning.telling import quoted
from lsp_server.memory.titles import printable
from lsp_server.memory.working.briefing_text import quiet
from lsp_server.records.shortening import shortened

_LONGEST = 200  # characters of a text on a line


def words(text: str, most: int = _LONGEST) -> str:
    """A text on one line: as it is where nothing in it acts as Markdown, else in code marks."""
    line = shortened(printable(text), most)
    return line if quiet(line, begins=False) == line and "`" not in line else quoted(line)


def second(moment: datetime) -> str:
    """The day and the second, in local time."""
    # The first and the last year have no neighbour.
    with contextlib.suppress(OverflowError, OSError, ValueError):
        moment = moment.astimezone()
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")


def minute(moment: datetime) -> str:
    """The day and the minute, in local time."""
    return second(moment)[:-3]
