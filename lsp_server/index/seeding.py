"""Beginning a branch's index as a copy of another branch's: a proposal and the memory differ in a few files,
and only those need be read then."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from lsp_server.store.half_written import half


def seed(source: Path, target: Path) -> None:
    """Make ``target`` a copy of the index ``source``, where the one is missing and the other is not.

    Whatever goes wrong is no error: an index that is not there is made from the branch.
    """
    if target.exists() or not source.is_file():
        return
    import sqlite3

    with contextlib.suppress(sqlite3.Error, OSError), half(target.parent) as (ours, _):
        # Beside the file that tells whose it is: SQLite locks what it writes itself, and has a journal.
        copy = ours.with_name(f"{ours.name}-index")
        # SQLite's own copy: somebody may be writing to the source.
        with (
            contextlib.closing(sqlite3.connect(f"file:{_quoted(source)}?mode=ro", uri=True)) as old,
            contextlib.closing(sqlite3.connect(copy)) as new,
        ):
            old.backup(new)
        copy.rename(target)


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(os.fsencode(path))
