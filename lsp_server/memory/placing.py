"""Use case: which records are on which lines of a file, now and after an edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.memory.core import Core
from lsp_server.memory.results import FileMemory, Gone, Placed
from lsp_server.records.anchors import Anchor
from lsp_server.records.model import Record

if TYPE_CHECKING:
    from lsp_server.code.model import Located


def file_memory(core: Core, path: str, text: str | None, rev: str | None = None) -> FileMemory:
    """What is known about a file whose lines are ``text``'s (None: as it is on disk, or as it is in the
    commit ``rev``, a full id, where one is given). Runs blame."""
    from lsp_server.code.model import Certainty
    from lsp_server.code.text import split_lines
    from lsp_server.memory.last_places import gone_from

    index = core.followed()
    version = index.version()
    commit = rev or core.code.head()
    lines = split_lines(text) if text is not None else None
    if rev is not None and lines is None:
        lines = core.code.head_text(path, commit=rev) or ()
    today = core.code.today(path, lines, commit=commit)
    formerly = {
        name
        for _, name in today.births.keys
        if name != path and core.code.head_text(name, commit=commit) is None
    }
    found = list(index.anchors_for_births(today.births.keys))
    for name in (path, *sorted(formerly)):
        found += index.anchors_on_path(name)
    placed: list[tuple[str, Placed]] = []
    stale: list[str] = []
    gone: list[tuple[str, Gone]] = []
    for stored in {(s.record_id, s.ordinal): s for s in found}.values():
        record = index.get(stored.record_id)
        if record is None:
            continue
        located = core.code.locate(stored.anchor, today, made_at=record.anchored_at(stored.anchor))
        placed += [
            (record.created.isoformat(), Placed(record.id, place.start, place.end))
            for place in located.ranges
        ]
        # A file that was renamed is asked about under its new name: the old one is among its lines' births.
        was_here = stored.anchor.range.path == path or stored.anchor.range.path in formerly
        if located.certainty is Certainty.STALE and was_here:
            stale.append(record.id)
            gone.append((record.created.isoformat(), gone_from(core, record, stored.anchor, today)))
    placed.sort(key=lambda item: (item[1].start, item[0]))
    gone.sort(key=lambda item: (item[1].line, item[0]))
    # An anchor of a record that also stands elsewhere in the file is not the record's end.
    there = {item.record_id for _, item in placed}
    return FileMemory(
        path=path,
        lines=today.lines,
        placed=tuple(item for _, item in placed),
        version=version,
        commit=commit,
        stale=tuple(dict.fromkeys(one for one in stale if one not in there)),
        gone=tuple(item for _, item in gone),
    )


def places(core: Core, record: Record) -> list[tuple[Anchor, Located]]:
    """Where each anchor of a record is today, also in a file that was renamed since."""
    from lsp_server.code.history import renamed_to

    found = []
    for anchor in record.anchors:
        path, made_at = anchor.range.path, record.anchored_at(anchor)
        located = core.code.locate(anchor, core.code.today(path), made_at=made_at)
        if not located.ranges and made_at and (now := renamed_to(core.repository.git, path, made_at)):
            located = core.code.locate(anchor, core.code.today(now), made_at=made_at)
        found.append((anchor, located))
    return found
