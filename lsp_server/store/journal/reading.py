"""Reading the lines of a segment, from a place on, without holding it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_CHUNK = 1 << 18


def lines_behind(path: Path, offset: int) -> Iterator[tuple[int, bytes]]:
    """The whole lines of a file from ``offset`` on, each with the place of its first byte, without its end.

    A line that has no end yet is left for the next time. Nothing where the file is gone.
    """
    try:
        file = path.open("rb", buffering=0)
    except FileNotFoundError:
        return
    with file:
        file.seek(offset)
        rest = b""
        while chunk := file.read(_CHUNK):
            *lines, last = chunk.split(b"\n")
            if lines:
                lines[0] = rest + lines[0]
                for line in lines:
                    yield offset, line
                    offset += len(line) + 1
                rest = last
            else:
                rest += last
