"""Where a record's file stands on the branch, and what a title becomes in a file name.

Directories stay small because git rewrites a whole directory for one file: numbered kinds get a folder for
each further thousand, dated kinds a year and a month, and a further folder for each thousand in a month.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from lsp_server.records.labels import MOST, NUMBERED
from lsp_server.records.model import Kind

FOLDERS: Mapping[Kind, str] = {
    Kind.DECISION: "decisions",
    Kind.BUG: "bugs",
    Kind.LEARNING: "learnings",
    Kind.CHECKPOINT: "checkpoints",
    Kind.SESSION: "sessions",
}
TOMBSTONES = "deleted"
ROOM = 1000  # entries in one directory
_SLUG_LENGTH = 60
_SUFFIXES = (".md", ".rst", ".adoc", ".markdown")
_KIND_OF = {folder: kind for kind, folder in FOLDERS.items()}


def slug(title: str) -> str:
    """A title as part of a file name: ASCII letters, digits and hyphens, cut at a word; never empty.

    Letters with marks lose them; other scripts are kept out of file names (the title itself keeps them).
    """
    text = title[:1000]
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = text.lower()
    text = re.sub(r"[^a-z0-9]+", "-", text.replace("'", "")).strip("-")
    if len(text) > _SLUG_LENGTH:
        cut = text[: _SLUG_LENGTH + 1].rpartition("-")[0]
        text = cut or text[:_SLUG_LENGTH]
    return text or "untitled"


def kind_of_path(path: str) -> Kind | None:
    """The kind of record that a file on the branch is supposed to hold; None for any other file."""
    folder, _, rest = path.partition("/")
    kind = _KIND_OF.get(folder)
    return kind if rest and rest.endswith(".yaml" if kind is Kind.SESSION else _SUFFIXES) else None


def is_record_path(path: str) -> bool:
    return kind_of_path(path) is not None


def number_folder(kind: Kind, number: int, root: str = "") -> str:
    """``decisions`` for the first thousand, then ``decisions/1000`` and so on."""
    base = f"{root}{FOLDERS[kind]}"
    return base if number < ROOM else f"{base}/{number // ROOM * ROOM}"


def numbered_path(kind: Kind, number: int, title: str, suffix: str = ".md") -> str:
    assert kind in NUMBERED
    return f"{number_folder(kind, number)}/{number:04d}-{slug(title)}{suffix}"


def number_of_name(name: str) -> int | None:
    """The number at the start of a file name, ``0012-use-jwt.md`` or ``0012.yaml``."""
    found = re.match(r"(\d{1,9})(?=[-.])", name)
    return int(found[1]) if found else None


def tombstone_path(kind: Kind, number: int) -> str:
    return f"{number_folder(kind, number, TOMBSTONES + '/')}/{number:04d}.yaml"


def highest_number(kind: Kind, listing: Callable[[str], Sequence[str]]) -> int:
    """The highest number that a file or a tombstone has, 0 when there is none. ``listing`` gives the names
    in a directory; only the newest folder of a kind is looked at, so the cost does not grow."""
    return max(
        _highest_below(FOLDERS[kind], listing), _highest_below(f"{TOMBSTONES}/{FOLDERS[kind]}", listing)
    )


def _highest_below(folder: str, listing: Callable[[str], Sequence[str]]) -> int:
    names = listing(folder)
    thousands = sorted((int(name) for name in names if name.isdigit() and len(name) < 10), reverse=True)
    best = max(map(_counted, names), default=0)
    for thousand in thousands:
        inside = [_counted(name) for name in listing(f"{folder}/{thousand}")]
        if any(inside):
            return max(best, *inside)
    return best


def _counted(name: str) -> int:
    number = number_of_name(name) or 0
    return number if number <= MOST else 0


def dated_path(kind: Kind, when: datetime, title: str, listing: Callable[[str], Collection[str]]) -> str:
    """A free path for a record of a kind without numbers: ``learnings/2026/11/21-email-case.md``."""
    stem = f"{when.day:02d}-{slug(title)}"
    folder, names = _month_with_room(kind, when, listing)
    name, copy = f"{stem}.md", 2
    while name in names:
        name, copy = f"{stem}-{copy}.md", copy + 1
    return f"{folder}/{name}"


def session_folder(when: datetime, record_id: str, listing: Callable[[str], Collection[str]]) -> str:
    """A free folder for a session's file: ``sessions/2026/11/2026-11-21_9f3c1a2b``, with more of the id
    where that is another session's."""
    folder, names = _month_with_room(Kind.SESSION, when, listing)
    width = 8
    while (name := f"{when:%Y-%m-%d}_{record_id[:width]}") in names and width < len(record_id):
        width += 5  # up to the next hyphen, and then on
    return f"{folder}/{name.rstrip('-')}"


def _month_with_room(
    kind: Kind, when: datetime, listing: Callable[[str], Collection[str]]
) -> tuple[str, Collection[str]]:
    """The folder of a month, or a further one in it where it is full; and the names in that."""
    month = f"{FOLDERS[kind]}/{when.year:04d}/{when.month:02d}"  # a tenth of the time of %Y/%m
    folder, names = month, listing(month)
    further = 2
    while len(names) >= ROOM:
        folder = f"{month}/{further}"
        names = listing(folder)
        further += 1
    return folder, names
