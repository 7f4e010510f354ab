"""Use case: which records are on which lines of a file, and where a record is today."""

from __future__ import annotations

import os
from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.memory.core import Core
from lsp_server.memory.results import FileMemory, Placed
from lsp_server.records.anchors import Anchor
from lsp_server.records.model import Record
from lsp_server.records.telling import numbers_of

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.code.file_today import FileToday
    from lsp_server.code.file_view import CodeFiles
    from lsp_server.code.model import Located

_MOST_GONE = 50  # files that have notes and are not there, whose notes' commits are looked at


class Found(NamedTuple):
    """One anchor of a record, and where it is in the file that was looked at."""

    record: Record
    anchor: Anchor
    located: Located


def file_memory(core: Core, path: str, text: str | None, rev: str | None = None) -> FileMemory:
    """What is known about a file whose lines are ``text``'s (None: as it is on disk, or as it is in the
    commit ``rev``, a full id, where one is given). Runs blame."""
    from lsp_server.code.text import split_lines
    from lsp_server.memory.last_places import gone_from

    index = core.followed()
    version = index.version()
    commit = rev or core.repository.head_commit()
    code = core.code if rev is None else core.code.at(rev)
    today = code.today(path, split_lines(text) if text is not None else None, commit=commit)
    formerly = {
        name for _, name in today.births.keys if name != path and not code.is_file(name, commit=commit)
    }
    formerly |= _renamed_here(core, code, today, formerly, None if rev else core.repository.work_tree)
    own = _of_this_file(core, code, today, formerly)
    known = {(one.record.id, one.anchor) for one in own}
    looked = [*own, *_moved_here(core, code, today, known, is_buffer=text is not None)]
    placed = [
        (one.record.created.isoformat(), Placed(one.record.id, place.start, place.end))
        for one in looked
        for place in one.located.ranges
        if not place.is_whole
    ]
    placed.sort(key=lambda item: (item[1].start, item[0]))
    # An anchor of a record that also stands elsewhere in the file is not the record's end.
    there = {item.record_id for _, item in placed}
    gone = [
        gone_from(core, one.record, one.anchor, today)
        for one in looked
        if _is_over(code, one, today, formerly)
    ]
    gone.sort(key=lambda one: one.line)
    return FileMemory(
        path=path,
        lines=today.lines,
        placed=tuple(item for _, item in placed),
        version=version,
        commit=commit,
        stale=tuple(dict.fromkeys(one.record_id for one in gone if one.record_id not in there)),
        gone=tuple(gone),
        whole=tuple(dict.fromkeys(one.record.id for one in looked if _is_about(one.located, path))),
    )


def _is_about(located: Located, path: str) -> bool:
    """Whether it is about a whole file."""
    return any(place.is_whole and place.path == path for place in located.ranges)


def _renamed_here(
    core: Core, code: CodeFiles, today: FileToday, known: Container[str], root: Path | None
) -> set[str]:
    """The names with anchors that git says the file had before, and of which blame tells nothing any more.
    ``root`` is the work tree that is looked at, None for a commit."""
    index, head = core.index, today.births.commit
    if head is None:
        return set()
    paths = [
        path
        for path in index.all_anchored_paths()
        if not path.endswith("/")
        and path != today.path
        and path not in known
        and not (root is not None and os.path.lexists(root / path))
    ]
    since: set[str] = set()
    for path in paths[:_MOST_GONE]:
        for stored in index.anchors_on_path(path):
            record = index.get(stored.record_id)
            if record is not None and (made_at := record.anchored_at(stored.anchor)):
                since.add(made_at)
    if not since:
        return set()
    return set(paths).intersection(code.former_names(today.path, head, frozenset(since)))


def _of_this_file(core: Core, code: CodeFiles, today: FileToday, formerly: set[str]) -> list[Found]:
    """The anchors with lines that were born where this file's were, and those made on it under any name."""
    found = list(core.index.anchors_for_births(today.births.keys))
    for name in (today.path, *sorted(formerly)):
        found += core.index.anchors_on_path(name)
    stored = {(one.record_id, one.ordinal): one for one in found}.values()
    pairs = [(record, s.anchor) for s in stored if (record := core.index.get(s.record_id)) is not None]
    _look_at_commits(core, pairs, today)
    code.read_at_once([(anchor, record.anchored_at(anchor)) for record, anchor in pairs], today)
    return [
        Found(record, anchor, code.locate(anchor, today, made_at=record.anchored_at(anchor)))
        for record, anchor in pairs
    ]


def _look_at_commits(core: Core, pairs: Sequence[tuple[Record, Anchor]], today: FileToday) -> None:
    """Ask git once, not for each anchor, about the commits of those that blame alone does not find."""
    from lsp_server.code.locating import is_born_here

    if (head := today.births.commit) is not None:
        lost = [pair for pair in pairs if not is_born_here(pair[1], today)]
        named = {birth.commit for _, anchor in lost for birth in anchor.births}
        named.update(at for record, anchor in lost if (at := record.anchored_at(anchor)))
        core.links.look_at(named, head)


def _moved_here(
    core: Core, code: CodeFiles, today: FileToday, known: Container[tuple[str, Anchor]], *, is_buffer: bool
) -> list[Found]:
    """The anchors made on other files that their text has left, and that it is in this one now; also those on
    this file under a name of which blame tells nothing any more. ``known`` have been looked for here."""
    buffers = {today.path: today.lines} if is_buffer else {}
    moved = []
    for stored in core.index.anchors_with_lines(numbers_of(today.lines), today.path):
        anchor = stored.anchor
        if len(today.blocks_of(anchor.text)) != 1:
            continue
        record = core.index.get(stored.record_id)
        made_at = record.anchored_at(anchor) if record else None
        if record is None:
            continue
        paths = _own_paths(code, anchor, made_at, today.births.commit)
        if today.path in paths:
            if (record.id, anchor) not in known:
                located = code.locate(anchor, today, made_at=made_at, is_its_file=True)
                moved.append(Found(record, anchor, located))
            continue
        if not _is_away(code, anchor, made_at, paths):
            continue
        found = code.elsewhere(anchor, commit=today.births.commit, made_at=made_at, buffers=buffers)
        if found is not None and found.ranges[0].path == today.path:
            moved.append(Found(record, anchor, found))
    return moved


def _is_away(code: CodeFiles, anchor: Anchor, made_at: str | None, paths: Sequence[str]) -> bool:
    """Whether an anchor has left the file it was made on, whose names, then and now, are ``paths``."""
    for path in paths:
        lines = code.worktree_text(path)
        if lines is None:
            continue
        if _stands_in(anchor.text, lines):
            return False
        if code.locate(anchor, code.today(path, lines), made_at=made_at).ranges:
            return False
    return True


def _own_paths(code: CodeFiles, anchor: Anchor, made_at: str | None, commit: str | None) -> list[str]:
    path = anchor.range.path
    now = code.path_today(path, made_at, commit=commit) if made_at else None
    return list(dict.fromkeys([path, now or path]))


def _stands_in(text: Sequence[str], lines: Sequence[str]) -> bool:
    length = len(text)
    return any(
        line == text[0] and tuple(lines[at : at + length]) == tuple(text) for at, line in enumerate(lines)
    )


def _is_over(code: CodeFiles, one: Found, today: FileToday, formerly: set[str]) -> bool:
    """Whether an anchor ended in this file: nothing of it is left here, nor anywhere else."""
    from lsp_server.code.model import Certainty

    path = one.anchor.range.path
    # A file that was renamed is asked about under its new name: the old one is among its lines' births.
    if one.located.certainty is not Certainty.STALE or not (path == today.path or path in formerly):
        return False
    if one.anchor.range.is_whole:
        return False  # it was about a file that this one is not
    made_at = one.record.anchored_at(one.anchor)
    return code.elsewhere(one.anchor, commit=today.births.commit, made_at=made_at) is None


def places(core: Core, record: Record) -> list[tuple[Anchor, Located]]:
    """Where each anchor of a record is today, also in a file that was renamed since, or in another that its
    text was moved to."""
    return [(anchor, core.code.find(anchor, made_at=record.anchored_at(anchor))) for anchor in record.anchors]
