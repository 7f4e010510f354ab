"""Memories put into this clone's own files of the branch, one line each, and each once.

What waits may be there already, where somebody was killed before it was noted. So the ids in the files of its
month are looked at, but for those files that are known to hold nothing that waits: a writer with hundreds of
full ones would read them all for every commit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from lsp_server.memory.events.chosen import SUMMARY
from lsp_server.memory.events.model import TypedMemory, event_of
from lsp_server.store.base import Snapshot
from lsp_server.store.journal.branch_files import branch_line, id_in, lines_in, month_folder
from lsp_server.store.journal.branch_paths import number_of_segment, segment_name

LARGEST = 256 * 1024
"""Bytes of a file on the branch; the next one is begun then."""


class Added(NamedTuple):
    """What is to be written, and the memories that are new in it. ``settled``: the files of these ``folders``
    that hold nothing but what is settled and what was added now."""

    writes: dict[str, bytes]
    new: list[TypedMemory]
    folders: set[str]
    settled: set[str]


def added(tip: Snapshot, writer: str, memories: Sequence[TypedMemory], settled: Mapping[str, str]) -> Added:
    """The memories in the files of a version. ``settled``: files that hold nothing of what waits, as long as
    they hold what is said there."""
    months: dict[str, list[TypedMemory]] = {}
    for memory in sorted(memories, key=lambda memory: memory.created):
        months.setdefault(month_folder(memory.created), []).append(memory)
    found = Added({}, [], set(months), set())
    for folder, of_month in months.items():
        _add_month(found, tip, folder, writer, memories=of_month, settled=settled)
    return found


def held_by(version: Snapshot, writer: str, folders: Collection[str]) -> dict[str, str]:
    """This writer's files in these folders, and what each holds."""
    return {
        f"{folder}/{entry.name}": entry.object_id
        for folder in folders
        for entry in version.list(folder)
        if not entry.is_directory and number_of_segment(entry.name, writer)
    }


def _add_month(
    found: Added,
    tip: Snapshot,
    folder: str,
    writer: str,
    *,
    memories: Sequence[TypedMemory],
    settled: Mapping[str, str],
) -> None:
    there = held_by(tip, writer, [folder])
    found.settled.update(path for path, held in there.items() if settled.get(path) == held)
    numbers = sorted(number_of_segment(path.rpartition("/")[2], writer) or 0 for path in there)
    names = {entry.name for entry in tip.list(folder)}
    number = numbers[-1] if numbers else _free(names, writer, 1)
    last = bytearray(tip.read(f"{folder}/{segment_name(writer, number)}") or b"")
    # A summary has the same id whoever makes it, and how often: it is looked for everywhere.
    sought = (
        there.keys() if any(one.memory_type == SUMMARY for one in memories) else there.keys() - found.settled
    )
    known = {id_in(line) for path in sought for line in lines_in(tip.read(path) or b"")}
    writes: dict[str, bytearray] = {}
    for memory in memories:
        if memory.id in known:
            continue
        known.add(memory.id)
        line = branch_line(event_of(memory))
        if last and len(last) + len(line) > LARGEST:
            number, last = _free(names, writer, number + 1), bytearray()
        if last and not last.endswith(b"\n"):  # edited by hand
            last += b"\n"
        last += line
        path = f"{folder}/{segment_name(writer, number)}"
        writes[path] = last
        if path not in there:
            found.settled.add(path)
        found.new.append(memory)
    found.writes.update({path: bytes(data) for path, data in writes.items()})


def _free(names: Collection[str], writer: str, number: int) -> int:
    """The next number that no name has: also not that of a folder, put there by hand."""
    while segment_name(writer, number) in names:
        number += 1
    return number
