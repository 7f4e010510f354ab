"""Events on the branch: every line of a segment below ``events/`` is one, and is found by its id."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lsp_server.errors import GitMemoryError
from lsp_server.index.event_rows import row_of
from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, warning
from lsp_server.memory.events.chosen import KEY, configured_types
from lsp_server.records.amounts import plural
from lsp_server.store.journal.branch_paths import ENDING, FOLDER, is_event_path
from lsp_server.store.journal.lines import event_of

_TOLD = 20  # lines of one file
_TEXTS = ("id", "created", "type", "title")


def examine(case: Case) -> Area:
    """The area "events"."""
    findings: list[Finding] = []
    events = 0
    for path, data in _files(case):
        if not is_event_path(path):
            findings.append(_misplaced(path))
            continue
        broken = []
        for number, line in enumerate(data.split(b"\n"), 1):
            if not line.strip():
                continue
            event = event_of(line)
            if event is not None and row_of(event) is not None:
                events += 1
            else:
                broken.append((number, line))
        findings += [_unreadable(path, number, line) for number, line in broken[:_TOLD]]
        if len(broken) > _TOLD:
            findings.append(_more(path, broken[_TOLD][0], len(broken) - _TOLD))
    findings += _settings(case)
    return Area("events", plural(events, "event") if events else "none yet", findings)


def _settings(case: Case) -> Iterator[Finding]:
    said = case.repository.config.get(KEY.lower())
    if said is None:
        return
    try:
        configured_types(said)
    except GitMemoryError as unknown:
        yield warning(
            "event-types",
            f"Events can be neither kept nor found: {unknown}.",
            f"Say it otherwise, like `git config {KEY} solution,order.refunded`.",
            KEY,
        )


def _files(case: Case) -> Iterator[tuple[str, bytes]]:
    found = [
        (path, blob.object_id)
        for path, blob in case.listed
        if path.startswith(FOLDER)
        and path.endswith(ENDING)
        and blob.is_file
        and blob.object_id not in case.missing
    ]
    contents = case.store.contents([object_id for _, object_id in found])
    for (path, _), (_, data) in zip(found, contents, strict=True):
        yield path, data


def _unreadable(path: str, number: int, line: bytes) -> Finding:
    return warning(
        "event-unreadable",
        f"{path} has a line that is not read as an event: line {number}: {_wrong_with(line)}.",
        "Mend it in a worktree of the branch, or take it out: history keeps it.",
        f"{path}:{number}",
    )


def _more(path: str, number: int, count: int) -> Finding:
    return warning(
        "event-unreadable",
        f"{path} has {plural(count, 'more line')} that {'is' if count == 1 else 'are'} not read as an event.",
        "Mend them in a worktree of the branch, or take them out: history keeps them.",
        f"{path}:{number}",
    )


def _misplaced(path: str) -> Finding:
    return warning(
        "event-misplaced",
        f"{path} is not read: events stand in {FOLDER}YEAR/MONTH/.",
        "Move it there in a worktree of the branch.",
        path,
    )


def _wrong_with(line: bytes) -> str:
    try:
        found = json.loads(line.decode())
    except UnicodeDecodeError:
        return "it is not UTF-8"
    except json.JSONDecodeError as error:
        return f"it is no JSON ({error.msg[:1].lower()}{error.msg[1:]})"
    except (ValueError, RecursionError):
        return "it has a number too long, or is nested too deeply, to be read"
    if not isinstance(found, dict):
        return "it is no JSON object"
    for name in _TEXTS:
        if not found.get(name):
            return f'it has no "{name}"'
    if not isinstance(found["id"], str):
        return '"id" is no text'
    return "a part of it is none that can be kept, or its time is none (2026-11-21T10:00:00+00:00)"
