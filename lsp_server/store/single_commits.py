"""Commits that are no merges, each with what it changed and with what tells a copy of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lsp_server.errors import NotFoundError
from lsp_server.store.base import Blob, Version
from lsp_server.store.git_process import Git
from lsp_server.store.snapshot import path_text

_NOTHING = "000000"
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
    arguments = ["log", "-z", "--topo-order", "--reverse", "--raw", "--no-renames", "--no-abbrev"]
    arguments += ["--no-merges", "--no-mailmap", "--date=raw", "--encoding=UTF-8", "--no-show-signature"]
    done = git.try_run([*arguments, f"--format={_FORMAT}", tip, f"^{without}", "--"])
    if done.code != 0:
        raise NotFoundError(f"the memory has no version {tip[:12]} or {without[:12]}")
    found: list[SingleCommit] = []
    changed: dict[str, tuple[Blob | None, Blob | None]] = {}
    fields = iter(os.fsdecode(done.stdout).split("\0"))
    for field in fields:
        about = field.lstrip("\n")
        if about.startswith(":"):
            old_mode, new_mode, old, new, _ = about[1:].split(" ")
            path = path_text(os.fsencode(next(fields)))
            changed[path] = (_blob(old_mode, old), _blob(new_mode, new))
        elif about:
            version, parent, origin, records = (*about.split(_BETWEEN, 3), "", "", "")[:4]
            changed = {}
            if parent:
                found.append(SingleCommit(version, parent, origin, frozenset(records.split()), changed))
    return found


def net(commits: Sequence[SingleCommit]) -> dict[str, tuple[Blob | None, Blob | None]]:
    """What commits changed together, each on the one before."""
    files: dict[str, tuple[Blob | None, Blob | None]] = {}
    for commit in commits:
        for path, (old, new) in commit.files.items():
            files[path] = (files[path][0] if path in files else old, new)
    return {path: (old, new) for path, (old, new) in files.items() if old != new}


def _blob(mode: str, object_id: str) -> Blob | None:
    return None if mode == _NOTHING else Blob(mode, object_id)
