"""Commits that are no merges, each with what it changed and with what tells a copy of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lsp_server.store.base import Blob, Version
from lsp_server.store.git_process import Git
from lsp_server.store.raw_diff import changes

_BETWEEN = "\x1f"
_FORMAT = "%x1f".join(("%H", "%P", "%an <%ae> %ad %s", "%(trailers:key=Memory-Id,valueonly,separator=%x20)"))

Files = Mapping[str, "tuple[Blob | None, Blob | None]"]
"""What stood at a path before, and what stands there since."""


class SingleCommit(NamedTuple):
    """``origin`` is who wrote it, when, and its subject: what a rebase and a cherry-pick leave as it is.
    ``records`` are the ids that its trailers name."""

    version: Version
    parent: Version
    origin: str
    records: frozenset[str]
    files: Files


def single_commits(git: Git, tip: Version, without: Version) -> list[SingleCommit]:
    """The commits of ``tip`` that ``without`` has not, parents before children; no merges and no roots. One
    process. Raises ``NotFoundError`` for an unknown version."""
    options = ["--topo-order", "--reverse", "--no-merges", "--no-mailmap", "--date=raw", "--encoding=UTF-8"]
    found: list[SingleCommit] = []
    changed: dict[str, tuple[Blob | None, Blob | None]] = {}
    for change in changes(git, [*options, f"--format={_FORMAT}"], tip, without):
        if isinstance(change, str):
            version, parent, origin, records = (*change.split(_BETWEEN, 3), "", "", "")[:4]
            changed = {}
            if parent:
                found.append(SingleCommit(version, parent, origin, frozenset(records.split()), changed))
        else:
            changed[change.path] = (change.old, change.new)
    return found


def net(commits: Sequence[SingleCommit]) -> dict[str, tuple[Blob | None, Blob | None]]:
    """What commits changed together, each on the one before."""
    files: dict[str, tuple[Blob | None, Blob | None]] = {}
    for commit in commits:
        for path, (old, new) in commit.files.items():
            files[path] = (files[path][0] if path in files else old, new)
    return {path: (old, new) for path, (old, new) in files.items() if old != new}
