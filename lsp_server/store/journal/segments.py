"""The files of a journal: ``<directory>/<YYYY-MM-DD>/<number>-<HHMMSS>-<machine>-<random>.jsonl``.

The number, and not the clock, says which came first: it is one more than that of every segment seen when the
file was made (two processes may have the same; the rest of the name settles that). Days and times are UTC,
for people. The machine is told so that no other one goes on with a file of which it cannot know for certain
that its writer is dead.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from lsp_server.store.owners import names_in

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME = re.compile(r"(\d{8,})-\d{6}-([0-9a-f]{8})-[0-9a-f]{8}\.jsonl")
_MACHINE_ID = Path("/etc/machine-id")


class Segment(NamedTuple):
    """One file of a journal. ``name`` is its path in the journal's directory, ``size`` its bytes now."""

    name: str
    size: int

    @property
    def number(self) -> int:
        """What tells its place among the others."""
        return number_of(self.name)

    @property
    def day(self) -> str:
        """The day (UTC) it was begun on, ``2026-11-21``."""
        return self.name[:10]

    @property
    def is_of_this_machine(self) -> bool:
        """Whether it was begun here, so that its lock tells whether its writer lives."""
        found = _NAME.fullmatch(self.name[11:])
        return found is not None and found[2] == machine()


def segments_in(directory: Path) -> list[Segment]:
    """All that are there, the oldest first; whatever else lies there is not looked at."""
    found = []
    for day in names_in(directory):
        if not _DAY.fullmatch(day):
            continue
        for name in names_in(directory / day):
            if _NAME.fullmatch(name):
                try:
                    size = (directory / day / name).lstat().st_size
                except OSError:  # it went this moment
                    continue
                found.append(Segment(f"{day}/{name}", size))
    return sorted(found, key=lambda segment: (segment.number, segment.name))


def number_of(name: str) -> int:
    """The number in a segment's name."""
    return int(name[11:].partition("-")[0])


def new_name(number: int, now: datetime) -> str:
    """A name that no other segment has. ``now`` in UTC."""
    return f"{now:%Y-%m-%d}/{number:08}-{now:%H%M%S}-{machine()}-{os.urandom(4).hex()}.jsonl"


@cache
def machine() -> str:
    """This machine, in eight hexadecimal digits."""
    try:
        identity = _MACHINE_ID.read_bytes()
    except OSError:
        identity = b""
    return f"{crc32(os.fsencode(os.uname().nodename) + identity):08x}"
