"""What the hooks are told, so that they need not start us: files named after the memory's version.

In ``<git common dir>/git-memory/settled``: ``<version>`` is there when its links to code were settled, and
holds the paths of anchored lines that no commit had; ``<version>.commits`` has every commit that it speaks
of. Without these files the hooks do what they do anyway, only slower.

In ``<git dir>/git-memory-checkpoint``, of each worktree: the commit and the label of the checkpoint that was
made in it last, if that was made with uncommitted changes, and the files that it tells of.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lsp_server.hook_script import SETTLED
from lsp_server.records.anchors import UNCOMMITTED
from lsp_server.store.half_written import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.index import Index
    from lsp_server.memory.core import Core
    from lsp_server.records.model import Record

_COMMITS = ".commits"
_CHECKPOINT = "git-memory-checkpoint"
_MOST_PATHS = 40  # that git is asked about; with more, any commit counts
_ANY_PATH = "."
_MOST_VERSIONS = 8  # of several proposals; older ones are forgotten


def note_settled(core: Core) -> None:
    """Note that the version which the branch stands at is settled as far as it can be now."""
    index = core.followed()
    version = index.version()
    assert version is not None
    _write(core, f"{version}{_COMMITS}", sorted(index.named_commits()))
    _write(core, version, _unsettled(index))
    _forget_old(core.private / SETTLED)


def note_checkpoint(core: Core, made: Record, paths: Sequence[str]) -> None:
    """Note a checkpoint that was made in this worktree just now, about the files at ``paths``: the commit
    that brings one of these was prepared with it."""
    file = core.repository.git_dir / _CHECKPOINT
    told = [path for path in paths if path and "\n" not in path]
    with contextlib.suppress(OSError):
        if made.code is None or not made.code.commit or not made.code.dirty or not told:
            file.unlink(missing_ok=True)
            return
        if len(told) > _MOST_PATHS:
            told = [_ANY_PATH]
        lines = "".join(f"{line}\n" for line in (made.code.commit, made.label, *told))
        write_whole(file, lines.encode("utf-8", "surrogateescape"))


def note_nothing(core: Core) -> None:
    """Let the hooks find nothing to do as long as the branch stands where it does."""
    version = core.store.tip()
    if version is not None:
        for ending in (_COMMITS, ""):
            _write(core, f"{version}{ending}", ())


def _unsettled(index: Index) -> list[str]:
    """The paths with anchored lines that were in no commit."""
    paths = {
        birth.path
        for record_id in index.records_naming([UNCOMMITTED])
        if (record := index.get(record_id)) is not None
        for anchor in record.anchors
        for birth in anchor.births
        if birth.commit == UNCOMMITTED
    }
    if len(paths) > _MOST_PATHS or any("\n" in path or not path for path in paths):
        return [_ANY_PATH]
    return sorted(paths)


def _write(core: Core, name: str, lines: Iterable[str]) -> None:
    folder = core.private / SETTLED
    text = "".join(f"{line}\n" for line in lines)
    with contextlib.suppress(OSError):
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            if core.repository.is_shared:
                from lsp_server.store.incoming import share

                share(folder, core.repository.objects_dir)
        write_whole(folder / name, text.encode("utf-8", "surrogateescape"), place=core.private)


def _forget_old(folder: Path) -> None:
    with contextlib.suppress(OSError):
        entries = sorted(os.scandir(folder), key=lambda entry: entry.stat().st_mtime, reverse=True)
        versions = list(dict.fromkeys(entry.name.partition(".")[0] for entry in entries))
        for entry in entries:
            if entry.name.partition(".")[0] in versions[_MOST_VERSIONS:]:
                os.unlink(entry.path)  # noqa: PTH108  a scanned entry
