"""Keyed values: every file below ``values/`` is one, whole, and stands where its key belongs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, warning
from lsp_server.records.amounts import plural
from lsp_server.store.keyvalue.branch_files import read_anywhere, value_path
from lsp_server.store.keyvalue.value_paths import FOLDER, is_value_path

_FIELDS = ("git-memory", "created", "updated", "key", "value")
_NEVER = b'"expires": null,'
_NO_TIME = "no time with a zone (2026-11-21T10:00:00+00:00)"
_TIMES = ("created", "updated")


def examine(case: Case) -> Area:
    """The area "values"."""
    files = dict(_files(case))
    moves = moved_values(case, files)
    findings: list[Finding] = []
    whole = 0
    for path, data in files.items():
        item = read_anywhere(data) if is_value_path(path) else None
        if item is None:
            findings.append(_unreadable(path, data))
        elif path == value_path(item.key):
            whole += 1
            if item.expires is None and (line := _spoilt_expiry(data)):
                findings.append(_unexpiring(path, line))
        else:
            findings.append(_misplaced(path, value_path(item.key), is_free=path in moves))
    return Area("values", plural(whole, "value") if whole else "none yet", findings)


def moved_values(case: Case, files: Mapping[str, bytes] | None = None) -> Mapping[str, str]:
    """Where the values belong that stand elsewhere: new path by old path. A place that is taken, or wanted
    twice, is left out."""
    moves: dict[str, str] = {}
    for path, data in sorted((dict(_files(case)) if files is None else files).items()):
        item = read_anywhere(data)
        if item is None:
            continue
        place = value_path(item.key)
        if place != path and place not in case.entries and place not in moves.values():
            moves[path] = place
    return moves


def _files(case: Case) -> Iterator[tuple[str, bytes]]:
    """Every file below the folder with its bytes; what is missing here is told of the branch."""
    found = [
        (path, blob.object_id)
        for path, blob in case.listed
        if path.startswith(FOLDER) and blob.is_file and blob.object_id not in case.missing
    ]
    contents = case.store.contents([object_id for _, object_id in found])
    for (path, _), (_, data) in zip(found, contents, strict=True):
        yield path, data


def _unreadable(path: str, data: bytes) -> Finding:
    line, what = _wrong_with(data) if path.endswith(".json") else (1, "its name does not end in .json")
    return warning(
        "value-unreadable",
        f"{path} is not read as a keyed value: line {line}: {what}.",
        "Mend it in a worktree of the branch, or store the value again: history keeps this file.",
        f"{path}:{line}",
    )


def _spoilt_expiry(data: bytes) -> int | None:
    """The line of an expiry that nobody can read."""
    if _NEVER in data:  # as we write it
        return None
    word = json.loads(data).get("expires")
    return None if word is None or _is_time(word) else _line_of(data.decode(), "expires")


def _unexpiring(path: str, line: int) -> Finding:
    return warning(
        "value-expiry",
        f'{path} never expires: line {line}: "expires" is {_NO_TIME}.',
        "Mend that line in a worktree of the branch, or store the value again.",
        f"{path}:{line}",
    )


def _misplaced(path: str, place: str, *, is_free: bool) -> Finding:
    if is_free:
        advice = f"`git memory doctor --fix` moves it to {place}."
    else:
        advice = f"{place} holds a value already: take one of the two away, in a worktree of the branch."
    return warning(
        "value-misplaced",
        f"{path} holds a value whose key belongs elsewhere, so it is not read.",
        advice,
        path,
        fixable=is_free,
    )


def _wrong_with(data: bytes) -> tuple[int, str]:
    """What keeps a file from being a value, and on which line."""
    try:
        text = data.decode()
        found: Any = json.loads(text)
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1, "it is not UTF-8"
    except json.JSONDecodeError as error:
        return error.lineno, f"it is no JSON ({error.msg[:1].lower()}{error.msg[1:]})"
    except (ValueError, RecursionError):
        return 1, "it has a number too long, or is nested too deeply, to be read"
    if not isinstance(found, dict):
        return 1, "it is no JSON object"
    for name in _FIELDS:
        if name not in found:
            return 1, f'it has no "{name}"'
    if found["git-memory"] != 1:
        return _line_of(text, "git-memory"), "this program does not know its format"
    for name in _TIMES:
        if not _is_time(found[name]):
            return _line_of(text, name), f'"{name}" is {_NO_TIME}'
    if not isinstance(found["key"], str):
        return _line_of(text, "key"), '"key" is no text'
    return _line_of(text, "value"), "its key or value is none that can be kept"


def _line_of(text: str, name: str) -> int:
    """The line of a field of the outermost object, as it is usually written."""
    return text.count("\n", 0, max(text.find(f'"{name}"'), 0)) + 1


def _is_time(word: Any) -> bool:
    try:
        return datetime.fromisoformat(word).tzinfo is not None
    except (TypeError, ValueError):
        return False
