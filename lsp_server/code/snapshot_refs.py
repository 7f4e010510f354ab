"""Snapshots by name: the refs of this clone alone that hold them, their commits, their size on disk.

``refs/memory/snapshots/<name>`` is a commit of the work tree on top of HEAD's; ``refs/memory/exact/<name>``,
where there is one, holds what its tree cannot say. The name is a checkpoint's id, or ``before-…`` for the
state before a restore.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from lsp_server.code import exact_files
from lsp_server.code.exact_files import Exact
from lsp_server.code.git import OFFLINE
from lsp_server.code.snapshots import State
from lsp_server.errors import NotFoundError, RefusedError, StoreError
from lsp_server.store.git_process import GitError
from lsp_server.store.repository import Repository

SNAPSHOTS = "refs/memory/snapshots/"
EXACT = "refs/memory/exact/"
BEFORE = "before-"
EXACT_TRAILER = "Memory-Exact"
TIME_TRAILER = "Memory-Taken"
"""When, to the millisecond: a commit's own time cannot tell which of two came first."""

_FIELDS = ("refname", "objectname", "tree", "parent", "committerdate:unix", "contents:body")
_EXACT = re.compile(rf"^{EXACT_TRAILER}: ([0-9a-f]{{40,64}})$", re.MULTILINE)
_TIME = re.compile(rf"^{TIME_TRAILER}: (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Held:
    """A snapshot that this clone holds. ``base`` is the commit that HEAD was, None when it was unborn;
    ``exact`` the tree of what is kept beside."""

    name: str
    commit: str
    tree: str
    base: str | None
    created: datetime
    exact: str | None

    @property
    def is_before(self) -> bool:
        """Whether it is the state before a restore."""
        return self.name.startswith(BEFORE)


def new_before_name(now: datetime) -> str:
    """A name that nobody has for the state before a restore."""
    return f"{BEFORE}{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03}{os.urandom(1).hex()}"


def exists(repository: Repository, name: str) -> bool:
    """Whether this clone holds the snapshot. A file read where refs are files."""
    return repository.refs.resolve(SNAPSHOTS + name) is not None


def held(repository: Repository) -> list[Held]:
    """All that this clone holds, newest first."""
    layout = "%00".join(f"%({field})" for field in _FIELDS) + "%00%00"
    listed = repository.git.run(["for-each-ref", f"--format={layout}", SNAPSHOTS])
    found = []
    for record in listed.decode("utf-8", "surrogateescape").split("\0\0\n"):
        fields = record.split("\0")
        if len(fields) == len(_FIELDS) and fields[2]:
            ref, commit, tree, parents, when, body = fields
            beside, taken = _EXACT.search(body), _TIME.search(body)
            seconds = int(taken[1]) / 1000 if taken else float(when)
            found.append(
                Held(
                    ref.removeprefix(SNAPSHOTS),
                    commit,
                    tree,
                    parents.split(" ")[0] or None,
                    datetime.fromtimestamp(seconds, timezone.utc).astimezone(),
                    beside[1] if beside else None,
                )
            )
    return sorted(found, key=lambda one: (one.created, one.name), reverse=True)


def exact_of(repository: Repository, snapshot: Held) -> Exact:
    """What is kept beside a snapshot. Raises ``StoreError`` when it is gone."""
    if snapshot.exact is None:
        return Exact()
    try:
        return exact_files.read(repository.git, snapshot.exact)
    except GitError as error:
        raise StoreError(f"the snapshot {snapshot.name} is not whole any more: {error.message}") from error


def hold(repository: Repository, name: str, state: State, exact_tree: str | None, message: str) -> str:
    """Make the commit and the refs that hold it, so that they survive a power cut. Raises ``RefusedError``
    when the name is taken. The commit's id."""
    parents = ["-p", state.head] if state.head else []
    who = repository.git.with_environment(**_identity(repository))
    commit = (
        who.run(
            ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", state.tree, *parents, "-F", "-"],
            stdin=message.encode("utf-8", "surrogateescape"),
            write=True,
        )
        .decode("ascii")
        .strip()
    )
    moves = f"create {SNAPSHOTS}{name} {commit}\n"
    if exact_tree is not None:
        moves += f"create {EXACT}{name} {exact_tree}\n"
    try:
        repository.git.run(["update-ref", "--stdin"], stdin=moves.encode("ascii"), write=True)
    except GitError as error:
        if exists(repository, name):
            raise RefusedError(f"there is a snapshot {name} already") from error
        raise
    return commit


def let_go(repository: Repository, snapshots: Iterable[Held]) -> None:
    """Remove the refs, each only if it still holds what is said here. git clears the objects away in time."""
    beside = repository.refs.below(EXACT)
    moves = ""
    for snapshot in snapshots:
        moves += f"delete {SNAPSHOTS}{snapshot.name} {snapshot.commit}\n"
        if (tree := beside.get(EXACT + snapshot.name)) is not None:
            moves += f"delete {EXACT}{snapshot.name} {tree}\n"
    if moves:
        repository.git.run(["update-ref", "--stdin"], stdin=moves.encode("ascii"), write=True)


def size_of(repository: Repository, snapshots: Sequence[Held]) -> int | None:
    """Bytes on disk that only these snapshots need; None where git cannot tell (a partial clone)."""
    if not snapshots:
        return 0
    wanted = [x for one in snapshots for x in (one.commit, one.exact) if x]
    others = [f"--exclude={where}{one.name}" for one in snapshots for where in (SNAPSHOTS, EXACT)]
    command = [*OFFLINE, "rev-list", "--objects", "--disk-usage", *wanted, "--not", *others, "--all", "--"]
    done = repository.git.try_run(command)
    return int(done.stdout) if done.code == 0 and done.stdout.strip().isdigit() else None


def named(repository: Repository, name: str) -> Held:
    """The snapshot of exactly that name. Raises ``NotFoundError``."""
    found = next((one for one in held(repository) if one.name == name), None)
    if found is None:
        raise NotFoundError(f"there is no snapshot {name!r} in this clone; `git memory restore` lists them")
    return found


def _identity(repository: Repository) -> dict[str, str]:
    """Who keeps it. A way back must not fail because git was never told a name."""
    try:
        repository.committer()
        repository.author()
    except RefusedError:
        nobody = {"NAME": "Git Memory", "EMAIL": "git-memory@localhost"}
        return {
            f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in nobody.items()
        }
    return {}
