"""Use cases: back to a snapshot as a branch, or as a new worktree."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.code import snapshot_refs, snapshots
from lsp_server.code.exact_files import converted_paths, own_bytes
from lsp_server.code.new_worktrees import add_worktree, git_in, is_branch_name, look_again, make_branch
from lsp_server.code.restoring import Change, Step
from lsp_server.code.snapshot_refs import Held
from lsp_server.code.snapshots import Entry
from lsp_server.code.work_tree import Disk, signature
from lsp_server.code.work_tree_writer import Contents, Writer
from lsp_server.errors import RefusedError, UsageError
from lsp_server.memory import snapshotting
from lsp_server.memory.restoring import never_had, staging
from lsp_server.memory.snapshot_results import Restored, Snapshot

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

BRANCHES = "restored/"
_MOST_NAMES = 1000


def to_branch(core: Core, ref: str, name: str | None) -> Restored:
    """A branch at a snapshot; one that is there already is answered as it is."""
    held, snapshot = snapshotting.find(core, ref)
    branch, is_new = _branch(core, held, snapshot, name)
    if is_new:
        make_branch(core.repository.git, branch, held.commit)
    return Restored(snapshot, branch=branch, created=is_new)


def to_worktree(core: Core, ref: str, directory: Path, name: str | None) -> Restored:
    """A new worktree on a branch at a snapshot, every file byte for byte as it was."""
    held, snapshot = snapshotting.find(core, ref)
    exact = snapshot_refs.exact_of(core.repository, held)
    branch, is_new = _branch(core, held, snapshot, name)
    place = Path(os.path.abspath(directory))  # noqa: PTH100  resolve() would follow symbolic links
    if os.path.lexists(place) and not (place.is_dir() and not any(place.iterdir())):
        raise RefusedError(f"{place} is there already; name a folder that is not")
    add_worktree(core.repository.git, place, branch, held.commit if is_new else None)
    wanted = snapshots.entries_of(core.repository.git, held.tree, exact)
    not_there = never_had(exact) | exact.absent
    _as_they_were(core, place, {path: e for path, e in wanted.items() if path not in not_there})
    return Restored(snapshot, branch=branch, worktree=str(place), created=is_new)


def _as_they_were(core: Core, place: Path, wanted: Mapping[str, Entry]) -> None:
    """Give files of a new worktree the bytes and the rights that a checkout does not give them."""
    disk = Disk(place)
    seen = {path: signature(status) for path in wanted if (status := disk.status(path)) is not None}
    git = git_in(core.repository.git, place)
    regular = [path for path, how in seen.items() if stat.S_ISREG(how.mode)]
    converted, _ = converted_paths(git, regular, core.repository.config.get("core.autocrlf") or "")
    own = own_bytes(git, converted, write=False)
    changes = []
    for path in regular:
        entry = wanted[path]
        if entry.pointer is not None:
            is_same = entry.pointer.size == seen[path].size  # a checkout has had it from Git LFS
        else:
            is_same = own.get(path, entry.content) == entry.content
        if not is_same or entry.rights is not None:
            changes.append(Change(path, Step.REPLACE, entry))
    # What a sparse checkout leaves out, and was there all the same.
    changes += [
        Change(path, Step.ADD, e) for path, e in wanted.items() if path not in seen and not e.is_submodule
    ]
    if not changes:
        return
    with staging(core, place) as (where, usual, _), Contents(core.repository) as contents:
        writer = Writer(place, seen, usual)
        writer.stage(changes, contents, where)
        writer.apply(changes)
    # Git takes a file of another size for changed, and these are not: it is told to look.
    look_again(git, [change.path for change in changes])


def _branch(core: Core, held: Held, snapshot: Snapshot, name: str | None) -> tuple[str, bool]:
    """The branch's name, and whether it is to be made."""
    if name is not None:
        if not is_branch_name(core.repository.git, name):
            raise UsageError(f"{name!r} is no name for a branch")
        at = core.repository.refs.resolve(f"refs/heads/{name}")
        if at is not None and at != held.commit:
            raise RefusedError(f"there is a branch {name} already; give another name")
        return name, at is None
    stem = BRANCHES + snapshot.label
    for number in range(1, _MOST_NAMES):
        branch = stem if number == 1 else f"{stem}-{number}"
        at = core.repository.refs.resolve(f"refs/heads/{branch}")
        if at is None or at == held.commit:
            return branch, at is None
    raise RefusedError(f"there are {_MOST_NAMES} branches {stem} already; name one with --branch")
