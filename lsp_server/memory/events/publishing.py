"""Chosen memories brought to the branch: one commit, into this clone's own segment of their month.

A clone has a name of its own, ``writer``, and writes to no other's segment, so merges never meet. What is on
the branch is known by its id: whoever is killed between the commit and the note that it was made finds the
same memories waiting, and writes none of them twice.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import StoreError
from lsp_server.index.event_rows import row_of
from lsp_server.memory.allowances import allowed
from lsp_server.memory.events.before_others import SUBJECT
from lsp_server.memory.events.chosen import SUMMARY, in_words
from lsp_server.memory.events.model import TypedMemory, remembered
from lsp_server.memory.events.own_files import Added, added, held_by
from lsp_server.memory.events.redacting import redacted
from lsp_server.memory.guard import machine_text
from lsp_server.memory.titles import printable
from lsp_server.records.shortening import shortened
from lsp_server.store.base import ChangeSet, Snapshot
from lsp_server.store.half_written import write_whole
from lsp_server.store.journal.handing_over import (
    Note,
    is_waiting,
    note_taken,
    noted,
    sizes,
    taking,
    waiting,
)

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.store.journal.journal import Journal

_AT_ONCE = 10_000  # memories in one commit
_MOST_SETTLED = 2_000  # files
_TOLD, _LONGEST = 20, 100  # lines of a commit's message, and characters of one
_SUBJECT = 72
_PATIENCE = 30.0  # seconds, while another process publishes
_WRITER = "writer"
_NAME = re.compile(r"[0-9a-f]{8}")


class Publishing:
    """What waits in ``chosen``, brought to the branch of ``core``; ``events`` is who made it."""

    def __init__(self, events: EventMemory, core: Core, chosen: Journal) -> None:
        self._events = events
        self._core = core
        self._chosen = chosen

    def run(self, *, most_to_read: int | None, wait: bool) -> int:
        """See ``EventMemory.publish``."""
        directory = self._chosen.directory
        try:
            directory.mkdir(parents=True, exist_ok=True)
            with taking(directory, patience=_PATIENCE if wait else 0) as is_ours:
                if not is_ours and wait:
                    raise StoreError(f"events in {directory}: another process publishes them; try again")
                if not is_ours:
                    return 0
                writer = writer_of(directory)
                self._summarise(writer, most_to_read)
                return self._bring_all(writer, noted(directory))
        except OSError as error:
            raise StoreError(f"events in {directory}: {error.strerror or error}") from error

    def _summarise(self, writer: str, most_to_read: int | None) -> None:
        from lsp_server.memory.events.summaries import due_summaries

        if SUMMARY not in self._events._types or self._core.mainline.tip() is None:
            return
        index = self._events._opened()
        if most_to_read is None or index.unread() <= most_to_read:
            self._events.keep(due_summaries(index, writer, self._events._clock()))
            self._chosen.close()

    def _bring_all(self, writer: str, note: Note) -> int:
        """Bring what waits now; what others add meanwhile has its time, or this would never end."""
        goal = sizes(self._chosen)
        published = 0
        while is_waiting(self._chosen, note.ends, goal):
            kept = waiting(self._chosen, note.ends, _AT_ONCE)
            taken = {one.position.segment: one.end for one in kept}
            ends = {**note.ends, **taken}
            is_last = not is_waiting(self._chosen, ends, goal)
            count, settled = self._bring(writer, [one.event for one in kept], note.settled, is_last)
            published += count
            note = Note(ends, settled)
            note_taken(self._chosen, note, taken)
            if not kept:  # half a line, or what is no event: nothing that could be published
                break
        return published

    def _bring(
        self, writer: str, events: Sequence[Mapping[str, object]], settled: Mapping[str, str], is_last: bool
    ) -> tuple[int, Mapping[str, str]]:
        """Commit those that are not there yet; how many that were, and what is settled then."""
        rows = [row for event in events if (row := row_of(event))]
        memories = [remembered(row) for row in rows]
        if not memories:
            return 0, settled
        done = Added({}, [], set(), set())

        def build(tip: Snapshot) -> ChangeSet | None:
            nonlocal done
            # What a proposal lets through, or once was let through, is a secret all the same.
            done = added(tip, writer, redacted(memories, lambda: allowed(tip)), settled)
            if not done.writes:
                return None
            return ChangeSet(machine_text(self._message(done.new), tip), done.writes)

        version = self._core.mainline.commit(build)
        there = held_by(self._core.mainline.at(version), writer, done.folders)
        now = {path: held for path, held in there.items() if is_last or path in done.settled}
        others = {path: held for path, held in settled.items() if path not in there}
        return len(done.new), dict(sorted({**others, **now}.items())[-_MOST_SETTLED:])

    def _message(self, new: Sequence[TypedMemory]) -> str:
        told = [
            f"- {memory.memory_type}: {shortened(printable(memory.title), _LONGEST)}"
            for memory in new[:_TOLD]
        ]
        if len(new) > _TOLD:
            told.append(f"- and {len(new) - _TOLD} more")
        return self._core.templates.render(
            "commits/message", subject=subject_of(new), body="\n".join(told), trailers=[]
        )


def subject_of(memories: Sequence[TypedMemory]) -> str:
    """``events: 3 solutions, 1 decision``."""
    counts = Counter(memory.memory_type for memory in memories)
    said = SUBJECT
    rest = len(memories)
    for name, count in counts.most_common():
        words = f"{count} {in_words(name, count)}"
        more = f", {rest - count} more" if rest > count else ""
        if rest < len(memories):
            words = f", {words}"
            if len(said) + len(words) + len(more) > _SUBJECT:
                return f"{said}, {rest} more"
        said += words
        rest -= count
    return said


def writer_of(directory: Path) -> str:
    """This clone's name as a writer, made when it is first asked for. Raises ``StoreError``."""
    path = directory / _WRITER
    try:
        for _ in range(2):
            try:
                said = path.read_text(encoding="ascii").strip()
            except (FileNotFoundError, UnicodeDecodeError):
                said = ""
            if _NAME.fullmatch(said):
                return said
            # Of two that make one at the same time both read the later one's.
            directory.mkdir(parents=True, exist_ok=True)
            write_whole(path, f"{os.urandom(4).hex()}\n".encode(), durable=True)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise StoreError(f"events in {directory}: {error.strerror or error}") from error
