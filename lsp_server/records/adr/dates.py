"""Dates as people write them. Nothing is guessed: what can be read in two ways is no date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero janeiro gennaio januari",
            "feb february februar février fevrier febrero fevereiro febbraio februari",
            "mar march märz maerz mars marzo março marco maart",
            "apr april avril abril aprile",
            "may mai mayo maio maggio mei",
            "jun june juni juin junio junho giugno",
            "jul july juli juillet julio julho luglio",
            "aug august août aout agosto augustus",
            "sep sept september septembre septiembre setembro settembre",
            "oct october oktober octobre octubre outubro ottobre okt",
            "nov november novembre noviembre novembro",
            "dec december dezember décembre decembre diciembre dezembro dicembre dez",
        ),
        start=1,
    )
    for name in names.split()
}

_DATE = re.compile(
    r"""
      (?<![\d.])(?P<y>(?:19|20)\d\d)(?P<ysep>[-/.])(?P<m>\d{1,2})(?P=ysep)(?P<d>\d{1,2})(?!\d)
    | (?<![\d.])(?P<a>\d{1,3})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<z>(?:19|20)\d\d|\d\d)(?![\d.]\d|\d)
    | (?<!\d)(?P<d2>\d{1,2})(?:st|nd|rd|th|er|\.)?[\s\-/]*(?:of\s+|de\s+)?(?P<mon2>[^\W\d_]{3,10})\.?,?
      [\s\-/]*(?:de\s+)?(?P<y2>(?:19|20)\d\d)(?!\d)
    | \b(?P<mon3>[^\W\d_]{3,10})\.?[\s\-]+(?P<d3>\d{1,2})(?:st|nd|rd|th)?,?[\s\-]+
      (?P<y3>(?:19|20)\d\d)(?!\d)
    | (?<!\d)(?P<y4>(?:19|20)\d\d)[\s\-/]+(?P<mon4>[^\W\d_]{3,10})\.?[\s\-/]+(?P<d4>\d{1,2})(?!\d)
    | (?P<y5>(?:19|20)\d\d)\s*年\s*(?P<m5>\d{1,2})\s*月\s*(?P<d5>\d{1,2})\s*日
    """,
    re.VERBOSE,
)


class FoundDate(NamedTuple):
    """A date in a text. ``date`` is None when it is impossible, or ``ambiguous``: day or month first."""

    date: date | None
    start: int
    end: int
    ambiguous: bool = False


def find_dates(text: str, *, day_first: bool | None = None) -> list[FoundDate]:
    """All dates in a text, in order. ``day_first`` settles what could be read in two ways."""
    found = []
    for match in _DATE.finditer(text):
        value, ambiguous = _value(match, day_first)
        if value is not None or ambiguous or match["y"] or match["y5"]:
            found.append(FoundDate(value, match.start(), match.end(), ambiguous))
    return found


def day_comes_first(texts: Iterable[str]) -> bool | None:
    """What the dates in these texts show: is 03/04/2020 the 3rd of April? None when they do not tell.

    A folder of ADRs usually has one custom, so that an importer may ask this of all its files.
    """
    votes = 0
    for text in texts:
        for match in _DATE.finditer(text):
            if match["a"] and match["sep"] != ".":
                first, second = int(match["a"]), int(match["b"])
                votes += (31 >= first > 12 >= second) - (31 >= second > 12 >= first)
    return None if votes == 0 else votes > 0


def _value(match: re.Match[str], day_first: bool | None) -> tuple[date | None, bool]:
    if match["a"]:
        return _numeric(match, day_first)
    for suffix in ("2", "3", "4"):
        if match["y" + suffix]:
            month = _MONTHS.get(match["mon" + suffix].lower())
            return _day(match["y" + suffix], month, match["d" + suffix]), False
    if match["y5"]:
        return _day(match["y5"], int(match["m5"]), match["d5"]), False
    month, day = int(match["m"]), int(match["d"])
    if month > 12 >= day:  # year-day-month: there is no other way to read it
        month, day = day, month
    return _day(match["y"], month, day), False


def _numeric(match: re.Match[str], day_first: bool | None) -> tuple[date | None, bool]:
    first, second = int(match["a"]), int(match["b"])
    year = int(match["z"]) + (2000 if len(match["z"]) == 2 else 0)
    if match["sep"] == "." or first == second or first > 12:
        return _day(year, second, first), False
    if second > 12:
        return _day(year, first, second), False
    if day_first is None:
        return None, True
    return (_day(year, second, first) if day_first else _day(year, first, second)), False


def _day(year: int | str, month: int | None, day: int | str) -> date | None:
    if month is None:
        return None
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None
