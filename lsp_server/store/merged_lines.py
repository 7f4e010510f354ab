"""Two edits of one text as one, line by line, as git merges files."""

from __future__ import annotations

import os
from pathlib import Path

from lsp_server.store.git_process import Git, failed
from lsp_server.store.half_written import half

_FAILED = 128  # below it, merge-file's exit code counts the conflicts


def merge_lines(git: Git, place: Path, base: bytes, mine: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """git's own three-way merge, and whether marks of a conflict are in it. ``place`` is a folder for the
    files that git reads; nothing stays there."""
    with half(place, mode=0o600) as (ours, _):
        paths = []
        for name, text in (("mine", mine), ("base", base), ("theirs", theirs)):
            path = ours.with_name(f"{ours.name}-{name}")
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(text)
            paths.append(str(path))
        done = git.try_run(["merge-file", "-p", "--quiet", *paths])
    if not 0 <= done.code < _FAILED:
        raise failed("merge-file", done)
    return done.stdout, done.code > 0
