"""The exact work tree as objects of git's, made by way of an index of our own.

The user's index is copied, never written: the copy spares hashing what has not changed. Nothing here moves a
ref; ``snapshot_refs`` does.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lsp_server.code import exact_files
from lsp_server.code.exact_files import Exact, Pointer
from lsp_server.code.git import OFFLINE, decode_path, tree_entries
from lsp_server.code.work_tree import (
    GITLINK,
    LeftOut,
    Signature,
    Why,
    WorkTree,
    changed_submodules,
    look,
    signature,
)
from lsp_server.errors import RefusedError
from lsp_server.store import half_written
from lsp_server.store.git_process import Git, GitError
from lsp_server.store.incoming import cannot_write, share
from lsp_server.store.repository import Repository

LIMIT_KEY = "memory.snapshotlimit"
DEFAULT_LIMIT = 100 << 20  # bytes; what forges refuse as well

# How the copy of the index is read and written: whatever the configuration makes git overlook elsewhere
# (files marked by themselves, times that are not looked at) is looked at, a doubtful line end is no error,
# and no part of the index is kept in a file beside the user's.
_THOROUGHLY = (
    "-c",
    "core.ignoreStat=false",
    "-c",
    "core.checkStat=default",
    "-c",
    "core.trustctime=true",
    "-c",
    "core.safecrlf=false",
    "-c",
    "core.splitIndex=false",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "index.sparse=false",
    "-c",
    "core.fsyncMethod=batch",
)


@dataclass(frozen=True)
class Entry:
    """One path of a tree as the disk has it, or is to have it. ``content`` is the blob with its bytes, the
    SHA-256 of a file that Git LFS keeps, or a submodule's commit; ``rights`` are None where they are the
    usual ones."""

    mode: str
    content: str
    rights: int | None = None
    pointer: Pointer | None = None

    @property
    def is_submodule(self) -> bool:
        return self.mode == GITLINK


@dataclass(frozen=True)
class State:
    """A work tree at a moment: git's tree of it, and what that cannot say. ``head`` is HEAD's commit."""

    tree: str
    head: str | None
    exact: Exact
    seen: WorkTree


def limit(repository: Repository) -> int:
    """The largest file that a snapshot keeps, in bytes. Raises ``RefusedError`` for another
    setting."""
    given = repository.config.get(LIMIT_KEY)
    if given is None:
        return DEFAULT_LIMIT
    number, unit = (given[:-1], given[-1].lower()) if given[-1:].lower() in "kmg" and given else (given, "")
    try:
        return int(number) << {"": 0, "k": 10, "m": 20, "g": 30}[unit]
    except ValueError:
        raise RefusedError(
            f"memory.snapshotLimit is {given!r}; write a number of bytes, as in 200m"
        ) from None


def look_at(
    repository: Repository, *, also: Iterable[str] = (), always: frozenset[str] = frozenset()
) -> State:
    """Write the work tree's files into the repository and give what they are. ``also``: ignored files that
    count; ``always``: files that count however large. Nothing of the user's is written.

    Raises ``RefusedError`` without a work tree and for a file that git cannot take, by name.
    """
    if repository.work_tree is None:
        raise RefusedError("a bare repository has no work tree to keep; run this in one of its worktrees")
    bounds = _Bounds(limit(repository), always)
    head = repository.head_commit()
    with _own_index(repository) as (git, rights):
        seen = look(git, repository.work_tree, repository.common_dir)
        for path in also:
            with contextlib.suppress(OSError):
                status = os.lstat(repository.work_tree / path)
                seen.files[path] = signature(status)
        seen.left_out.extend(changed_submodules(git, repository.work_tree, seen.submodules))
        _update(git, seen, bounds)
        entries = _entries(git.run(["ls-files", "-z", "--stage"]))
        autocrlf = repository.config.get("core.autocrlf") or ""
        exact = _exact(_Beside(git, autocrlf, rights, bounds), seen, entries)
        tree = git.run([*_THOROUGHLY, "write-tree", "--missing-ok"], write=True).decode("ascii").strip()
    return State(tree, head, exact, seen)


def entries_of(git: Git, tree: str, exact: Exact) -> dict[str, Entry]:
    """Every path of a snapshot: of its tree, and what is kept beside it."""
    listed = git.run([*OFFLINE, "ls-tree", "-r", "-z", "--full-tree", tree])
    found = {}
    for path, there in tree_entries(listed):
        pointer = exact.lfs.get(path)
        content = pointer.sha256 if pointer else exact.raw.get(path, there.object_id)
        found[path] = Entry(there.mode, content, exact.modes.get(path), pointer)
    return found


@contextlib.contextmanager
def _own_index(repository: Repository) -> Iterator[tuple[Git, int]]:
    """git with a copy of the user's index, and the rights that a new file gets here."""
    place = repository.private_dir
    try:
        if not place.is_dir():
            place.mkdir(exist_ok=True)
            if repository.is_shared:
                share(place, repository.objects_dir)
        half_written.clear_up(place)
        with half_written.half(place) as (owner, descriptor):
            usual = stat.S_IMODE(os.fstat(descriptor).st_mode)
            index = owner.with_name(f"{owner.name}-index")
            with contextlib.suppress(FileNotFoundError):  # nothing was ever added
                # With its time: what was written in the moment of the index's own last change is looked at.
                shutil.copy2(repository.git_dir / "index", index)
            yield repository.git.with_environment(GIT_INDEX_FILE=str(index)), usual
    except OSError as error:
        raise cannot_write(place, error) from error


class _Bounds(NamedTuple):
    """Which files are too large."""

    largest: int
    always: frozenset[str]

    def exceeded(self, path: str, seen: Signature) -> bool:
        return seen.size > self.largest and stat.S_ISREG(seen.mode) and path not in self.always


def _update(git: Git, seen: WorkTree, bounds: _Bounds) -> None:
    """Bring the index to what is in the work tree."""
    if seen.marked:
        _feed(git, ["--no-assume-unchanged"], seen.marked)  # one mark at a time is all that git takes
        _feed(git, ["--no-skip-worktree"], seen.marked)
    if seen.gone:
        _feed(git, ["--force-remove"], seen.gone)
    large = [
        path
        for path, how in seen.files.items()
        if bounds.exceeded(path, how) and path not in seen.in_conflict
    ]
    too_large = _not_kept_yet(git, large) if large else set()
    seen.left_out.extend(LeftOut(path, Why.LARGE, seen.files[path].size) for path in sorted(too_large))
    paths = [path for path in seen.files if path not in too_large]
    _feed(git, ["--add", "--remove", "--replace"], [*paths, *seen.submodules])


def _feed(git: Git, options: list[str], paths: Iterable[str]) -> None:
    names = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    try:
        git.run([*_THOROUGHLY, "update-index", "-z", *options, "--stdin"], stdin=names, write=True)
    except GitError as error:
        raise RefusedError(f"the work tree cannot be kept as it is: {error.message}") from error


def _not_kept_yet(git: Git, large: list[str]) -> set[str]:
    """Of large files: those that are not in the index as they are. A filter's program may make less of one,
    as Git LFS's does, so that is for git to try."""
    _, filtered = exact_files.converted_paths(git, large, "")
    doubtful = [path for path in large if path not in filtered]
    if not doubtful:
        return set()
    known = {path: entry.content for path, entry in _entries(git.run(["ls-files", "-z", "--stage"])).items()}
    tracked = [path for path in doubtful if path in known]
    missing = {path for path in doubtful if path not in known}
    if not tracked:
        return missing
    named = git.run([*_THOROUGHLY, "diff-files", "--name-only", "-z", "--", *tracked])
    touched = [decode_path(raw) for raw in named.split(b"\0") if raw]
    blobs = exact_files.blobs_to_be(git, touched)
    return missing | {path for path in touched if blobs[path] != known[path]}


def _entries(listing: bytes) -> dict[str, Entry]:
    found = {}
    for entry in listing.split(b"\0"):
        head, _, raw = entry.partition(b"\t")
        if raw:
            mode, blob, _ = head.decode("ascii").split(" ")
            found[decode_path(raw)] = Entry(mode, blob)
    return found


class _Beside(NamedTuple):
    """What it takes to tell a file from what git makes of it."""

    git: Git
    autocrlf: str
    usual_rights: int
    bounds: _Bounds


def _exact(beside: _Beside, seen: WorkTree, entries: Mapping[str, Entry]) -> Exact:
    """What the tree of these entries does not say of the files."""
    git, out = beside.git, {one.path for one in seen.left_out}
    regular = [
        path
        for path, how in seen.files.items()
        if stat.S_ISREG(how.mode) and path in entries and path not in out
    ]
    converted, filtered = exact_files.converted_paths(git, regular, beside.autocrlf)
    stand_ins = exact_files.pointers(git, {path: entries[path].content for path in filtered})
    committed = _committed(git) if stand_ins else {}
    lfs: dict[str, Pointer] = {}
    own = []
    for path in converted:
        pointer, size = stand_ins.get(path), seen.files[path].size
        is_large = beside.bounds.exceeded(path, seen.files[path])
        # Git LFS clears away what no commit names: of what is not committed yet we keep the bytes, too.
        is_safe = is_large or committed.get(path) == entries[path].content
        if pointer is not None and pointer.size == size and is_safe:
            lfs[path] = pointer
        elif is_large:
            seen.left_out.append(LeftOut(path, Why.LARGE, size))
        else:
            own.append(path)
    blobs = exact_files.own_bytes(git, own)
    raw = {path: blob for path, blob in blobs.items() if blob != entries[path].content}
    modes = {
        path: rights
        for path in regular
        if (rights := stat.S_IMODE(seen.files[path].mode))
        != usual_rights(beside.usual_rights, entries[path].mode)
    }
    left_out = tuple(sorted(seen.left_out, key=lambda one: one.path))
    return Exact(raw, lfs, modes, left_out, frozenset(seen.absent))


def usual_rights(plain: int, mode: str) -> int:
    """The rights that a file of this mode of git's gets where a plain new file gets ``plain``."""
    return plain | (plain & 0o444) >> 2 if mode == "100755" else plain


def _committed(git: Git) -> dict[str, str]:
    """The blobs of HEAD; none when it is unborn."""
    done = git.try_run([*OFFLINE, "ls-tree", "-r", "-z", "--full-tree", "HEAD"])
    return {path: there.object_id for path, there in tree_entries(done.stdout)} if done.code == 0 else {}
