"""memory.yaml taken off the branch by hand: telling such a branch from other people's, and mending it."""

from __future__ import annotations

from typing import NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.store.base import ChangeSet, Commit, Version, keeps_moving
from lsp_server.store.branch_writer import BranchWriter
from lsp_server.store.fast_import import plan
from lsp_server.store.git_store import FORMAT, GitStore
from lsp_server.store.log import Query, commits
from lsp_server.store.repository import Repository
from lsp_server.store.snapshot import FORMAT_FILE
from lsp_server.store.write_lock import WriteLock

_TRIES = 20


class TakenAway(NamedTuple):
    """The commit that took the file off the branch, and what the file said before."""

    by: Commit
    text: bytes


def taken_away(repository: Repository, store: GitStore, tip: Version) -> TakenAway | None:
    """What became of the file on a branch that does not have it; None where it never had one, or one of a
    newer format. Raises ``StoreError`` when the history cannot be read."""
    changes = list(commits(repository.git, tip, Query(paths=(FORMAT_FILE,))))
    for commit in changes[1:]:
        snapshot = store.at(commit.version)
        text = snapshot.read(FORMAT_FILE)
        if text is None:
            continue
        try:
            return TakenAway(changes[0], text) if snapshot.format() <= FORMAT else None
        except GitMemoryError:
            return None  # it never said that it is a memory's
    return None


def put_back(repository: Repository, store: GitStore, text: bytes, message: str) -> Version | None:
    """Give the branch of ``store`` its file again, in a commit of its own; None where it is there. Everything
    else that writes refuses a branch without it. Raises as ``Store.commit`` does."""
    writer = BranchWriter(repository)
    lock = WriteLock(repository.private_dir, repository.objects_dir, shared=repository.is_shared)
    with lock.hold() as note:
        for _ in range(_TRIES):
            tip = store.tip()
            if tip is None or store.at(tip).is_memory():
                return None
            writer.require_free(store.ref)
            planned = plan(ChangeSet(message, {FORMAT_FILE: text}), store.at(tip), repository.object_format)
            new = writer.commit(store.ref, planned, parent=tip, note=note)
            if new is not None:
                return new
    raise keeps_moving()
