"""A path for everything in the result: two records with one path, a file where a folder is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lsp_server.memory.merging.notes import Notes
from lsp_server.memory.merging.settling import Settled, aside
from lsp_server.store.base import Blob


def place(
    settled: Sequence[Settled], taken: Callable[[str], bool], touched: Mapping[str, object], notes: Notes
) -> dict[str, Blob]:
    """Everything that was settled by its path. ``taken`` tells of a path that neither side touched whether
    something stands there. Of two that want one path a record keeps it before another file, and the older
    record before the younger."""
    wanted: dict[str, list[Settled]] = {}
    for one in settled:
        wanted.setdefault(one.path, []).append(one)
    placed: dict[str, Blob] = {}
    waiting: list[Settled] = []
    for path in sorted(wanted):
        first, *others = wanted[path]
        if others:
            first, *others = sorted(wanted[path], key=lambda one: one.rank)
        if path not in touched and taken(path):
            waiting.append(first)
        else:
            placed[path] = first.blob
        waiting.extend(others)

    def is_free(path: str) -> bool:
        return path not in placed and path not in wanted and (path in touched or not taken(path))

    for one in sorted(waiting, key=lambda one: (one.path, one.rank)):
        place = _numbered(one.path, is_free) if one.is_record else _aside(one.path, one.blob, is_free)
        if placed.get(one.path) == one.blob and not one.is_record:
            continue  # the very same text twice
        placed[place] = one.blob
        notes.remarks.append(f"{one.path} was taken by another file: this one is {place}")
    _make_room_for_folders(placed, is_free, notes)
    return placed


def _make_room_for_folders(placed: dict[str, Blob], is_free: Callable[[str], bool], notes: Notes) -> None:
    """Where one side has a file and the other a folder of that name, the file steps aside."""
    in_the_way: set[str] = set()
    seen: set[str] = set()
    for path in placed:
        above = path.rpartition("/")[0]
        while above and above not in seen:
            seen.add(above)
            if above in placed:
                in_the_way.add(above)
            above = above.rpartition("/")[0]
    for path in sorted(in_the_way):
        blob = placed.pop(path)
        other = _aside(path, blob, is_free)
        placed[other] = blob
        notes.remarks.append(f"{path} is a folder on the other side: the file is {other}")


def _numbered(path: str, is_free: Callable[[str], bool]) -> str:
    """``21-title-2.md``, as a new record would be named."""
    dot = path.rfind(".")
    stem, suffix = (path[:dot], path[dot:]) if dot > path.rfind("/") else (path, "")
    copy = 2
    while not is_free(f"{stem}-{copy}{suffix}"):
        copy += 1
    return f"{stem}-{copy}{suffix}"


def _aside(path: str, blob: Blob, is_free: Callable[[str], bool]) -> str:
    other = aside(path, blob)
    return other if is_free(other) else _numbered(other, is_free)
