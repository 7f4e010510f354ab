"""Merging a person's edit with what changed meanwhile: git's own three-way merge of one file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from lsp_server.store.git_process import Git


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
        status, merged = git.merge_file(paths)
    return merged.decode("utf-8", "surrogateescape"), status > 0
