"""``EventMemory``: typed memories by the thousand, kept in a local journal and found by its index."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from lsp_server.errors import UsageError
from lsp_server.memory.events.asking import either
from lsp_server.memory.events.background import MOST_TO_READ, Publisher
from lsp_server.memory.events.chosen import chosen_types, journal_beside, keep_many, keep_one
from lsp_server.memory.events.model import (
    TypedMemory,
    arguments,
    event_of,
    in_words,
    made,
)
from lsp_server.memory.events.places import OfRepository, place_of
from lsp_server.memory.events.reading import Reading
from lsp_server.memory.events.redacting import redacted
from lsp_server.memory.events.types import TYPES
from lsp_server.store.journal.journal import Journal
from lsp_server.store.keyvalue.base import Clock, Value
from lsp_server.store.keyvalue.clocks import never_back

if TYPE_CHECKING:
    from lsp_server.index.event_index import EventIndex
    from lsp_server.memory.facade import Memory

_INDEX = "index.sqlite3"


class EventMemory(Reading):
    """What programs remember: conversations, errors, metrics, decisions, as typed memories with title,
    content, tags and metadata.

    ``where`` is a repository (an open ``Memory``, or a directory in it), whose memories are kept beside its
    branch, in this clone alone; or ``"dir:PATH"``, any directory, for programs without one. ``journal`` is a
    journal of the program's own, used instead; ``where`` is not looked at then.

    ``publish`` says which types go to the branch as well (see ``publish()``), where colleagues find them
    after a sync; whoever keeps some is published for every ``publish_every`` seconds, in the background
    (None: only by ``publish()`` and by commands that sync or end a session).

    What ``create_memory`` has returned survives the killing of this process, and a power cut after ``flush``.
    The oldest memories go when all together outgrow the journal's budget (256 MiB). Secrets are replaced by
    ``[redacted: …]`` before anything is written.

    Threads may share one, and processes one place. Close it, or use it in a ``with``. Calls raise
    ``UsageError`` for what cannot be kept or asked, ``StoreError`` where the disk is full or unreadable.

    >>> with EventMemory(".") as events:
    ...     events.create_memory("Timeout", "No answer in 30 s", memory_type="error", owner="worker-1")
    ...     events.search_memories("timeout", "error")
    """

    def __init__(
        self,
        where: Memory | Path | str = ".",
        *,
        journal: Journal | None = None,
        clock: Clock | None = None,
        publish: Collection[str] | None = None,
        publish_every: float | None = 60.0,
    ) -> None:
        self._allowed: Collection[str] | None = None
        self._owns_journal = journal is None
        self._repository: OfRepository | None = None
        if journal is None:
            directory, self._repository = place_of(where)
            journal = Journal(directory)
        self._journal = journal
        self._chosen = journal_beside(journal.directory)
        self._types = chosen_types(publish, self._repository)
        self._publisher = None
        if publish_every is not None and self._repository is not None:
            self._publisher = Publisher(self, publish_every)
        self._clock = never_back(clock)
        self._lock = threading.Lock()
        self._index: EventIndex | None = None
        self._process = 0
        self._publishing = threading.Lock()
        _open_ones.add(self)

    @property
    def directory(self) -> Path:
        """Where the journal and its index are."""
        return self._journal.directory

    # Writing

    def create_memory(
        self,
        title: str,
        content: str = "",
        *,
        memory_type: str = "event",
        owner: str = "",
        tags: Iterable[str] = (),
        metadata: Mapping[str, Value] | None = None,
        user_id: str | None = None,
        meta_data: Mapping[str, Value] | None = None,
    ) -> TypedMemory:
        """Remember something; what was kept of it.

        ``title`` is one line, ``content`` any text, ``metadata`` a dictionary of what JSON can hold, and
        dates. ``memory_type`` is one of ``types()``, one of their other names, or the program's own.
        ``user_id`` and ``meta_data`` are other names of ``owner`` and ``metadata``.
        """
        memory = made(
            title,
            content,
            memory_type=memory_type,
            owner=either("owner", owner, "user_id", user_id) or "",
            tags=tags,
            metadata=either("metadata", metadata, "meta_data", meta_data),
            created=self._clock(),
        )
        return self.keep([memory])[0]

    def create_memories(self, many: Iterable[Mapping[str, Any]]) -> list[TypedMemory]:
        """Remember many things, each a dictionary of ``create_memory``'s arguments (``type`` is another name
        of ``memory_type``); one write for all.

        Raises ``UsageError`` that names the first that cannot be kept, and then keeps none.
        """
        memories = []
        for number, given in enumerate(many, 1):
            try:
                memories.append(self.prepared(given))
            except UsageError as error:
                raise UsageError(f"memory {number}: {error}") from None
        return self.keep(memories)

    def prepared(self, given: Mapping[str, Any]) -> TypedMemory:
        """A memory that is not kept yet, of a dictionary as ``create_memories`` takes it. For whoever brings
        many and goes on where some cannot be kept: ``keep`` those that can."""
        return made(**arguments(given), created=self._clock())

    def keep(self, memories: Sequence[TypedMemory]) -> list[TypedMemory]:
        """Keep what ``prepared`` made; the memories as they are kept, without secrets."""
        clean = list(redacted(memories, self._listed))
        try:
            if len(clean) == 1:
                event = event_of(clean[0])
                if is_chosen := clean[0].memory_type in self._types:
                    keep_one(self._journal, self._chosen, event)
                else:
                    self._journal.append(event)
            else:
                is_chosen = any(memory.memory_type in self._types for memory in clean)
                keep_many(self._journal, self._chosen, clean, self._types)
        except UsageError as error:
            raise UsageError(in_words(error)) from None
        if is_chosen and self._publisher is not None:
            self._publisher.start()
        return clean

    def flush(self) -> None:
        """Bring all that this process has remembered to the disk: it survives a power cut from now on."""
        self._journal.flush()
        self._chosen.flush()

    # Publishing

    @property
    def writer(self) -> str:
        """This clone's name among those that write events to the branch: eight hexadecimal digits, made up
        when they are first asked for. Raises ``StoreError``."""
        from lsp_server.memory.events.publishing import writer_of

        return writer_of(self._chosen.directory)

    @property
    def published_types(self) -> Collection[str]:
        """The types that go to the branch."""
        return self._types if self._repository is not None else ()

    def publish(self) -> int:
        """Bring the chosen memories that wait to the memory's branch, in one commit; how many came there.

        Chosen are the types in ``publish``, else those in ``git config memory.eventTypes`` (a list with
        commas, or ``none``), else what people want in their history: solutions, insights, optimisations,
        decisions with their outcomes, and a summary of each day that is over. Where there is no repository
        they wait for ever, and 0 is the answer.

        Raises what a write to the branch raises: ``NotInitialisedError``, ``RefusedError``, ``StoreError``;
        then they wait for the next time.
        """
        return self._publish(most_to_read=None, wait=True)

    def publish_quietly(self) -> int:
        """As ``publish``, for whoever has something else to do: what stands in its way is left for the next
        time, and so are a summary that much would have to be read for, and all of it where another process
        publishes just now."""
        from lsp_server.errors import GitMemoryError

        try:
            return self._publish(most_to_read=MOST_TO_READ, wait=False)
        except GitMemoryError:
            return 0

    def _publish(self, *, most_to_read: int | None, wait: bool) -> int:
        """As ``publish``. No summary is made where the index would have to read more bytes than
        ``most_to_read`` first; nothing happens where another process publishes now and ``wait`` is False."""
        if self._repository is None or not self.directory.is_dir():
            return 0
        from lsp_server.memory.events.publishing import Publishing

        with self._publishing:
            self._chosen.close()  # what is taken whole may go then; it is gone on with, or begun anew
            core = self._repository.memory._core
            return Publishing(self, core, self._chosen).run(most_to_read=most_to_read, wait=wait)

    @staticmethod
    def types() -> Mapping[str, str]:
        """The types that have a name here, each with one line about it. Any other name will do as well:
        small letters, digits, ``_``, ``.`` and ``-``."""
        return TYPES

    def close(self) -> None:
        """Let go of files; safe to call twice. What was remembered stays."""
        if self._publisher is not None:
            self._publisher.stop()
        with self._lock:
            index, self._index = self._index, None
        if index is not None and self._process == os.getpid():
            index.close()
        if self._owns_journal:
            self._journal.close()
        self._chosen.close()
        if self._repository is not None:
            with self._publishing:  # not in the midst of a commit
                self._repository.close()

    def __enter__(self) -> EventMemory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _after_fork(self) -> None:
        """In a new process: whoever held a lock is not here."""
        self._lock, self._publishing = threading.Lock(), threading.Lock()
        if self._publisher is not None:
            self._publisher.after_fork()
        if self._repository is not None:
            self._repository.after_fork()

    def _listed(self) -> Collection[str]:
        """The fingerprints that people let through in the repository, looked up once."""
        if self._allowed is None:
            self._allowed = () if self._repository is None else self._repository.allowed()
        return self._allowed

    def _opened(self) -> EventIndex:
        from lsp_server.index.event_index import EventIndex

        with self._lock:
            if self._index is None or self._process != os.getpid():  # a fork must not use its parent's
                store = None if self._repository is None else self._repository.memory._core.mainline
                path = self._journal.directory / _INDEX
                self._index = EventIndex(path, self._journal, self._chosen, store)
                self._process = os.getpid()
            return self._index


_open_ones: weakref.WeakSet[EventMemory] = weakref.WeakSet()


def _renew_locks() -> None:
    for events in list(_open_ones):
        events._after_fork()


os.register_at_fork(after_in_child=_renew_locks)
