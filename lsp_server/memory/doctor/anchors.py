"""Where the anchors are in today's code: found, gone, or not to be told. As many as the time allows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError
from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, note
from lsp_server.records.anchors import Anchor
from lsp_server.records.life_cycle import still_holds
from lsp_server.records.model import Record

if TYPE_CHECKING:
    from lsp_server.code.file_today import FileToday
    from lsp_server.code.file_view import CodeFiles
    from lsp_server.code.model import Located

_FOUND, _STALE, _ABSENT, _UNKNOWN = "found", "stale", "on other branches", "unknown"
_OVER = "gone (of records that no longer hold)"


def examine(case: Case) -> Area:
    """The area "anchors". Files are blamed one by one until the time is over."""
    wanted = [record for record in case.records if record.anchors]
    total = sum(len(record.anchors) for record in wanted)
    if case.repository.head_commit() is None:
        return Area("anchors", f"{total}, and no commit to look for them in", [])
    # By file, so that each is blamed once; the newest records first.
    wanted.sort(key=lambda record: record.anchors[0].range.path)
    counted: Counter[str] = Counter()
    files: dict[str, FileToday] = {}
    findings: list[Finding] = []
    until = time.monotonic() + case.seconds
    for record in wanted:
        if time.monotonic() > until:
            break
        case.say(f"looking for anchors: {sum(counted.values())} of {total}")
        for anchor, state in _states(case, record, files):
            counted[state] += 1
            findings += _told(record, anchor, state)
    looked = sum(counted.values())
    states = (_FOUND, _STALE, _ABSENT, _UNKNOWN, _OVER)
    parts = [f"{counted[state]} {state}" for state in states if counted[state]]
    summary = ", ".join(parts) if total else "none yet"
    if looked < total:
        summary = f"{summary or 'none looked for'}; {total - looked} of {total} not looked for, time was over"
    return Area("anchors", summary, findings)


def _states(case: Case, record: Record, files: dict[str, FileToday]) -> Iterator[tuple[Anchor, str]]:
    """Each anchor and how it was found. ``files`` remembers the last file that was blamed."""
    from lsp_server.code.model import Certainty
    from lsp_server.memory.placing import places

    code = case.core.code
    holds = still_holds(record.kind, record.status)
    states = {Certainty.STALE: _STALE if holds else _OVER, Certainty.ABSENT: _ABSENT}
    try:
        if all(_located(code, record, anchor, files).ranges for anchor in record.anchors):
            for anchor in record.anchors:
                yield anchor, _FOUND
            return
        for anchor, located in places(case.core, record):  # looks for renamed files, too
            if located.ranges:
                yield anchor, _FOUND
            else:
                yield anchor, states.get(located.certainty, _UNKNOWN)
    except GitMemoryError:  # a file that this clone does not have
        for anchor in record.anchors:
            yield anchor, _UNKNOWN


def _located(code: CodeFiles, record: Record, anchor: Anchor, files: dict[str, FileToday]) -> Located:
    path = anchor.range.path
    if path not in files:
        files.clear()
        files[path] = code.today(path)
    return code.locate(anchor, files[path], made_at=record.anchored_at(anchor))


def _told(record: Record, anchor: Anchor, state: str) -> Iterator[Finding]:
    if state == _STALE:
        yield note(
            "stale-anchor",
            f"{record.label} {record.title!r} was anchored at {anchor}; {anchor.ending}.",
            f"If it still holds: `git memory anchor {record.label} --remove-stale --at PLACE`; "
            "if not, mark it so.",
            record.label,
        )
    elif state == _UNKNOWN:
        yield note(
            "unknown-anchor",
            f"Where {record.label} belongs ({anchor}) cannot be told: history is cut in this clone.",
            "A whole clone can tell; `git fetch --unshallow` makes a shallow one whole.",
            record.label,
        )
