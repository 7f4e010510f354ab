"""What a person types, made into values: texts, places in the code, dates, kinds.

Everything that makes no sense is a ``click.UsageError`` (exit code 2) that says what would.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lsp_server.cli.typed_path import ParamType
from lsp_server.records.anchors import CodeRange
from lsp_server.records.labels import LABELS
from lsp_server.records.model import Kind

if TYPE_CHECKING:
    from lsp_server.cli.session import Session
    from lsp_server.memory.facade import Memory

_PLACE = re.compile(r"(?P<path>.+):(?P<lines>[^:/]*)\Z", re.DOTALL)
_LINES = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?\Z")
_AGO = re.compile(r"(\d{1,6}|an?)[ ._-]+(minute|hour|day|week|month|year)s?[ ._-]+ago\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_LONG_AGO = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}  # in minutes


class Text(ParamType):
    """Text that will be stored or looked for: it must be characters, not undecodable bytes."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            self.fail(f"{text!a} is not UTF-8 text", param, ctx)
        return text


class Ref(Text):
    """A record's label, id, or the beginning of its id."""

    name = "ref"

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from lsp_server.cli.completion import complete_ref

        return complete_ref(ctx, incomplete)


class KindWord(Text):
    """A kind in the singular or the plural, or as labels have it (``adr``)."""

    name = "kind"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        word = str(value).strip().lower()
        for kind, prefix in LABELS.items():
            if word in (kind.value, kind.value + "s", prefix.lower(), prefix.lower() + "s"):
                return kind
        return self.fail(f"{value!r} is no kind; choose from {', '.join(k.value for k in Kind)}", param, ctx)

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(kind.value) for kind in Kind if kind.value.startswith(incomplete)]


class Moment(ParamType):
    """A date: ``2026-01-31``, ``2026-01-31T10:00``, ``yesterday``, ``2 weeks ago``. A day without a time
    is its first moment, or with ``end`` its last; without a zone it is local time."""

    name = "date"

    def __init__(self, *, end: bool = False) -> None:
        self.end = end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        text = str(value).strip()
        try:
            return self._understood(text, datetime.now().astimezone())
        except (ValueError, OverflowError, OSError):
            return self.fail(
                f"{text!r} is not understood; write 2026-01-31, 2026-01-31T10:00, today, yesterday or "
                "2 weeks ago",
                param,
                ctx,
            )

    def _understood(self, text: str, now: datetime) -> datetime:
        word = text.lower()
        if word == "now":
            return now
        if word in ("today", "yesterday"):
            return self._day(now - timedelta(days=word == "yesterday"))
        if found := _AGO.match(word):
            count = 1 if found[1].startswith("a") else int(found[1])
            return _before(now, count, found[2])
        if _DATE.match(text):
            return self._day(datetime.fromisoformat(text))
        moment = datetime.fromisoformat(re.sub(r"[zZ]\Z", "+00:00", text))
        return moment.astimezone()

    def _day(self, moment: datetime) -> datetime:
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        if self.end:
            day += timedelta(days=1, microseconds=-1)
        return day.astimezone()


def _before(now: datetime, count: int, unit: str) -> datetime:
    if unit in _LONG_AGO:
        return now - timedelta(minutes=count * _LONG_AGO[unit])
    months = now.year * 12 + now.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    for day in range(now.day, 27, -1):  # the last day that the month has
        try:
            return now.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return now.replace(year=year, month=month + 1)


class Place(NamedTuple):
    """A file as it was typed, and lines of it; None for the whole file."""

    path: str
    start: int | None = None
    end: int | None = None


def parse_place(text: str, *, lines_needed: bool = True) -> Place:
    """``PATH:LINE`` or ``PATH:LINE-LINE`` (a path may hold colons); ``PATH`` alone where no lines are
    needed. Lines count from 1."""
    found = _PLACE.match(text)
    lines = _LINES.match(found["lines"]) if found else None
    if found is None or lines is None:
        looks_like_lines = found is not None and re.fullmatch(r"[-+\d.,]*", found["lines"])
        if lines_needed or looks_like_lines:
            raise click.UsageError(f"{text!r} is no place in the code: write PATH:LINE or PATH:FIRST-LAST")
        return Place(text)
    start, end = int(lines[1]), int(lines[2] or lines[1])
    if start < 1:
        raise click.UsageError(f"{text!r}: lines are counted from 1")
    if end < start:
        raise click.UsageError(f"{text!r}: the last line comes before the first")
    return Place(found["path"], start, end)


def code_ranges(session: Session, memory: Memory, places: tuple[str, ...]) -> list[CodeRange]:
    """The places given with ``--at`` as ranges of the repository's files."""
    ranges = []
    for text in places:
        place = parse_place(text)
        path = code_path(session, memory, place.path)
        ranges.append(CodeRange(path, place.start or 1, place.end or 1))
    return ranges


def code_path(session: Session, memory: Memory, path: str) -> str:
    """A typed path relative to the work tree, with ``/``."""
    found = memory.code_path(session.path(path)) if "\0" not in path else None
    if found is None:
        if memory.root is None:
            raise click.UsageError("this repository has no work tree, so there is no code to point at")
        raise click.UsageError(f"{path!r} lies outside of the repository")
    return found
