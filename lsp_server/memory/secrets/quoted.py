"""What stands in the quoted strings of a front matter, as a reader of it will see it.

YAML writes ``token = "abc"`` as ``"token = \\"abc\\""``, which no scanner takes for an assignment. So the
strings are looked through once more, unescaped, each on a line of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

from lsp_server.memory.secrets.findings import Finding
from lsp_server.memory.secrets.prefilter import suspicious

_LEVELS = 3  # a text in JSON in a string


def check_quoted(text: str, start: int, end: int) -> list[Finding]:
    """The secrets in the quoted strings of ``text[start:end]``, at their places in ``text``."""
    found: list[Finding] = []
    view, places = _unescaped(text, start, end)
    for _ in range(_LEVELS):
        if suspicious(view):
            from lsp_server.memory.secrets.scanner import scan

            told = [_at(text, one, places[one.start], places[one.end]) for one in scan(view)]
            found += [one for one in told if all(one.end <= o.start or o.end <= one.start for o in found)]
        if "\\" not in view:
            break
        view, inner = _unescaped_again(view)
        places = [places[at] for at in inner]
    return found


def strings(front: str) -> Iterator[str]:
    """The lines of the quoted strings of a front matter, unescaped."""
    quoted, escapes = _patterns()
    for double, single in quoted.findall(front):
        text = double or single
        if "\\" in text or "''" in text:
            # Two quotes are one only in a string of that kind, a backslash acts only in the other.
            pieces = [_meant(piece, double) for piece in escapes.findall(text)]
            between = escapes.split(text)
            text = "".join(map("".join, zip(between, [*pieces, ""], strict=True)))
        yield from text.split("\n")
        for _ in range(_LEVELS - 1):
            if "\\" not in text:
                break
            text = _unescaped_again(text)[0]
            yield from text.split("\n")


def _meant(escape: str, double: str) -> str:
    return escape if (escape == "''") is bool(double) else _character(escape)


def _at(text: str, finding: Finding, start: int, end: int) -> Finding:
    line = text.count("\n", 0, start) + 1
    return finding._replace(
        start=start, end=end, line=line, column=start - (text.rfind("\n", 0, start) + 1) + 1
    )


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return (
        re.compile(r'"((?:[^"\\]|\\.)*)"' r"|(?:(?<=[\s\[,{:])|^)'((?:[^'\n]|'')*)'", re.DOTALL),
        re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|''", re.DOTALL),
    )


def _unescaped(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """The strings, and for each character of them (and the place behind the last) where it stands."""
    strings, escapes = _patterns()
    view: list[str] = []
    places: list[int] = []

    def add(characters: str, first: int, step: int) -> None:
        view.append(characters)
        places.extend(
            range(first, first + len(characters) * step, step) if step else [first] * len(characters)
        )

    for string in strings.finditer(text, start, end):
        group = 1 if string[1] is not None else 2
        at, last = string.span(group)
        for escape in escapes.finditer(text, at, last):
            if (escape[0] == "''") is (group == 1):
                continue  # two quotes are one only in a string of that kind, a backslash only in the other
            add(text[at : escape.start()], at, 1)
            add(_character(escape[0]), escape.start(), 0)
            at = escape.end()
        add(text[at:last], at, 1)
        add("\n", last, 0)
    places.append(end)
    return "".join(view), places


def _unescaped_again(view: str) -> tuple[str, list[int]]:
    """What a text says in which JSON was written, as a checkpoint keeps it, and where each character of that
    stands."""
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for escape in _patterns()[1].finditer(view):
        if escape[0] == "''":
            continue
        character = _character(escape[0])
        pieces += (view[at : escape.start()], character)
        places += [*range(at, escape.start()), *[escape.start()] * len(character)]
        at = escape.end()
    pieces.append(view[at:])
    places += range(at, len(view) + 1)
    return "".join(pieces), places


def _character(escape: str) -> str:
    if escape == "''":
        return "'"
    if escape[1] in "xuU":
        code = int(escape[2:], 16)  # noqa: FURB166  a backslash stands there, no 0
        return chr(code) if 0x20 <= code < 0x110000 else " "  # a control character ends a word
    try:
        return str(json.loads(f'"{escape}"'))
    except ValueError:
        return escape[1]
