"""Files that are whole or not there, and what is left of them when their writer is killed.

Every small file of ours is written under a name of its own, ``half-<random>``, and renamed when it is whole.
Such names are made in one place for a whole repository, its private directory (and in the user's own
directories, each for itself), and locked as long as they are written (``owners``): so one look at one folder
finds what killed processes left, and takes nothing from a live one.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from lsp_server.store.owners import HALF, hold, is_held, names_in, taken_over
from lsp_server.store.turns import let_go

_STEM = len(HALF) + 8
_TRIES = 100


def write_whole(
    path: Path, data: bytes, *, place: Path | None = None, mode: int = 0o666, durable: bool = False
) -> None:
    """Write a file whole or not at all. ``place``: the directory for the half-written one, on the same file
    system (default: the file's own). ``mode`` is less the umask; ``durable``: it survives a power cut.

    What killed writers left in ``place`` goes first. Raises ``OSError``.
    """
    place = place or path.parent
    clear_up(place)
    with half(place, mode) as (new, descriptor):
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if durable:
            os.fsync(descriptor)
        new.replace(path)


@contextlib.contextmanager
def half(place: Path, mode: int = 0o666) -> Iterator[tuple[Path, int]]:
    """A new file in ``place``, and its descriptor: ours, and known to be ours, until the end. Whatever then
    has its name, or one that begins with it, is removed."""
    path, descriptor = _made(place, mode)
    try:
        yield path, descriptor
    finally:
        _remove(path)
        let_go(descriptor)


def clear_up(place: Path, names: Iterable[str] | None = None) -> None:
    """Remove what dead processes left half-written in ``place``. ``names``: what is in that folder, where it
    was just read."""
    for path in left(place, names):
        with taken_over(path) as ours:
            if ours:
                _remove(path)


def left(place: Path, names: Iterable[str] | None = None) -> list[Path]:
    """What dead processes left half-written in ``place``, one path for each file that was to be made."""
    names = names_in(place) if names is None else names
    stems = {name[:_STEM] for name in names if name.startswith(HALF)}
    return [place / stem for stem in sorted(stems) if not is_held(place / stem)]


def _made(place: Path, mode: int) -> tuple[Path, int]:
    for _ in range(_TRIES):
        path = place / f"{HALF}{os.urandom(4).hex()}"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        except FileExistsError:
            continue
        if hold(descriptor) and os.fstat(descriptor).st_nlink:
            return path, descriptor
        # Somebody who clears up came in before it was locked, and takes it for a dead one's.
        path.unlink(missing_ok=True)
        os.close(descriptor)
    raise FileExistsError(f"no free name in {place}")


def _remove(path: Path) -> None:
    beside = [name for name in names_in(path.parent) if name.startswith(path.name) and name != path.name]
    for name in (*beside, path.name):  # what tells whose they are goes last
        with contextlib.suppress(OSError):
            path.with_name(name).unlink(missing_ok=True)
