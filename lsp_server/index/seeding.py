"""Beginning one branch's index with another's: following the few paths that differ is all that is left."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def seed(source: Path, target: Path) -> None:
    """Make ``target`` a copy of the index ``source``, where the one is missing and the other is not.

    Whatever goes wrong is no error: an index that is not there is made from the branch.
    """
    if target.exists() or not source.is_file():
        return
    import sqlite3

    half = target.with_name(f"{target.name}.{os.urandom(4).hex()}.tmp")
    with contextlib.suppress(sqlite3.Error, OSError):
        # SQLite's own copy: somebody may be writing to the source.
        with (
            contextlib.closing(sqlite3.connect(f"file:{_quoted(source)}?mode=ro", uri=True)) as old,
            contextlib.closing(sqlite3.connect(half)) as new,
        ):
            old.backup(new)
        half.rename(target)
    for left in (half, half.with_name(half.name + "-journal")):
        with contextlib.suppress(OSError):
            left.unlink(missing_ok=True)


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(os.fsencode(path))
