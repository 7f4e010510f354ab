"""Which remotes there are, and where the memory's branches were on them.

Beside the remote-tracking refs, which the user's own ``git fetch`` also moves, there is
``refs/git-memory/synced/…``: where a remote's branch was when we last agreed with it. ``exchange`` talks to
them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.store.branch_writer import BranchWriter, run_noted
from lsp_server.store.refs import HEADS
from lsp_server.store.remote_errors import without_credentials
from lsp_server.store.repository import Repository
from lsp_server.store.write_lock import Note, WriteLock

_MOST_AT_ONCE = 8  # refs: their locks are noted


class Remote(NamedTuple):
    """Another repository. ``name`` is its name in the configuration, None for one given by its address."""

    name: str | None
    address: str

    @property
    def shown(self) -> str:
        """How people call it."""
        return self.name or without_credentials(self.address)

    def branch(self, branch: str) -> str:
        """How people call a branch of it: ``origin/memory``; an address is no folder to put one below."""
        return f"{self.name}/{branch}" if self.name else self.shown

    @property
    def target(self) -> str:
        """What git is given: by its name all of the user's settings for it count."""
        return self.name or self.address

    def tracking(self, branch: str) -> str:
        """The ref that says where its branch was when it was last fetched."""
        return f"refs/remotes/{self.name}/{branch}" if self.name else f"{self._private('fetched')}/{branch}"

    def synced(self, branch: str) -> str:
        """The ref that says where its branch was when we last agreed with it."""
        return f"{self._private('synced')}/{branch}"

    def key(self) -> str:
        return hashlib.sha256(self.address.encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def _private(self, what: str) -> str:
        return f"refs/git-memory/{what}/{self.key()}"


class Remotes:
    """The remotes of one repository, as it knows them: nothing here talks to one."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._lock = WriteLock(repository.private_dir, repository.objects_dir, shared=repository.is_shared)

    def names(self) -> list[str]:
        """The remotes that the configuration names, in its order."""
        config = self._repository.config
        return [n for n in config.subsections("remote") if self._address(n) is not None]

    def choose(self, given: str | None) -> Remote:
        """The remote of a name, a URL or a path; without one the memory branch's upstream, the only remote,
        or ``origin``. Raises ``NotFoundError``, ``UsageError``."""
        names = self.names()
        if given is None:
            given = self._default(names)
        if given in names:
            return Remote(given, self._address(given) or given)
        if not given or given.startswith("-") or any(ord(c) < 32 for c in given):
            raise UsageError(f"{given[:100]!r} cannot be a remote")
        if ":" in given or "/" in given or Path(given).exists():
            return Remote(None, given)
        there = f"there {'is' if len(names) == 1 else 'are'} {', '.join(names) or 'none'}"
        raise NotFoundError(f"there is no remote {given!r} ({there}); a URL or a path will do, too")

    def others(self, remote: Remote, branch: str) -> list[str]:
        """Where the branch was on the other remotes when they were last fetched."""
        refs = [Remote(name, "").tracking(branch) for name in self.names() if name != remote.name]
        found = (self._repository.refs.resolve(ref) for ref in refs)
        return list(dict.fromkeys(tip for tip in found if tip is not None))

    def _address(self, name: str) -> str | None:
        config = self._repository.config
        return config.get(f"remote.{name}.url") or config.get(f"remote.{name}.pushurl")

    def _default(self, names: Sequence[str]) -> str:
        upstream = self._repository.config.get(f"branch.{self._repository.memory_branch}.remote")
        if upstream is not None and upstream != ".":
            return upstream
        if len(names) == 1:
            return names[0]
        if "origin" in names:
            return "origin"
        if names:
            raise NotFoundError(
                f"which remote? There are {', '.join(names)}: `git memory sync {names[0]}`, or for good "
                f"`git config branch.{self._repository.memory_branch}.remote {names[0]}`"
            )
        raise NotFoundError(
            "this repository has no remote: `git remote add origin URL` names one, `git memory sync URL` "
            "does without"
        )

    # where its branches were ------------------------------------------------------------------------
    def last_seen(self, remote: Remote, branch: str) -> tuple[str | None, str | None]:
        """(where we last agreed with it, where it was last fetched). File reads where refs are files."""
        resolve = self._repository.refs.resolve
        return resolve(remote.synced(branch)), resolve(remote.tracking(branch))

    def note(self, remote: Remote, branch: str, tip: str | None, *, agreed: bool) -> None:
        """Remember where its branch is (None: it has none any more), and whether we agree with it."""
        updates = {remote.tracking(branch): tip}
        if agreed:
            updates[remote.synced(branch)] = tip
        self.set_refs(updates)

    def branches_below(self, remote: Remote, below: str) -> tuple[dict[str, str], dict[str, str]]:
        """The branches below ``below`` (``memory-proposals/``): (this clone's own, the remote's tracked
        ones), name → tip. File reads where refs are files."""
        prefixes = (HEADS, remote.tracking(""))
        refs = self._repository.refs
        own, tracked = (
            {ref.removeprefix(prefix): tip for ref, tip in refs.below(prefix + below).items()}
            for prefix in prefixes
        )
        return own, tracked

    def count(self, tip: str, without: Sequence[str]) -> int:
        """How many commits lead to ``tip`` that are not in the history of the others."""
        arguments = ["rev-list", "--count", tip, *(f"^{other}" for other in without), "--"]
        return int(self._repository.git.run(arguments))

    def replace(self, ref: str, old: str, new: str, why: str) -> bool:
        """Move a branch of ours to a version that need not contain what it was at; False when it was not at
        ``old``. For following a remote that was rewritten, and for nothing else."""
        with self._lock.hold() as note:
            return BranchWriter(self._repository).move(ref, new, old, why, note)

    def set_refs(self, refs: Mapping[str, str | None]) -> None:
        """Move refs that are ours to move, those to one tip at once, noted in case that we are killed."""
        resolve = self._repository.refs.resolve
        wanted = {ref: tip for ref, tip in refs.items() if resolve(ref) != tip}
        if not wanted:
            return
        with self._lock.hold() as note:
            for tip in dict.fromkeys(wanted.values()):
                moving = [ref for ref, to in wanted.items() if to == tip]
                most = _MOST_AT_ONCE if tip else 1  # who deletes a ref locks the packed ones, too
                for start in range(0, len(moving), most):
                    self._move(moving[start : start + most], tip, note)

    def _move(self, refs: Sequence[str], tip: str | None, note: Note) -> None:
        common = self._repository.common_dir
        locks = [common / f"{ref}.lock" for ref in refs]
        if not self._repository.refs.are_files:
            locks = [common / "reftable" / "tables.list.lock"]
        lines = [f"update {ref} {tip}\n" if tip else f"delete {ref}\n" for ref in refs]
        run_noted(
            self._repository.git,
            ["update-ref", "--no-deref", "-m", "memory: sync", "--stdin"],
            locks,
            note,
            new=tip or "",
            stdin="".join(lines).encode("utf-8", "surrogateescape"),
        )
