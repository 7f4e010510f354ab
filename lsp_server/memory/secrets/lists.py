"""What stands in the lists of a front matter (``tags: [one, two]``) and in its names, each by itself.

Some of the scanner's rules know a secret only where a blank or a quote ends it, not a bracket or a colon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from lsp_server.memory.secrets.prefilter import LONG, suspicious

if TYPE_CHECKING:
    from lsp_server.memory.secrets.findings import Finding

_ENDS = str.maketrans("[]{},:", "      ")


@cache
def _lines() -> re.Pattern[str]:
    return re.compile(
        rf"^(?:[^\[{{\n]*:[ \t]*[\[{{][^\n]*|[ \t]*(?:- )?[^\s:]{{{LONG},}}:(?=\s)[^\n]*)", re.MULTILINE
    )


def views(lines: str) -> Iterator[str]:
    """As ``check_lists`` looks at lines of a front matter: each of them that it looks at."""
    return (line[0].translate(_ENDS) for line in _lines().finditer(lines))


def check_lists(text: str, start: int, end: int) -> list[Finding]:
    """The secrets in the names of ``text[start:end]`` and in the lists that are written on one line, at their
    places in ``text``."""
    found: list[Finding] = []
    for line in _lines().finditer(text, start, end):
        view = line[0].translate(_ENDS)
        if not suspicious(view):
            continue
        from lsp_server.memory.secrets.scanner import scan

        above = text.count("\n", 0, line.start())
        found += [
            one._replace(
                start=one.start + line.start(), end=one.end + line.start(), line=above + 1, column=one.column
            )
            for one in scan(view)
        ]
    return found
