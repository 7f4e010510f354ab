"""What became of rewritten commits, noted on this machine: one file, to which the hook's script and every
look append.

A line is ``<old id> <new id> <why>``, the ids whole. Git forgets rewritten commits after some weeks; what was
found while it still had them stays here. Lines are appended in one write each time, so writers need no lock.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

FILE = "rewritten"  # in the private directory of a repository

_LINE = re.compile(
    r"^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64})(?: ([a-z-]{1,30}))?$", re.MULTILINE | re.ASCII
)
_LARGEST = 32 << 20  # bytes that are read: some 300,000 rewritten commits


class Noted(NamedTuple):
    """What a commit was rewritten to, and why that is known: the value of an ``Evidence``."""

    old: str
    new: str
    evidence: str


def note(private: Path, pairs: Iterable[Noted]) -> bool:
    """Append what is not there yet; False where the file cannot be written (nothing is lost by that but
    time). ``private`` is the repository's private directory, which is made."""
    known = {(one.old, one.new) for one in read(private)}
    lines = [
        f"{one.old} {one.new} {one.evidence}\n"
        for one in pairs
        if (one.old, one.new) not in known and one.old != one.new
    ]
    if not lines:
        return True
    try:
        private.mkdir(exist_ok=True)
        descriptor = os.open(private / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            # After a line that was cut off, by a full disk, ours begins a line of its own.
            data = "".join(lines).encode("ascii")
            os.write(descriptor, data if _ends_a_line(private / FILE) else b"\n" + data)
        finally:
            os.close(descriptor)
    except OSError:
        return False
    return True


def read(private: Path) -> Sequence[Noted]:
    """All that was noted, in the order of writing; nothing where there is no file. Lines that are none of
    ours are left out."""
    try:
        with (private / FILE).open("rb") as file:
            text = file.read(_LARGEST).decode("ascii", "replace")
    except OSError:
        return []
    return [Noted(old, new, why or "hook") for old, new, why in _LINE.findall(text) if old != new]


def size(private: Path) -> int:
    """How much was noted: it only grows."""
    try:
        return (private / FILE).stat().st_size
    except OSError:
        return 0


def by_old(noted: Iterable[Noted]) -> Mapping[str, Sequence[Noted]]:
    """By the commit that was rewritten: it may have become several."""
    found: dict[str, list[Noted]] = {}
    for one in noted:
        found.setdefault(one.old, []).append(one)
    return found


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        if not end:
            return True
        file.seek(end - 1)
        return file.read(1) == b"\n"
