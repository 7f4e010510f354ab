"""What records are called: ``ADR-0012``, ``BUG-7``, ``LEARN-9f3c1a2b``. The identity is the UUID."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from lsp_server.records.model import Kind

LABELS: Mapping[Kind, str] = {
    Kind.DECISION: "ADR",
    Kind.BUG: "BUG",
    Kind.LEARNING: "LEARN",
    Kind.CHECKPOINT: "CHECK",
    Kind.SESSION: "SESSION",
}
NUMBERED = frozenset({Kind.DECISION, Kind.BUG})
MOST = 9_999_999  # the highest number given: nobody counts on from a date (20200924) or from 999999999
ID_WIDTH = 8  # how much of the id an unnumbered label shows, longer where two would be the same

# A label in running text. Letters before it would make it another word ("RADR-1"); a hyphen or a digit
# after it another label ("ADR-12-b"); a dot may end the sentence.
_IN_TEXT = (
    r"(?<![\w-])(?:(?:ADR|BUG)-\d{1,9}|(?:LEARN|CHECK|SESSION)-[0-9a-f]{8,32}"
    r"|memory:[0-9a-f][0-9a-f-]{3,35})(?![\w-])"
)
# Compiled when they are needed: a command that only writes needs none of them.
_NUMBERED = r"([A-Za-z]+)-?0*([0-9]{1,9})\Z"
_BY_ID = r"([A-Za-z]+)-([0-9a-fA-F]{4,32})\Z"
_KIND_OF = {prefix: kind for kind, prefix in LABELS.items()}


@cache
def label_in_text() -> re.Pattern[str]:
    """What a label looks like in running text, in upper or lower case."""
    return re.compile(_IN_TEXT, re.IGNORECASE)


def format_label(kind: Kind, number: int | None, record_id: str, width: int = ID_WIDTH) -> str:
    """``ADR-0012`` for a decision, ``BUG-7`` for a bug, else the kind and the first of the id."""
    if number is None:
        return f"{LABELS[kind]}-{record_id.replace('-', '')[:width]}"
    return f"ADR-{number:04d}" if kind is Kind.DECISION else f"{LABELS[kind]}-{number}"


def normalise_label(text: str) -> str | None:
    """The one spelling of a label (``adr-12`` → ``ADR-0012``); None when it is not one."""
    text = text.strip()
    if found := re.match(_NUMBERED, text):
        kind = _KIND_OF.get(found[1].upper())
        if kind in NUMBERED:
            return format_label(kind, int(found[2]), "")
    if found := re.match(_BY_ID, text):
        kind = _KIND_OF.get(found[1].upper())
        if kind is not None and kind not in NUMBERED:
            return f"{LABELS[kind]}-{found[2].lower()}"
    return None


def label_number(label: str) -> tuple[Kind, int] | None:
    """The kind and number that a numbered label stands for."""
    normal = normalise_label(label)
    found = re.match(_NUMBERED, normal) if normal else None
    kind = _KIND_OF.get(found[1].upper()) if found else None
    if found is None or kind not in NUMBERED:
        return None
    return kind, int(found[2])
