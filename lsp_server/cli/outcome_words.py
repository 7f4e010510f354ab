"""What a person types about a decision's outcome: how sure they are, when it is due."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import click

from lsp_server.cli.typed_path import ParamType
from lsp_server.records.outcomes import RESULTS, day, result, share

_AHEAD = r"(?:in[ ]+)?\+?(\d{1,5}|an?)[ ._-]*(d|days?|w|weeks?|m|months?|y|years?)\Z"
_DAYS = {"d": 1, "w": 7}


class Confidence(ParamType):
    """``0.8`` or ``80%``."""

    name = "confidence"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = share(value)
        if found is None:
            self.fail(f"{value!r} is not understood; write 0.8 or 80%", param, ctx)
        return found


class Due(ParamType):
    """A day to come: ``2026-12-01``, ``30d``, ``6 weeks``, ``tomorrow``. The value is ISO 8601."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        try:
            found = _ahead(text.lower(), date.today()) or day(text)
        except OverflowError:
            found = None
        if found is None:
            self.fail(
                f"{text!r} is not understood; write 2026-12-01, 30d, 6 weeks, 3 months, today or tomorrow",
                param,
                ctx,
            )
        return found


class Result(ParamType):
    """``success``, ``failure`` or ``mixed``."""

    name = "result"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        found = result(str(value))
        if found is None:
            self.fail(f"{value!r} is no outcome; choose from {', '.join(RESULTS)}", param, ctx)
        return found

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(word) for word in RESULTS if word.startswith(incomplete.lower())]


def _ahead(word: str, today: date) -> str | None:
    if word in ("today", "tomorrow"):
        return (today + timedelta(days=word == "tomorrow")).isoformat()
    found = re.match(_AHEAD, word)
    if found is None:
        return None
    count, unit = 1 if found[1].startswith("a") else int(found[1]), found[2][0]
    if unit in _DAYS:
        return (today + timedelta(days=count * _DAYS[unit])).isoformat()
    year, month = divmod(today.year * 12 + today.month - 1 + count * (12 if unit == "y" else 1), 12)
    if year > date.max.year:
        raise OverflowError
    for last in range(today.day, 27, -1):  # the last day that the month has
        try:
            return date(year, month + 1, last).isoformat()
        except ValueError:
            continue
    return date(year, month + 1, today.day).isoformat()
