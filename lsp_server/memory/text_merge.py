"""Merging a person's edit with what changed meanwhile: by the meaning of the fields, as a sync does it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.store.git_process import Git, failed
from lsp_server.store.half_written import half

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.records.model import Record

_FAILED = 128  # below it, merge-file's exit code counts the conflicts


def merge(core: Core, record: Record, base: str, mine: str, theirs: str) -> tuple[str, bool]:
    """``mine`` and ``theirs``, both edited from ``base``: the merged text, and whether they conflict.
    ``record`` is the one that theirs holds."""
    if theirs in (base, mine):
        return mine, False
    if mine == base:
        return theirs, False
    from lsp_server.records.merging import merge_record

    before, one, other = texts = [text.encode("utf-8", "surrogateescape") for text in (base, mine, theirs)]
    merged = merge_record(record.kind, before, one, other, ("", ""))
    if set(merged.conflicts) <= set(record.conflicts):
        return merged.data.decode("utf-8", "surrogateescape"), False
    # Two lines of one paragraph: where nobody merges behind a person's back, that is no conflict.
    return _by_lines(core.repository.git, core.private, texts)


def _by_lines(git: Git, place: Path, texts: Sequence[bytes]) -> tuple[str, bool]:
    """git's own three-way merge of base, mine and theirs. ``place`` is where the files go that it reads."""
    with half(place, mode=0o600) as (ours, _):
        paths = []
        base, mine, theirs = texts
        for name, text in (("mine", mine), ("base", base), ("theirs", theirs)):
            path = ours.with_name(f"{ours.name}-{name}")
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(text)
            paths.append(str(path))
        done = git.try_run(["merge-file", "-p", "--quiet", *paths])
    if not 0 <= done.code < _FAILED:
        raise failed("merge-file", done)
    return done.stdout.decode("utf-8", "surrogateescape"), done.code > 0
