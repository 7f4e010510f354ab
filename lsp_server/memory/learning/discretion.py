"""Personal data in what is found: events stay in a clone, but records are pushed to where others read them.

Secrets are taken out when an event is kept, and again where a record is written. This is about the rest that
messages tell of people: mail addresses, telephone and card numbers, and whose home directory a file is in.
"""

from __future__ import annotations

import re
from dataclasses import replace

from lsp_server.memory.learning.model import HOLE, Finding

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"(?<![\w+])\+\d(?:[ ()./-]{0,2}\d){7,14}(?!\d)")
_CARD = re.compile(r"(?<![\w.-])(?:(?:\d{4}[ -]?){3}\d{1,7}|\d{4}[ -]?\d{6}[ -]?\d{5})(?![\w-])")
_HOME = re.compile(
    r"(?<![\w.~-])(?:/home/[^/\s'\"]+|/Users/[^/\s'\"]+|/root|[A-Za-z]:\\Users\\[^\\\s'\"]+)(?=[/\\])"
)


def discreet(text: str) -> str:
    """The text with ``…`` for mail addresses, telephone and card numbers, and ``~`` for home directories."""
    if "/" in text or "\\" in text:
        text = _HOME.sub("~", text)
    if "@" in text:
        text = _MAIL.sub(HOLE, text)
    if "+" in text:
        text = _PHONE.sub(HOLE, text)
    return _CARD.sub(_card, text)


def discreet_finding(finding: Finding) -> Finding:
    """A finding whose texts are discreet. A solution is a person's own words, and stays."""
    return replace(
        finding,
        title=discreet(finding.title),
        summary=discreet(finding.summary),
        evidence=tuple(discreet(fact) for fact in finding.evidence),
        example=discreet(finding.example),
    )


def _card(found: re.Match[str]) -> str:
    """Only what has the check digit of a card: figures of other kinds are as long."""
    digits = [int(one) for one in reversed(found[0]) if one.isdigit()]
    doubled = (sum(divmod(2 * one, 10)) for one in digits[1::2])
    return HOLE if len(digits) >= 13 and (sum(digits[::2]) + sum(doubled)) % 10 == 0 else found[0]
