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
from lsp_server.memory.events.before_others import SUBJECT
from lsp_server.memory.events.chosen import SUMMARY, in_words
from lsp_server.memory.events.model import TypedMemory, event_of, remembered
from lsp_server.memory.events.redacting import redacted
from lsp_server.memory.guard import machine_text
from lsp_server.memory.titles import printable
from lsp_server.records.shortening import shortened
from lsp_server.store.base import ChangeSet, Snapshot
from lsp_server.store.half_written import write_whole
from lsp_server.store.journal.branch_files import branch_line, id_in, lines_in, month_folder
from lsp_server.store.journal.branch_paths import number_of_segment, segment_name
from lsp_server.store.journal.handing_over import is_waiting, note_taken, taking, waiting

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.store.journal.journal import Journal

LARGEST = 256 * 1024
"""Bytes of a segment on the branch; the next one is begun then."""

_AT_ONCE = 10_000  # memories in one commit
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
                published = 0
                while is_waiting(self._chosen):
                    kept = waiting(self._chosen, _AT_ONCE)
                    published += self._bring(writer, [one.event for one in kept])
                    note_taken(self._chosen, {one.position.segment: one.end for one in kept})
                    if not kept:  # half a line, or what is no event: nothing that could be published
                        break
                return published
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

    def _bring(self, writer: str, events: Sequence[Mapping[str, object]]) -> int:
        """Commit those that are not there yet; how many that were."""
        rows = [row for event in events if (row := row_of(event))]
        memories = redacted([remembered(row) for row in rows], self._events._listed)
        published: list[TypedMemory] = []

        def build(tip: Snapshot) -> ChangeSet | None:
            writes, new = _segments(tip, writer, memories)
            published[:] = new
            if not writes:
                return None
            return ChangeSet(machine_text(self._message(new), tip), writes)

        if memories:
            self._core.mainline.commit(build)
        return len(published)

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


def _segments(
    tip: Snapshot, writer: str, memories: Sequence[TypedMemory]
) -> tuple[dict[str, bytes], list[TypedMemory]]:
    """The files to be written at a version, and the memories that are new in them."""
    months: dict[str, list[TypedMemory]] = {}
    for memory in sorted(memories, key=lambda memory: memory.created):
        months.setdefault(month_folder(memory.created), []).append(memory)
    writes: dict[str, bytearray] = {}
    new: list[TypedMemory] = []
    for folder, of_month in months.items():
        numbers = [
            number
            for entry in tip.list(folder)
            if not entry.is_directory and (number := number_of_segment(entry.name, writer))
        ]
        known: set[str | None] = set()
        last = bytearray()
        for number in sorted(numbers):
            last = bytearray(tip.read(f"{folder}/{segment_name(writer, number)}") or b"")
            known.update(map(id_in, lines_in(bytes(last))))
        number = max(numbers, default=1)
        for memory in of_month:
            if memory.id in known:
                continue
            known.add(memory.id)
            line = branch_line(event_of(memory))
            if last and len(last) + len(line) > LARGEST:
                number, last = number + 1, bytearray()
            if last and not last.endswith(b"\n"):  # edited by hand
                last += b"\n"
            last += line
            writes[f"{folder}/{segment_name(writer, number)}"] = last
            new.append(memory)
    return {path: bytes(data) for path, data in writes.items()}, new
