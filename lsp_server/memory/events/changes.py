"""What changed in segments of events, in words that people use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from lsp_server.memory.events.chosen import in_words
from lsp_server.memory.titles import printable
from lsp_server.records.amounts import plural
from lsp_server.records.shortening import shortened
from lsp_server.store.journal.branch_files import id_in, lines_in
from lsp_server.store.journal.branch_paths import is_event_path
from lsp_server.store.journal.lines import Event, event_of

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.review_results import FileChange
    from lsp_server.store.base import Difference

_READ = 200  # segments whose changes are told
_TOLD, _LONGEST = 3, 60  # titles, and characters of one


def with_events(
    core: Core, differences: Sequence[Difference], files: Sequence[FileChange]
) -> list[FileChange]:
    """The changed files of a comparison, segments of events with what came to them and what went."""
    wanted = [
        (each.path, side, blob.object_id)
        for each in islice((each for each in differences if is_event_path(each.path)), _READ)
        for side, blob in enumerate((each.old, each.new))
        if blob is not None and blob.is_file
    ]
    contents = core.store.contents([object_id for _, _, object_id in wanted])
    sides: dict[str, list[bytes]] = {}
    for (path, side, _), (_, data) in zip(wanted, contents, strict=True):
        sides.setdefault(path, [b"", b""])[side] = data
    return [
        file._replace(remark=told(*sides[file.path])) if file.path in sides and not file.remark else file
        for file in files
    ]


def told(old: bytes, new: bytes) -> str:
    """``2 events: solution "Retry", decision "Ship by rail"``; ``1 gone``."""
    before, after = ({id_in(line) or line: line for line in lines_in(data)} for data in (old, new))
    came = [line for key, line in after.items() if key not in before]
    parts = []
    if came:
        parts.append(f"{plural(len(came), 'event')}: {_said(came)}")
    if edited := sum(1 for key in after.keys() & before.keys() if after[key] != before[key]):
        parts.append(f"{edited} edited")
    if gone := len(before.keys() - after.keys()):
        parts.append(f"{gone} gone")
    return ", ".join(parts)


def _said(lines: Sequence[bytes]) -> str:
    events = [event for line in lines[-1000:] if (event := event_of(line))]
    if len(lines) > _TOLD:
        kinds = Counter(str(event.get("type", "")) for event in events)
        return ", ".join(
            f"{count} {in_words(printable(kind), count)}" for kind, count in kinds.most_common(_TOLD)
        )
    return ", ".join(
        f'{_word(event, "type")} "{shortened(_word(event, "title"), _LONGEST)}"' for event in events
    )


def _word(event: Event, name: str) -> str:
    return printable(str(event.get(name, "")))
