"""Making the memory branch, or adopting the one that a remote has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lsp_server.errors import RefusedError, StoreError, UsageError
from lsp_server.store.base import ChangeSet, Version
from lsp_server.store.branch_writer import BranchWriter, run_noted
from lsp_server.store.fast_import import plan
from lsp_server.store.known_tips import require_nothing_lost
from lsp_server.store.refs import HEADS
from lsp_server.store.repository import BRANCH_KEY, Repository
from lsp_server.store.snapshot import FORMAT_FILE, GitSnapshot
from lsp_server.store.write_lock import Note

_MOST_ROUNDS = 20


class ReadsVersions(Protocol):
    """The part of the store that set-up needs."""

    def at(self, version: Version) -> GitSnapshot: ...


class BranchSetup:
    """One ``init``."""

    def __init__(self, repository: Repository, writer: BranchWriter, reader: ReadsVersions) -> None:
        self._repository = repository
        self._writer = writer
        self._reader = reader

    def run(
        self, branch: str | None, files: Mapping[str, bytes], message: str, note: Note
    ) -> tuple[bool, str | None]:
        """(was it created, the remote branch that it came from). Twice is harmless."""
        name = branch or self._repository.memory_branch
        self._require_name(name)
        ref = HEADS + name
        if FORMAT_FILE not in files:
            raise UsageError(f"a new memory needs its {FORMAT_FILE}")
        for _ in range(_MOST_ROUNDS):
            tip = self._repository.refs.resolve(ref)
            if tip is not None:
                self._require_memory(tip, f"the branch '{name}'", name)
                created, adopted, done = False, None, True
            else:
                self._require_nothing_in_the_way(name)
                created = True
                adopted, done = self._make(name, files, message, note)
            if done:
                self._remember(name, note)
                return created, adopted
        raise StoreError(f"the branch '{name}' could not be made: others keep changing it")

    def _make(
        self, name: str, files: Mapping[str, bytes], message: str, note: Note
    ) -> tuple[str | None, bool]:
        self._writer.require_free(HEADS + name)
        require_nothing_lost(self._repository, HEADS + name)
        remote = self._on_a_remote(name)
        if remote is not None:
            shown, commit = remote
            self._require_memory(commit, f"the remote branch '{shown}'", name)
            why = f"adopt the memory of {shown}"
            return shown, self._writer.move(HEADS + name, commit, None, why, note)
        first = plan(ChangeSet(message, files), None, self._repository.object_format)
        return None, self._writer.commit(HEADS + name, first, parent=None, note=note) is not None

    def _on_a_remote(self, name: str) -> tuple[str, str] | None:
        remotes = sorted(self._repository.config.subsections("remote"), key=lambda r: (r != "origin", r))
        for remote in remotes:
            commit = self._repository.refs.resolve(f"refs/remotes/{remote}/{name}")
            if commit is not None:
                return f"{remote}/{name}", commit
        return None

    def _require_memory(self, commit: str, what: str, name: str) -> None:
        if not self._reader.at(commit).is_memory():
            raise RefusedError(f"{what} holds something else (it has no {FORMAT_FILE}): {_another(name)}")

    def _require_name(self, name: str) -> None:
        if not name.startswith("-") and name != "HEAD":
            done = self._repository.git.try_run(["check-ref-format", HEADS + name])
            if done.code == 0:
                return
        raise UsageError(f"{name[:100]!r} cannot be the name of a branch")

    def _require_nothing_in_the_way(self, name: str) -> None:
        parts = name.split("/")
        above = [HEADS + "/".join(parts[:end]) for end in range(1, len(parts))]
        listed = self._repository.git.run(["for-each-ref", "--format=%(refname)", HEADS + name + "/", *above])
        found = listed.decode("utf-8", "surrogateescape").splitlines()
        # A pattern also matches everything below it; only the very names above are in the way.
        in_the_way = [r for r in found if r in above or r.startswith(HEADS + name + "/")]
        if in_the_way:
            shown = ", ".join(f"'{r.removeprefix(HEADS)}'" for r in in_the_way[:3])
            more = f" and {len(in_the_way) - 3} more" if len(in_the_way) > 3 else ""
            raise RefusedError(f"git cannot have a branch '{name}' beside {shown}{more}: {_another(name)}")

    def _remember(self, name: str, note: Note) -> None:
        if name == self._repository.memory_branch:
            return
        lock = self._repository.common_dir / "config.lock"
        run_noted(self._repository.git, ["config", "--local", BRANCH_KEY, name], [lock], note)
        self._repository.reload_config()


def _another(name: str) -> str:
    other = "git-memory" if name != "git-memory" else "project-memory"
    return f"choose another name with `git memory init --branch {other}`"
