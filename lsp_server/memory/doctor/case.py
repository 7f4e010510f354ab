"""What the examinations look at: one version of the memory branch, read once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from lsp_server.errors import GitMemoryError
from lsp_server.index import Index
from lsp_server.memory.core import Core
from lsp_server.records.model import Record
from lsp_server.records.paths import is_record_path
from lsp_server.store.base import Blob, Commit
from lsp_server.store.git_store import GitStore
from lsp_server.store.log import Query, commits

Progress = Callable[[str], None]


class Case:
    """One look. ``memory`` tells whether there is a memory to look at; nothing else of it may be asked for
    where there is none. ``seconds`` bounds what may take long (the anchors)."""

    def __init__(self, core: Core, *, seconds: float, progress: Progress | None = None) -> None:
        self.core = core
        self.repository = core.repository
        self.git = core.repository.git
        self.seconds = seconds
        self.now = time.time()
        self._progress = progress

    def say(self, what: str) -> None:
        """Tell a person at a terminal what is being looked at."""
        if self._progress is not None:
            self._progress(what)

    @property
    def store(self) -> GitStore:
        """The memory branch itself, whatever this worktree writes to."""
        return self.core.mainline

    @cached_property
    def tip(self) -> str | None:
        return self.store.tip()

    @cached_property
    def memory(self) -> bool:
        """Whether the branch is there, is a memory, and its trees can be read."""
        if self.tip is None:
            return False
        try:
            return self.store.at(self.tip).is_memory() and self.entries is not None
        except GitMemoryError:
            return False

    @cached_property
    def listed(self) -> Sequence[tuple[str, Blob]]:
        """Everything on the branch with its path, of whatever kind, as the trees name it. Raises when a tree
        is missing."""
        assert self.tip is not None
        found = self.store.differences(None, self.tip)
        return [(difference.path, difference.new) for difference in found if difference.new is not None]

    @cached_property
    def entries(self) -> Mapping[str, Blob]:
        """The same by path."""
        return dict(self.listed)

    def history(self, limit: int | None = None) -> Sequence[Commit]:
        """The commits of the branch, newest first. (The store's own way clears up after killed writers, and a
        look changes nothing.)"""
        assert self.tip is not None
        return list(commits(self.git, self.tip, Query(limit=limit)))

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The object ids of the files that should hold records, by path."""
        return {p: b.object_id for p, b in self.entries.items() if b.is_file and is_record_path(p)}

    @cached_property
    def missing(self) -> frozenset[str]:
        """The objects of the tip that are not here."""
        from lsp_server.store.inspecting import missing

        return frozenset(
            missing(self.git, {b.object_id for b in self.entries.values() if b.mode != "160000"})
        )

    @cached_property
    def index(self) -> Index:
        """The index, at the tip. Raises when texts are missing."""
        index = self.core.index_of(self.store)
        index.follow(self.store, self.tip, progress=lambda done, of: self.say(f"reading {done} of {of}"))
        return index

    @cached_property
    def records(self) -> Sequence[Record]:
        """Every record that can be read, oldest first."""
        return sorted(self.index.list(), key=lambda record: (record.created, record.id))

    @cached_property
    def by_id(self) -> Mapping[str, Record]:
        return {record.id: record for record in self.records}
