"""What a page says that a command prints, compared with what it prints.

Dates, times and versions match any of their form. Ids do too, but one id stands for the same one all over
the page, also where only its beginning is said; so ``actual_text`` can put the real ids into a command.
"""

from __future__ import annotations

import re

_HEX = r"(?<![0-9A-Za-z])(?=[a-f]*[0-9])[0-9a-f]{7,64}(?![0-9A-Za-z])"
_UUID = r"(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z])"
_MOMENT = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?"
_UNIT = r"\d+ (?:second|minute|hour|day|week|month|year)s?"
_AGO = rf"(?:just now|{_UNIT}(?: {_UNIT})? ago)"
_ANY_OF_ITS_FORM = {  # what the page shows: what matches it
    "moment": (_MOMENT, _MOMENT),
    "day": (r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)", r"\d{4}-\d\d-\d\d"),
    "folder": (r"(?<!\d)\d{4}/\d\d/\d\d(?!\d)", r"\d{4}/\d\d/\d\d"),
    "month": (r"(?<!\d)20\d\d/\d\d(?!\d)", r"\d{4}/\d\d"),
    "time": (r"(?<![\d:])[0-2]\d:[0-5]\d(?::[0-5]\d)?(?![\d:])", r"\d\d:\d\d(?::\d\d)?"),
    "ago": (_AGO, _AGO),
    "version": (r"(?<![\d.])\d+\.\d+\.\d+(?![\d.])", r"\d+\.\d+\.\d+"),
}
_TOKENS = re.compile(
    "|".join(
        [rf"(?P<id>{_UUID}|{_HEX})", "(?P<any>…)"]
        + [f"(?P<{name}>{shown})" for name, (shown, _) in _ANY_OF_ITS_FORM.items()]
    )
)
_IDS = re.compile(f"{_UUID}|{_HEX}")
_SAME = 7  # two ids that begin with so many equal characters are one


class Ids:
    """Which real id each id of the page stands for."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}

    def matches(self, expected: str, actual: str) -> bool:
        """Whether a command printed what the page says. What its ids stand for is remembered."""
        shown: list[str] = []
        pattern = "".join(_line_pattern(line, shown) for line in expected.rstrip().splitlines())
        text = "".join(f"{line.rstrip()}\n" for line in actual.rstrip().splitlines())
        found = re.fullmatch(pattern, text)
        if found is None:
            return False
        real = dict(self._real)
        for page, printed in zip(shown, found.groups(), strict=True):
            if not _agrees(page, printed, real):
                return False
            real[page] = printed
        self._real = real
        return True

    def actual_text(self, text: str) -> str:
        """A command with the real ids."""
        return _IDS.sub(lambda found: self._actual(found.group()), text)

    def _actual(self, shown: str) -> str:
        for page, printed in self._real.items():
            if page.startswith(shown):
                return printed[: len(shown)]
        return shown


def _agrees(page: str, printed: str, real: dict[str, str]) -> bool:
    for known, actual in real.items():
        common = _equal_beginning(page, known)
        if common >= _SAME and printed[:common] != actual[:common]:
            return False
    return True


def _equal_beginning(one: str, other: str) -> int:
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))


def _line_pattern(line: str, shown: list[str]) -> str:
    """A pattern for a line of output; the ids in it are added to ``shown``, a group of the pattern each."""
    line = line.rstrip()
    if line.strip() == "…":
        return r"(?:[^\n]*\n)*?"
    pattern, at = "", 0
    for token in _TOKENS.finditer(line):
        pattern += re.escape(line[at : token.start()])
        at = token.end()
        kind = token.lastgroup
        assert kind is not None
        if kind == "id":
            shown.append(token.group())
            pattern += (
                "("
                + re.sub("[0-9a-f]+", lambda part: f"[0-9a-f]{{{len(part.group())}}}", token.group())
                + ")"
            )
        else:
            pattern += r"[^\n]*?" if kind == "any" else _ANY_OF_ITS_FORM[kind][1]
    return f"{pattern}{re.escape(line[at:])}\n"
