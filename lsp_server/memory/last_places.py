"""Where the lines of an anchor stood of which nothing is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.memory.core import Core
from lsp_server.memory.results import Gone
from lsp_server.records.anchors import Anchor, CodeRange
from lsp_server.records.model import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.code.file_today import FileToday
    from lsp_server.code.following import Fate


def gone_from(core: Core, record: Record, anchor: Anchor, today: FileToday) -> Gone:
    """What became of an anchor that has nothing left in a file: where its lines stood, counted in today's,
    and the commit that took the last of them. Where the history does not tell, the place is where the record
    says that they were."""
    known = _fates(core, record, anchor, today.births.commit)
    at = known[0].near if known else 0
    line = _today(today, at) if at else anchor.range.start
    ended = [fate for fate in known if fate.gone]
    whole = bool(known) and len(ended) == len(known)
    line = max(1, min(line, len(today.lines)))
    gone = Gone(record.id, anchor.range, anchor.symbol, line)
    if not whole:
        return gone
    last = max(ended, key=lambda fate: fate.lived)
    together = [fate for fate in ended if (fate.gone, fate.path) == (last.gone, last.path)]
    lines = [fate.last for fate in together]
    return Gone(
        record.id, anchor.range, anchor.symbol, line, last.gone, CodeRange(last.path, min(lines), max(lines))
    )


def _fates(core: Core, record: Record, anchor: Anchor, head: str | None) -> Sequence[Fate]:
    made_at = record.anchored_at(anchor)
    if made_at is None or anchor.range.is_whole:
        return ()
    from lsp_server.code.telling_lines import has_word

    fates = core.code.fates(anchor, made_at, commit=head) or ()
    # Blank lines and brackets that are left are nothing that was anchored.
    told = [fate for fate, line in zip(fates, anchor.text, strict=False) if fate and has_word(line)]
    return told or [fate for fate in fates if fate is not None]


def _today(today: FileToday, line: int) -> int:
    """Where one of HEAD's lines is, or was, in the text on the screen."""
    for at_head in range(line, 0, -1):
        there = today.from_head.to_new(at_head)
        if there is not None:
            return there if at_head == line else there + 1
    return 1
