"""Merging a person's edit with what changed meanwhile: git's own three-way merge of one file."""

from __future__ import annotations

import os
from pathlib import Path

from lsp_server.store.git_process import Git, failed
from lsp_server.store.half_written import half

_FAILED = 128  # below it, merge-file's exit code counts the conflicts


def merge(git: Git, place: Path, base: str, mine: str, theirs: str) -> tuple[str, bool]:
    """``mine`` and ``theirs``, both edited from ``base``: the merged text, and whether they conflict.
    ``place`` is the directory for the files that git reads."""
    if theirs in (base, mine):
        return mine, False
    if mine == base:
        return theirs, False
    with half(place, mode=0o600) as (ours, _):
        paths = []
        for name, text in (("mine", mine), ("base", base), ("theirs", theirs)):
            path = ours.with_name(f"{ours.name}-{name}")
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(text.encode("utf-8", "surrogateescape"))
            paths.append(str(path))
        done = git.try_run(["merge-file", "-p", "--quiet", *paths])
    if not 0 <= done.code < _FAILED:
        raise failed("merge-file", done)
    return done.stdout.decode("utf-8", "surrogateescape"), done.code > 0
