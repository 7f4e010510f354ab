"""Use case: which records are on which lines of a file, as far as that is known at once, or by blame alone.

A file that opens is shown what its texts tell: an anchor whose lines stand in it as they were written, in one
place only and long enough that this is no chance. Then what blame tells: anchors all of whose lines were born
where today's were. What has to be followed through history comes last, and corrects what is not so.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from lsp_server.memory.core import Core
from lsp_server.memory.results import FileMemory, Placed

if TYPE_CHECKING:
    from lsp_server.code.file_today import FileToday
    from lsp_server.code.file_view import CodeFiles
    from lsp_server.code.model import Located
    from lsp_server.index import StoredAnchor
    from lsp_server.records.anchors import Anchor


def first_look(core: Core, path: str, text: str | None) -> FileMemory:
    """As ``file_memory``, in a few milliseconds whatever the history: no blame, no process."""
    from lsp_server.code.blame import FileBirths
    from lsp_server.code.file_today import FileToday
    from lsp_server.code.text import split_lines

    index = core.followed()
    lines = (split_lines(text) if text is not None else core.code.worktree_text(path)) or ()
    today = FileToday(path, FileBirths(None, path), (), tuple(lines))
    return _found(core, today, index.anchors_on_path(path))


def second_look(core: Core, path: str, text: str | None) -> FileMemory:
    """As ``file_memory``, with one blame and nothing else of the history."""
    from lsp_server.code.text import split_lines

    index = core.followed()
    lines = split_lines(text) if text is not None else None
    code = core.code
    today = code.today(path, lines, commit=core.repository.head_commit())
    anchors = [*index.anchors_for_births(today.births.keys), *index.anchors_on_path(path)]
    return _found(core, today, anchors, code)


def _found(
    core: Core, today: FileToday, anchors: Iterable[StoredAnchor], code: CodeFiles | None = None
) -> FileMemory:
    """The records whose lines are all there; nothing is called stale. ``code`` tells what lines stood in
    when they were anchored."""
    from lsp_server.code.locating import locate

    stored = {(one.record_id, one.ordinal): one for one in anchors}.values()
    pairs = [(record, s.anchor) for s in stored if (record := core.index.get(s.record_id)) is not None]
    if code is not None:
        code.read_at_once([(anchor, record.anchored_at(anchor)) for record, anchor in pairs], today)
    placed: list[tuple[str, Placed]] = []
    whole: list[str] = []
    for record, anchor in pairs:
        if anchor.range.is_whole and anchor.range.path == today.path:
            whole.append(record.id)
        # What is not told by lines is found with the rest.
        if anchor.range.is_whole or anchor.symbol or not anchor.text:
            continue
        then = partial(code.then, anchor, record.anchored_at(anchor)) if code is not None else _nothing
        located = locate(anchor, today, then=then)
        if located.survived == located.total and _is_told(anchor, located, today):
            placed += [
                (record.created.isoformat(), Placed(record.id, place.start, place.end))
                for place in located.ranges
            ]
    placed.sort(key=lambda item: (item[1].start, item[0]))
    return FileMemory(
        path=today.path,
        lines=today.lines,
        placed=tuple(item for _, item in placed),
        version=core.index.version(),
        commit=None,
        whole=tuple(dict.fromkeys(whole)),
    )


def _nothing() -> None:
    """What is known of the commits where none is asked."""


def _is_told(anchor: Anchor, located: Located, today: FileToday) -> bool:
    """Whether lines that were all found are sure enough to be shown. Where births are known, an equal text
    that is committed may well have stood there before the note: only lines that still are in no commit are
    told by theirs."""
    from lsp_server.code.model import Certainty

    if not today.births.runs or located.certainty is Certainty.BIRTHS:
        return True
    lines = [line for place in located.ranges for line in range(place.start, place.end + 1)]
    births = anchor.line_births
    return (
        not anchor.is_committed
        and len(lines) == len(births)
        and all(
            birth.is_committed or today.from_head.to_old(line) is None
            for line, birth in zip(lines, births, strict=True)
        )
    )
