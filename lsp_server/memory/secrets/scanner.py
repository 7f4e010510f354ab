"""The scanner, loaded at the first suspicious text: Kingfisher in this process, its rules and ours.

It only ever looks: validating a secret against its service is another part of that library, which is
not used, so nothing is sent anywhere. Why this one: docs/decisions/0004-secret-scanning.md.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections.abc import Iterable
from importlib import import_module
from itertools import accumulate
from pathlib import Path
from typing import Any

from lsp_server.errors import RefusedError
from lsp_server.memory.secrets.findings import Finding, fingerprint

RULES = Path(__file__).with_name("rules.yml")

_lock = threading.RLock()  # a signal handler may ask while its own thread does
_loaded: list[Any] = []

_NAMED_BY_PEOPLE = frozenset({"assigned-secret", "assigned-secret-unquoted", "authorization-header"})
"""The rules of rules.yml that go by what a person calls the value."""

_IDENTIFIER = re.compile(
    r"[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE,
)
_CALLED_A_SECRET = re.compile(
    r"""(?:key|secret|token|passw(?:or)?d|passphrase|auth)\w{0,20}["']?\s{0,3}(?::=|=>|=|:)\s{0,3}["'`]?$""",
    re.IGNORECASE,
)


def scan(text: str) -> list[Finding]:
    """Every secret in ``text`` by position, one finding for each place. Any thread may call it.

    The first call of a process loads the scanner (0.3 s; 3 s where its rules were never compiled on this
    machine). Raises ``RefusedError`` when it is not installed: unread text is not written.
    """
    data = text.encode("utf-8", "replace")
    starts = [0, *accumulate(len(line) for line in text.split("\n"))]
    line_starts = [start + number for number, start in enumerate(starts[:-1])]
    names: dict[tuple[str, str], str] = {}
    findings = []
    for start, end, rule in _one_a_place(_matches(text, data)):
        line = bisect_right(line_starts, start)
        secret = text[start:end]
        name = names.get((rule, secret)) or names.setdefault((rule, secret), fingerprint(rule, secret))
        findings.append(Finding(start, end, line, start - line_starts[line - 1] + 1, rule, name))
    return findings


def _matches(text: str, data: bytes) -> Iterable[tuple[int, int, str]]:
    """Start and end in characters, and the rule's name, of all that the scanner reports."""
    for match in _scanner().scan(data):
        where = match.location
        start = len(data[: where["start_offset"]].decode("utf-8", "ignore"))
        end = start + len(data[where["start_offset"] : where["end_offset"]].decode("utf-8", "ignore"))
        rule = match.rule_id.split(".", 1)[1].removeprefix("secrets/")
        # The scanner counts the digits of the name too: password1 = "see-the-vault" is no secret.
        is_a_word = rule in _NAMED_BY_PEOPLE and not any(map(str.isdigit, text[start:end]))
        if match.visible and end > start and not is_a_word and not _is_an_identifier(text, start, end):
            yield start, end, rule


def _is_an_identifier(text: str, start: int, end: int) -> bool:
    """A commit id or a UUID: a memory is full of them. They count where the text calls them a secret."""
    if not _IDENTIFIER.fullmatch(text, start, end):
        return False
    return not _CALLED_A_SECRET.search(text, max(0, text.rfind("\n", 0, start), start - 60), start)


def _one_a_place(matches: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Where several rules see the same characters: the widest, and of those the rule named for a service."""
    kept: list[tuple[int, int, str]] = []
    for match in sorted(set(matches), key=lambda m: (m[0], -m[1], m[2] in _NAMED_BY_PEOPLE, m[2])):
        if not kept or match[0] >= kept[-1][1]:
            kept.append(match)
        elif match[1] > kept[-1][1]:
            kept[-1] = (kept[-1][0], match[1], kept[-1][2])
    return kept


def _scanner() -> Any:
    """The one scanner of this process; its rules are compiled once."""
    with _lock:
        if not _loaded:
            try:
                kingfisher = import_module("kingfisher_sdk")
            except ImportError as error:
                raise RefusedError(
                    "the text may hold a secret and the scanner that can tell is not installed: "
                    "pip install kingfisher-secret-scanner"
                ) from error
            # Encoded data is not decoded: pictures in base64 would cost most and say nothing.
            _loaded.append(kingfisher.Scanner(kingfisher.Rules([RULES]), base64=False))
        return _loaded[0]
