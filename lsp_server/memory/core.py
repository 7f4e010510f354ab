"""What every use case works with: one repository, its store, its index, its templates.

Everything heavy is made when it is first needed: writing a record must not load the index, opening a
repository must not load Jinja2.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import AmbiguousError, NotFoundError, RefusedError
from lsp_server.memory.edits import Edits
from lsp_server.memory.guard import Guard
from lsp_server.memory.indexes import Indexes
from lsp_server.memory.team import Team
from lsp_server.memory.trust import Trust
from lsp_server.records.anchors import CodePosition
from lsp_server.records.labels import ID_WIDTH, normalise_label
from lsp_server.records.model import Kind, Record
from lsp_server.rendering.overrides import TeamTemplates
from lsp_server.store.base import Snapshot, Version
from lsp_server.store.git_store import GitStore
from lsp_server.store.keyvalue.answering import refuse_while_answering
from lsp_server.store.repository import Repository

if TYPE_CHECKING:
    from lsp_server.code.file_view import CodeFiles
    from lsp_server.code.together import ChangedTogether
    from lsp_server.index import Index
    from lsp_server.memory.batches import Batch
    from lsp_server.memory.links import Links
    from lsp_server.rendering.overrides import Overrides


class Core:
    """One repository's memory, below the facade."""

    def __init__(self, repository: Repository, cache: Path | None = None, state: Path | None = None) -> None:
        """``cache`` and ``state`` are the user's own directories, None where there are none."""
        self.repository = repository
        self.store = GitStore(repository)
        self.private = repository.private_dir
        self.state = state
        self.trust = Trust(repository.common_dir, self.private, state)
        self.team = Team(self.store, self.trust)
        compiled = cache / "templates" if cache else None
        self.templates = TeamTemplates(compiled, self._overrides, self.team.warn)
        self.indexes = Indexes(repository)
        self._making = threading.Lock()  # of the next, once whoever asks first
        self._code: CodeFiles | None = None
        self._cut: set[str] = set()
        self._clock = threading.Lock()
        self._last: datetime | None = None
        self._known: Version | None = None  # a tip that was seen to be a memory's
        self._of_thread = threading.local()

    def _overrides(self, name: str) -> Overrides | None:
        batch = self.batch
        return self.team.overrides(name) if batch is None else batch.overrides(name)

    @property
    def batch(self) -> Batch | None:
        """The batch that collects this thread's writes, None outside of one."""
        return getattr(self._of_thread, "batch", None)

    @batch.setter
    def batch(self, batch: Batch | None) -> None:
        self._of_thread.batch = batch

    @property
    def code(self) -> CodeFiles:
        with self._making:
            # What was found out where history is cut does not hold when more of it was fetched.
            cut = self.repository.shallow_commits()
            if self._code is None or cut != self._cut:
                from lsp_server.code.file_view import CodeFiles

                self._cut = cut
                self._code = CodeFiles(self.repository.git, self.repository.work_tree)
                self._code.rewritten = self.links.settled
                self._code.absent = self.links.is_absent
            return self._code

    @cached_property
    def together(self) -> ChangedTogether:
        from lsp_server.code.together import ChangedTogether

        return ChangedTogether(self.repository.git)

    @cached_property
    def links(self) -> Links:
        """What became of the commits that records name."""
        from lsp_server.memory.links import Links

        return Links(self)

    @property
    def mainline(self) -> GitStore:
        """The store of the memory itself, whatever this worktree writes to."""
        return self.store.on(self.repository.memory_ref)

    @property
    def index(self) -> Index:
        """The index as it is; ``followed`` brings it to the tip first."""
        return self.index_of(self.store)

    def index_of(self, store: GitStore) -> Index:
        """The index of a branch."""
        return self.indexes.of(store.ref)

    def followed(self) -> Index:
        """The index at the branch's tip. Raises ``NotInitialisedError`` where there is no memory."""
        self.index.follow(self.store, self.tip())
        return self.index

    def tip(self) -> Version:
        """The branch's tip. Raises ``NotInitialisedError`` without one, or when it is somebody's code."""
        tip = self.store.tip()
        if tip is None or tip != self._known:
            tip = self._known = self.store.snapshot().version
        return tip

    def expect_memory(self) -> None:
        """Fail early when there is no branch at all; let git load meanwhile what a write reads first."""
        if self.batch is not None:
            return
        # A proposal that is gone is refused by the commit, which keeps the text that was to be written.
        if self.store.tip() is None and self.repository.proposal is None:
            self.tip()
        self.store.begin_reading()

    def now(self) -> datetime:
        """The time of recording, to the millisecond and never twice the same: it is the order of records."""
        with self._clock:
            now = datetime.now(timezone.utc).astimezone()
            now = now.replace(microsecond=now.microsecond // 1000 * 1000)
            if self._last is not None and now <= self._last:
                now = self._last + timedelta(milliseconds=1)
            self._last = now
        return now

    def position(self) -> CodePosition:
        """The code's commit and branch, without looking at the work tree."""
        if (batch := self.batch) is not None:
            return batch.position()
        return self.position_now()

    def position_now(self) -> CodePosition:
        return CodePosition(self.repository.head_commit(), self.repository.head_branch())

    @cached_property
    def guard(self) -> Guard:
        """What stands between a text and the branch, with nothing let through but by the allow-list."""

        def listed() -> Collection[str]:
            from lsp_server.memory import allowances

            return allowances.allowed(self.store.snapshot())

        return Guard(listed=listed)

    # addressing ------------------------------------------------------------------------------------
    def find(self, ref: str) -> Record:
        """The one record that ``ref`` names at the tip, or in this thread's batch: it is found as the batch
        left it."""
        index = self.followed()
        batch = self.batch
        ids = index.resolve(ref)
        if batch is not None and (own := batch.resolve(ref)):
            # A label of the batch's own is the one that was told here; an id may be anybody's.
            ids = own if normalise_label(ref) else list(dict.fromkeys([*own, *ids]))
        found = [index.get(record_id) for record_id in ids]
        if batch is not None:
            found = [batch.get(record_id, known) for record_id, known in zip(ids, found, strict=True)]
        records = [record for record in found if record is not None]
        if not records:
            raise NotFoundError(_not_found(index, ref))
        if len(records) != 1:
            named = ", ".join(f"{r.label} ({r.id[:ID_WIDTH]}) {r.title!r}" for r in records[:5])
            raise AmbiguousError(f"{ref!r} could be {named}; give more of the id")
        return records[0]

    # committing ------------------------------------------------------------------------------------
    def commit(self, change: Callable[[Edits], str]) -> Version:
        """Make one commit of what ``change`` does; it returns the message, and may be called again. In a
        batch the commit comes at its end, and the answer is the version that the batch stands on.

        Raises ``UsageError`` within a function that a keyed value's ``change`` was given: each of the two
        commits would be in the other's way."""
        refuse_while_answering(self.private)
        if (batch := self.batch) is not None:
            return batch.add(change)

        def build(snapshot: Snapshot):  # type: ignore[no-untyped-def]  # Build's result, see Store.commit
            edits = self.edits(snapshot)
            message = change(edits)
            return edits.change_set(message)

        return self.store.commit(build)

    def edits(self, snapshot: Snapshot, store: GitStore | None = None) -> Edits:
        """Nothing changed yet, on a snapshot of ``store`` (the one this worktree writes to, unless given)."""

        def highest(kind: Kind) -> int:
            branch = store or self.store
            index = self.index_of(branch)
            index.follow(branch, snapshot.version)
            return index.highest_number(kind)

        return Edits(snapshot, highest)

    def message(
        self,
        action: str,
        record: Record,
        *,
        body: str = "",
        code: CodePosition | None = None,
        also: Sequence[Record] = (),
    ) -> str:
        """A commit message: ``decision: accept ADR-0012 "Use JWT"`` with trailers for machines."""
        if (batch := self.batch) is not None and batch.say(action, (record, *also)):
            return action
        from lsp_server.memory.titles import subject
        from lsp_server.rendering.shapes import render_message

        trailers = [("Memory-Id", r.id) for r in (record, *also)]
        if code and code.commit:
            trailers.append(("Code-Commit", code.commit))
        if code and code.branch:
            trailers.append(("Code-Branch", code.branch))
        told = subject(f"{record.kind.value}: {action} {record.label}", record.title)
        return render_message(self.templates, told, body, trailers)

    def current(self, edits: Edits, record_id: str) -> tuple[Record, str]:
        """A record and its whole text at the version being built on. Raises ``NotFoundError`` when it was
        deleted meanwhile."""
        from lsp_server.records.document import parse

        known = self.known(edits, record_id)
        data = edits.read(known.path) if known else None
        record = parse(known.path, data).record if known and data is not None else None
        if known is None or data is None or record is None or record.id != record_id:
            raise NotFoundError(f"{record_id[:ID_WIDTH]} was deleted meanwhile")
        try:
            return record, data.decode("utf-8")
        except UnicodeDecodeError:
            raise RefusedError(f"{record.label} is not UTF-8; mend the file by hand first") from None

    def known(self, edits: Edits, record_id: str) -> Record | None:
        """A record as it stands at the version being built on, with what was written since; None when it is
        not there."""
        if (written := edits.record_of(record_id)) is not None:
            return written
        self.index.follow(self.store, edits.snapshot.version)
        known = self.index.get(record_id)
        return None if known is None or edits.is_deleted(known.path) else known

    def read(self, path: str) -> bytes | None:
        """A file at the tip, or as this thread's batch left it; None where there is none."""
        if (batch := self.batch) is not None:
            return batch.read(path)
        return self.store.snapshot().read(path)

    def when_committed(self, action: Callable[[], None]) -> None:
        """Do something about a write once it is on the branch: now, or at the end of this thread's batch."""
        if (batch := self.batch) is not None:
            batch.when_committed(action)
        else:
            action()

    def close(self) -> None:
        self.indexes.close()
        self.templates.close()
        self.store.close()


def _not_found(index: Index, ref: str) -> str:
    tombstone = index.tombstone(ref)
    if tombstone is not None:
        return f"{tombstone.label} was deleted; `git memory history {tombstone.label}` tells its life"
    return f"there is no {ref!r} in this memory"


def user_directory(environment: Mapping[str, str], variable: str, default: str) -> Path | None:
    """Our place below the user's own directory of a kind (XDG base directories), None without a home."""
    if path := environment.get(variable):
        return Path(path) / "git-memory" if Path(path).is_absolute() else None
    if (home := environment.get("HOME")) and Path(home).is_absolute():  # never inside a work tree
        return Path(home) / default / "git-memory"
    return None
