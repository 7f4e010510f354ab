"""What a person types, made into values: texts, places in the code, dates, kinds.

Everything that makes no sense is a ``click.UsageError`` (exit code 2) that says what would.
"""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lsp_server.cli.typed_path import ParamType
from lsp_server.records.anchors import ROOT, CodePlace, CodeRange, CodeSymbol, PlaceThen, whole
from lsp_server.records.labels import LABELS
from lsp_server.records.model import Kind

if TYPE_CHECKING:
    from lsp_server.cli.session import Session
    from lsp_server.memory.facade import Memory

# Compiled when they are needed: most commands need none of them.
_PLACE = r"(?s)(?P<path>.+):(?P<lines>[^:/]*)\Z"
_LINES = r"([0-9]{1,9})(?:-([0-9]{1,9}))?\Z"
_FORMS = "write PATH:LINE, PATH:FIRST-LAST, PATH::NAME for a symbol, or PATH"
_AGO = r"(\d{1,6}|an?)[ ._-]+(minute|hour|day|week|month|year)s?[ ._-]+ago\Z"
_DATE = r"\d{4}-\d{2}-\d{2}\Z"
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
        if found := re.match(_AGO, word):
            count = 1 if found[1].startswith("a") else int(found[1])
            return _before(now, count, found[2])
        if re.match(_DATE, text):
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
    """A place as it was typed: a file or folder, or lines of a file, or a symbol in it. ``start`` and
    ``end`` are None for the whole; of a symbol, ``start`` may be one of its lines."""

    path: str
    start: int | None = None
    end: int | None = None
    symbol: str = ""


def parse_place(text: str) -> Place:
    """``PATH:LINE``, ``PATH:FIRST-LAST``, ``PATH::NAME``, ``PATH::NAME:LINE`` or ``PATH`` (a path may hold
    colons). Lines count from 1."""
    path, colons, name = text.partition("::")
    found = re.match(_PLACE, name if colons else text)
    lines = re.match(_LINES, found["lines"]) if found else None
    if found is None or lines is None:
        if found is not None and re.fullmatch(r"[-+\d.,]*", found["lines"]):
            raise click.UsageError(f"{text!r} is no place in the code: {_FORMS}")
        return _symbol_place(text, path, name) if colons else Place(text)
    start, end = int(lines[1]), int(lines[2] or lines[1])
    if start < 1:
        raise click.UsageError(f"{text!r}: lines are counted from 1")
    if end < start:
        raise click.UsageError(f"{text!r}: the last line comes before the first")
    if colons:
        return _symbol_place(text, path, found["path"], start)
    return Place(found["path"], start, end)


def _symbol_place(text: str, path: str, name: str, line: int | None = None) -> Place:
    if not path or not name.strip():
        raise click.UsageError(f"{text!r} names no symbol: write PATH::NAME, like src/auth.py::Login.check")
    return Place(path, line, line, name.strip())


def typed_place(session: Session, text: str) -> Place:
    """As ``parse_place``; a file or folder that is there and is called ``a:1`` is meant itself."""
    try:
        is_there = os.path.lexists(session.path(text))
    except (OSError, ValueError):
        is_there = False
    if is_there:
        return Place(text)
    place = parse_place(text)
    if place == Place(text) and ":" in text:
        raise click.UsageError(f"{text!r} is no place in the code: {_FORMS}")
    return place


def code_places(
    session: Session, memory: Memory, places: tuple[str, ...], rev: str | None = None
) -> list[CodePlace]:
    """The places given with ``--at``, as ``Memory.record`` takes them; as the commit ``rev`` has them where
    one is given."""
    if rev is None:
        return [code_place(session, memory, typed_place(session, text)) for text in places]
    return [PlaceThen(code_place(session, memory, parse_place(text)), rev) for text in places]


def code_place(session: Session, memory: Memory, place: Place) -> CodeRange | CodeSymbol:
    """A place that was typed as one of the repository: lines, a symbol, a whole file, a folder."""
    if place.symbol:
        return CodeSymbol(code_path(session, memory, place.path), place.symbol, place.start or 0)
    if place.start is not None:
        return CodeRange(code_path(session, memory, place.path), place.start, place.end or place.start)
    typed = session.path(place.path)
    if memory.root is not None and "\0" not in place.path and (place.path.endswith("/") or typed.is_dir()):
        if os.path.realpath(typed) == os.path.realpath(memory.root):
            return whole(ROOT)
        return whole(code_path(session, memory, place.path) + "/")
    return whole(code_path(session, memory, place.path))


def code_path(session: Session, memory: Memory, path: str) -> str:
    """A typed path relative to the work tree, with ``/``; as it is in a bare repository."""
    found = memory.code_path(session.path(path)) if "\0" not in path else None
    if found is None:
        if memory.root is None:
            return path  # a bare repository: as HEAD names it
        raise click.UsageError(f"{path!r} lies outside of the repository")
    return found


def names_document(word: str) -> bool:
    """Whether a word names a living document, not a record. What is a label is told without their table."""
    from lsp_server.records.labels import normalise_label

    if normalise_label(word) is not None:
        return False
    from lsp_server.records.living.documents import is_document

    return is_document(word)
