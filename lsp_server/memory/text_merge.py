"""Merging a person's edit with what changed meanwhile: git's own three-way merge of one file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from lsp_server.store.git_process import Git, failed

_FAILED = 128  # below it, merge-file's exit code counts the conflicts


def merge(git: Git, base: str, mine: str, theirs: str) -> tuple[str, bool]:
    """``mine`` and ``theirs``, both edited from ``base``: the merged text, and whether they conflict."""
    if theirs in (base, mine):
        return mine, False
    if mine == base:
        return theirs, False
    with tempfile.TemporaryDirectory(prefix="git-memory-") as folder:
        paths = []
        for name, text in (("mine", mine), ("base", base), ("theirs", theirs)):
            path = Path(folder, name)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
            paths.append(str(path))
        done = git.try_run(["merge-file", "-p", "--quiet", *paths])
    if not 0 <= done.code < _FAILED:
        raise failed("merge-file", done)
    return done.stdout.decode("utf-8", "surrogateescape"), done.code > 0
