"""Proposals as git has them: branches beside the memory's, and which worktree writes to which.

``refs/heads/memory-proposals/NAME`` is the proposal, ``refs/memory/proposals/NAME`` (of this clone alone)
where it began: only that tells a proposal to which nothing was written yet from one that a forge has merged.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lsp_server.errors import StoreError, UsageError
from lsp_server.store.base import Version
from lsp_server.store.git_store import GitStore
from lsp_server.store.half_written import write_whole
from lsp_server.store.incoming import cannot_write
from lsp_server.store.repository import PROPOSAL_FILE, Repository

BEFORE_REWRITES = "refs/git-memory/before-rewrite/"
_STARTS = "refs/memory/proposals/"
_WITHDRAWN = "refs/memory/withdrawn/"
_LONGEST = 200  # bytes: git keeps a branch as a file, with its lock beside it


class ProposalBranch(NamedTuple):
    """``remote`` is None for this clone's own branch. ``start`` is where it began, where that is known."""

    name: str
    version: Version
    start: Version | None
    remote: str | None


class ProposalBranches:
    """The proposals of one repository, seen from one worktree."""

    def __init__(self, repository: Repository, store: GitStore) -> None:
        self._repository = repository
        self._store = store

    def all(self) -> Sequence[ProposalBranch]:
        """This clone's own, then those that remotes are known to have; each sorted by name."""
        repository = self._repository
        own = repository.proposal_ref("")
        tracked = f"{repository.memory_branch}-proposals/"
        remotes = [f"refs/remotes/{remote}/{tracked}" for remote in repository.config.subsections("remote")]
        listed = repository.git.run(
            ["for-each-ref", "--format=%(objectname) %(refname)", own, _STARTS, *remotes]
        )
        refs: dict[str, str] = {}
        for line in os.fsdecode(listed).splitlines():
            version, _, ref = line.partition(" ")
            refs[ref] = version
        found = []
        for ref, version in refs.items():
            if ref.startswith(own):
                name = ref[len(own) :]
                found.append(ProposalBranch(name, version, refs.get(_STARTS + name), None))
        for remote, prefix in zip(repository.config.subsections("remote"), remotes, strict=True):
            found += [
                ProposalBranch(ref[len(prefix) :], version, None, remote)
                for ref, version in refs.items()
                if ref.startswith(prefix)
            ]
        return found

    def left_histories(self) -> list[Version]:
        """The tips of histories that the memory left to follow a remote that was rewritten."""
        return list(self._repository.refs.below(BEFORE_REWRITES).values())

    def check_name(self, name: str) -> None:
        """Raise ``UsageError`` for a name that no branch can have, here or on a remote."""
        if (
            name
            and not name.startswith("-")
            and all(len(os.fsencode(p)) <= _LONGEST for p in name.split("/"))
        ):
            done = self._repository.git.try_run(["check-ref-format", self._repository.proposal_ref(name)])
            if done.code == 0:
                return
        raise UsageError(f"{name[:100]!r} cannot be the name of a proposal")

    def branch(self, name: str) -> GitStore:
        """The store of a proposal."""
        return self._store.on(self._repository.proposal_ref(name))

    def start(self, name: str) -> Version | None:
        """Where a proposal of this clone began, as far as that is known."""
        return self._store.on(_STARTS + name).tip()

    def begin(self, name: str, version: Version, start: Version) -> bool:
        """Make the branch; False when there is one of that name."""
        branch = self.branch(name)
        if branch.tip() is not None:
            return False
        mark = self._store.on(_STARTS + name)
        if (old := mark.tip()) is not None:  # left by a proposal of that name whose branch a person removed
            mark.remove(old, "proposal begins anew")
        mark.create(start, "proposal begins")
        return branch.create(version, "proposal begins")

    def end(self, name: str, version: Version) -> bool:
        """Take the branch away; False when it does not stand at ``version`` any more."""
        if not self.branch(name).remove(version, "proposal ends"):
            return False
        mark = self._store.on(_STARTS + name)
        if (start := mark.tip()) is not None:
            with contextlib.suppress(StoreError):  # locked: whoever begins a proposal of that name takes it
                mark.remove(start, "proposal ends")
        return True

    def keep_withdrawn(self, name: str, version: Version) -> str:
        """Give a proposal's last version a ref that nobody shows or pushes; the ref's name."""
        flat = name.replace("/", "-")  # one that is withdrawn later must not be in a folder of this name
        copy = 1
        while True:
            ref = f"{_WITHDRAWN}{flat}" + (f"-{copy}" if copy > 1 else "")
            kept = self._store.on(ref)
            if kept.tip() == version or kept.create(version, "proposal withdrawn"):
                return ref
            copy += 1

    def withdrawn(self) -> set[Version]:
        """The last versions of the proposals that were withdrawn in this clone."""
        return set(self._repository.refs.below(_WITHDRAWN).values())

    def hold(self, name: str) -> None:
        """Let this worktree's writes go to a proposal from now on."""
        path, private = self._repository.git_dir / PROPOSAL_FILE, self._repository.private_dir
        try:
            private.mkdir(exist_ok=True)
            write_whole(path, f"{name}\n".encode(), place=private)
        except OSError as error:
            raise cannot_write(path.parent, error) from error

    def release(self) -> None:
        """Let this worktree's writes go to the memory itself again."""
        path = self._repository.git_dir / PROPOSAL_FILE
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(path.parent, error) from error

    def held(self) -> dict[str, list[Path]]:
        """The git directories of the worktrees that write to each proposal."""
        common = self._repository.common_dir
        found: dict[str, list[Path]] = {}
        for git_dir in (common, *sorted((common / "worktrees").glob("*"))):
            with contextlib.suppress(OSError, UnicodeDecodeError):
                name = (git_dir / PROPOSAL_FILE).read_text(encoding="utf-8").strip()
                found.setdefault(name, []).append(git_dir)
        return found
