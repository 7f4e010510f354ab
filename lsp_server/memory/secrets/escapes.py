"""Texts in texts: JSON in an argument, code in JSON, a log that shows strings with their escapes.

``{"code": "a = 1\\nsk-…"}`` has a key at the beginning of a line, and no scanner sees it behind the ``n``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache

from lsp_server.memory.secrets.findings import Finding


@cache
def _escapes() -> re.Pattern[str]:
    return re.compile(r"\\+(?:([nr])|([tbf])|(?=[\"'/]))")


def unescaped(text: str) -> str:
    """The text with line ends and blanks for its escapes, and its quotes without backslashes."""
    return _escapes().sub(_meant, text) if "\\" in text else text


def _meant(escape: re.Match[str]) -> str:
    return "\n" if escape[1] else " " if escape[2] else ""


def in_place(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """The findings of the unescaped text, where they stand in the text itself."""
    shown, real = [0], [0]
    for escape in _escapes().finditer(text):
        shown.append(shown[-1] + escape.start() - real[-1] + len(_meant(escape)))
        real.append(escape.end())

    def place(at: int) -> int:
        known = bisect_right(shown, at) - 1
        return real[known] + at - shown[known]

    return [one._replace(start=place(one.start), end=place(one.end - 1) + 1) for one in findings]


def united(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """The findings of several looks, each place once. None ends in a backslash: what is put in its place must
    leave the quote behind it what it was."""
    kept: list[Finding] = []
    for one in sorted(findings):
        end = one.start + len(text[one.start : one.end].rstrip("\\"))
        if kept and one.start < kept[-1].end:
            kept[-1] = kept[-1]._replace(end=max(end, kept[-1].end))
        else:
            kept.append(one._replace(end=end))
    return kept
