"""Use case: which records are on which lines of a file, as far as that is known without its history.

A file that opens is shown what its texts tell: an anchor whose lines stand in it as they were written, in one
place only and long enough that this is no chance. Blame then confirms it, finds the rest, and corrects it.
"""

from __future__ import annotations

from lsp_server.memory.core import Core
from lsp_server.memory.results import FileMemory, Placed


def first_look(core: Core, path: str, text: str | None) -> FileMemory:
    """As ``file_memory``, in a few milliseconds whatever the history: no blame, no process. Nothing is called
    stale."""
    from lsp_server.code.blame import FileBirths
    from lsp_server.code.locating import FileToday, locate
    from lsp_server.code.text import split_lines

    index = core.followed()
    lines = (split_lines(text) if text is not None else core.code.worktree_text(path)) or ()
    today = FileToday(path, FileBirths(None, path), (), tuple(lines))
    placed: list[tuple[str, Placed]] = []
    for stored in index.anchors_on_path(path):
        anchor = stored.anchor
        record = index.get(stored.record_id)
        # What is not told by lines is found with the rest.
        if record is None or anchor.range.is_whole or anchor.symbol or not anchor.text:
            continue
        placed += [
            (record.created.isoformat(), Placed(record.id, place.start, place.end))
            for place in locate(anchor, today).ranges
        ]
    placed.sort(key=lambda item: (item[1].start, item[0]))
    return FileMemory(
        path=path,
        lines=today.lines,
        placed=tuple(item for _, item in placed),
        version=index.version(),
        commit=None,
    )
