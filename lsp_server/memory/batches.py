"""A batch: the writes of one thread, collected, as one commit.

Each write is made at once, on the batch's own picture of the branch (its ``Edits``), so that it answers with
its record and fails where it is called. Nothing is locked meanwhile. At the end the picture is committed
when the branch still stands where it was taken; otherwise every write is made again, in order, on the new
tip, as a single write is after a lost race.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.index.ahead import Ahead, Coming
from lsp_server.memory.batch_message import Action, subject_and_text, whole_message
from lsp_server.memory.edits import Edits
from lsp_server.memory.keeping import all_kept
from lsp_server.records.labels import format_label, normalise_label
from lsp_server.records.model import Record

if TYPE_CHECKING:
    from lsp_server.index import Index
    from lsp_server.memory.core import Core
    from lsp_server.memory.recording import Prepared
    from lsp_server.records.anchors import CodePosition
    from lsp_server.rendering.overrides import Overrides
    from lsp_server.store.base import ChangeSet, Snapshot, Version

Change = Callable[[Edits], str]

_MANY = 32  # files; from so many on the index follows while git writes

ANOTHER = "begin another with `with memory.batch(message):`"
_LOOK_AGAIN = 0.02  # seconds

_PREFIX = re.compile(r"[0-9a-f]{4}[0-9a-f-]{0,31}")  # of an id, as the index takes them


class _Mark(NamedTuple):
    """How far a batch had come."""

    on: Edits | None
    edits: int
    changes: int
    actions: int
    prepared: int
    after: int


class Batch:
    """What is collected. ``records`` are the records written or changed, in the order in which they were
    first written: inside the block as they stand now, after it as they were committed. Their numbers may
    then be others than inside, where another writer was faster. ``version`` is the commit; None before the
    end of the block, and where nothing was written.
    """

    def __init__(self, core: Core, message: str) -> None:
        self.version: Version | None = None
        self._core = core
        self._subject, self._text = subject_and_text(message)
        self._edits: Edits | None = None
        self._changes: list[Change] = []
        self._actions: list[Action] = []
        self._prepared: list[Prepared] = []
        self._after: list[Callable[[], None]] = []
        self._collecting = False
        self._position: tuple[float, CodePosition] | None = None
        self._overrides: dict[str, Overrides | None] = {}
        self._ahead: Ahead | None = None
        self._coming: Coming | None = None  # what is being committed, where the index is to follow at once
        self._index: Index | None = None
        self.has_ended = False  # then, what would be written would go nowhere

    def __enter__(self) -> Batch:
        raise UsageError(f"a batch is the block that it was made for; {ANOTHER}")

    def __exit__(self, *_: object) -> None:
        """Never called: with it, ``with batch:`` comes to the error above, not to Python's own."""

    @property
    def records(self) -> Sequence[Record]:
        if self._edits is None:
            return ()
        found = tuple(self._edits.records())
        return found if self.version is None else tuple(map(self._with_label, found))

    # what the writes do ----------------------------------------------------------------------------
    def add(self, change: Change) -> Version:
        """Make one write, on top of those before it; the version that the batch stands on. Raises what the
        write raises, and has then nothing of it."""
        if self.has_ended:
            raise UsageError(f"this batch has ended; {ANOTHER}")
        snapshot = self._core.store.snapshot() if self._edits is None else self._edits.snapshot
        if self._edits is None:
            self._edits = self._core.edits(snapshot)
        try:
            self._make(self._edits, change)
        except NotFoundError:
            tip = self._core.store.snapshot()
            if tip.version == snapshot.version:
                raise
            # Somebody wrote it since the batch began: go on from there.
            self._edits = self._made_again(tip)
            self._make(self._edits, change)
        self._changes.append(change)
        return self._edits.snapshot.version

    def say(self, verb: str, records: tuple[Record, ...]) -> bool:
        """Note for the message what a write does; False when none is being made."""
        if self._collecting:
            self._actions.append(Action(records, verb))
        return self._collecting

    def keep(self, prepared: Sequence[Prepared]) -> None:
        """Note the new records whose texts must not be lost when the commit is refused."""
        self._prepared.extend(prepared)

    def when_committed(self, action: Callable[[], None]) -> None:
        """Do something once all is on the branch."""
        self._after.append(action)

    # what the writes see ---------------------------------------------------------------------------
    def read(self, path: str) -> bytes | None:
        """A file with what the batch did to it; at the tip where it did nothing."""
        if self._edits is None or not self._edits.touches(path):
            return self._core.store.snapshot().read(path)
        return self._edits.read(path)

    def changed(self) -> dict[str, bytes | None]:
        """Every path that it wrote so far with its bytes, None for one that it took away."""
        written, deleted = self._edits.changed() if self._edits else ({}, ())
        return {**written, **dict.fromkeys(deleted)}

    def resolve(self, ref: str) -> list[str]:
        """The ids of records of this batch that have this label, or an id that begins so."""
        edits = self._edits
        if edits is None:
            return []
        label = normalise_label(ref)
        if label is not None and (record := edits.called(label)) is not None:
            return [record.id]
        ref = ref.strip().lower()
        if edits.record_of(ref) is not None:
            return [ref]
        if not _PREFIX.fullmatch(ref):
            return []
        digits = ref.replace("-", "")
        return [record.id for record in edits.records() if record.id.replace("-", "").startswith(digits)]

    def get(self, record_id: str, known: Record | None) -> Record | None:
        """A record as it stands in the batch; ``known`` is what the branch has of it."""
        if self._edits is None:
            return known
        if known is not None:
            if self._edits.is_deleted(known.path):
                return None
            if not self._edits.touches(known.path):
                return known
        return self._edits.record_of(record_id)

    def position(self) -> CodePosition:
        """Where the code stands: it is looked at fifty times a second at most."""
        now = monotonic()
        if self._position is None or now - self._position[0] > _LOOK_AGAIN:
            self._position = (now, self._core.position_now())
        return self._position[1]

    def overrides(self, name: str) -> Overrides | None:
        """The team's templates, as they were when the batch used them first."""
        if name not in self._overrides:
            self._overrides[name] = self._core.team.overrides(name)
        return self._overrides[name]

    # beginning and end -----------------------------------------------------------------------------
    def mark(self) -> _Mark:
        edits = self._edits.mark() if self._edits is not None else 0
        return _Mark(
            self._edits, edits, len(self._changes), len(self._actions), len(self._prepared), len(self._after)
        )

    def back_to(self, mark: _Mark) -> None:
        """Forget what was written since then."""
        del self._changes[mark.changes :]
        del self._actions[mark.actions :]
        del self._prepared[mark.prepared :]
        del self._after[mark.after :]
        if self._edits is not None and mark.on in (None, self._edits):
            self._edits.back_to(mark.edits)
        elif self._edits is not None:  # made again since then
            self._edits = self._made_again(self._edits.snapshot)

    def commit(self) -> None:
        """Put all on the branch. Where that is refused, the texts of new records are kept as drafts."""
        if self.has_ended:
            raise UsageError(f"this batch has ended; {ANOTHER}")
        if self._edits is None or not self._changes:
            return
        version = None
        try:
            with all_kept(self._core, self._prepared, lambda: self._edits):
                version = self._core.store.commit(self._build, meanwhile=self._begin_following)
        finally:
            self._settle(version)
        if any(self._edits.changed()):
            self.version = version
        for action in self._after:
            action()

    def _build(self, snapshot: Snapshot) -> ChangeSet | None:
        self._settle(None)
        if self._edits is None or snapshot.version != self._edits.snapshot.version:
            self._edits = self._made_again(snapshot)
        changes = self._edits.change_set(self._whole_message())
        self._coming = None
        if changes is not None and len(changes.writes) >= _MANY:
            self._coming = Coming(
                snapshot.version,
                changes.writes,
                changes.deletes,
                self._core.store.object_id,
                self._edits.known_in,
            )
            self._index = self._core.index
        return changes

    def _begin_following(self) -> None:
        """The index takes as long as git does, so both work at once; not before git does: what comes before
        that needs this process's time."""
        if self._coming is not None and self._index is not None:
            with suppress(RuntimeError):  # no thread can be had: whoever reads next follows
                self._ahead = self._index.follow_ahead(self._core.store, self._coming)

    def _settle(self, version: Version | None) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.settle(version)

    def _made_again(self, snapshot: Snapshot) -> Edits:
        edits = self._core.edits(snapshot)
        self._actions.clear()
        for change in self._changes:
            self._make(edits, change)
        return edits

    def _make(self, edits: Edits, change: Change) -> None:
        mark, told = edits.mark(), len(self._actions)
        self._collecting = True
        try:
            words = change(edits)
        except BaseException:
            edits.back_to(mark)
            del self._actions[told:]
            raise
        finally:
            self._collecting = False
        if words and len(self._actions) == told:
            self._actions.append(Action((), words=words.split("\n", 1)[0]))

    # what is told ----------------------------------------------------------------------------------
    def _whole_message(self) -> str:
        assert self._edits is not None
        return whole_message(self._core, (self._subject, self._text), self._actions, self._edits)

    def _with_label(self, record: Record) -> Record:
        """With the label that the index gives it: longer where two ids begin alike."""
        if record.number is not None:
            return record
        from dataclasses import replace

        label = self._core.followed().label_of(record.kind, record.id)
        usual = format_label(record.kind, None, record.id)
        return record if label == usual == record.label else replace(record, label=label)


@contextmanager
def batch(core: Core, message: str) -> Iterator[Batch]:
    """Collect this thread's writes; see ``Memory.batch``."""
    outer = core.batch
    if outer is not None:
        mark = outer.mark()
        try:
            yield outer
        except BaseException:
            outer.back_to(mark)
            raise
        return
    made = Batch(core, message)
    core.expect_memory()
    core.batch = made
    try:
        yield made
        made.commit()
    finally:
        core.batch = None
        made.has_ended = True
