"""git LFS talking to a remote: within a time budget, asking nobody anything, as ``exchange`` does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from lsp_server.store import remote_errors
from lsp_server.store.git_process import Finished
from lsp_server.store.lfs import Pointer
from lsp_server.store.remote_errors import RemoteError
from lsp_server.store.remote_git import Budget, OutOfTimeError, converse, git_for_remotes
from lsp_server.store.remotes import Remote
from lsp_server.store.repository import Repository

_AT_ONCE = 200  # objects named in one call


def fetch(repository: Repository, remote: Remote, version: str, path: str, budget: Budget) -> None:
    """Bring the object of one file of a version here. Raises ``RemoteError``."""
    pattern = "".join(f"\\{c}" if c in "*?[" else c for c in path)
    arguments = [
        "-c",
        "lfs.fetchexclude=",
        "lfs",
        "fetch",
        f"--include=/{pattern}",
        "--exclude=",
        _target(remote),
    ]
    _require(_talk(repository, [*arguments, version], remote, budget), remote)


def push(repository: Repository, remote: Remote, pointers: Iterable[Pointer], budget: Budget) -> None:
    """Upload objects; what the remote has already is not sent again. Raises ``RemoteError``."""
    left = iter(pointers)
    while some := list(islice(left, _AT_ONCE)):
        arguments = ["lfs", "push", "--object-id", _target(remote), *(one.oid for one in some)]
        _require(_talk(repository, arguments, remote, budget), remote)


def _talk(repository: Repository, arguments: Sequence[str], remote: Remote, budget: Budget) -> Finished:
    try:
        return converse(git_for_remotes(repository), arguments, budget)
    except OutOfTimeError:
        raise remote_errors.slow(remote.shown, budget.seconds, budget.more) from None


def _target(remote: Remote) -> str:
    """LFS takes a name or a URL, and no plain path."""
    if remote.name is None and Path(remote.address).is_absolute():
        return Path(remote.address).as_uri()
    return remote.target


def _require(done: Finished, remote: Remote) -> None:
    if done.code != 0:
        error = remote_errors.explain(done, remote.shown)
        raise RemoteError(error.kind, f"git LFS: {error.message}")
