"""What is known around a file: about it as a whole, about its folders, about files that change with it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lsp_server.errors import StoreError
from lsp_server.index.values import StoredAnchor
from lsp_server.memory.core import Core
from lsp_server.memory.left_out import is_left_out, text_there
from lsp_server.memory.results import How, Reason
from lsp_server.records.anchors import ROOT, Anchor

if TYPE_CHECKING:
    from concurrent.futures import Future

    from lsp_server.code.together import Changes

_MOST_MOVED = 50  # files that are not where they were, whose today's place is looked for
_MOST_BESIDE = 50  # anchors in other files of a folder
_MOST_COMPANIONS = 5  # files that change together with one
_TELLING = 8  # letters and digits that a line needs for its being there to tell something


def folder_named(core: Core, path: str, commit: str | None) -> str | None:
    """The folder that is meant by a path, without a slash at its end (the top is empty); None for a file, or
    for nothing at all."""
    from lsp_server.code.git import tree_entry
    from lsp_server.code.places import tidy_path

    root = core.repository.work_tree
    tidy = tidy_path(path)
    if tidy == ".":
        return ""
    if root is not None and commit is None and not is_left_out(core, tidy):
        return tidy if (root / tidy).is_dir() and not (root / tidy).is_symlink() else None
    commit = commit or core.code.head()
    entry = tree_entry(core.repository.git, commit, tidy) if commit else None
    return tidy if entry is not None and entry.mode == "040000" else None


def about_folder(core: Core, folder: str) -> Iterator[Reason]:
    """Records about a folder (without a slash at its end; empty for the top), about all below it, and about
    those above it, the nearest first. What was moved into it is found, too."""
    index = core.index
    named = [stored for path in _anchored_folders(core) for stored in index.anchors_on_path(path)]
    yield from _folders(core, named, [folder], "this folder", How.ANCHORED)
    for stored in (*index.anchors_below(_prefix(folder), deep=True), *_moved(core, folder)):
        now, was = _seen_at(core, stored), stored.anchor.range.path
        if now is not None and now.startswith(_prefix(folder)):
            told = f", when it was {was}" if was != now else ""
            yield from _reason(core, stored, f"{_anchored_in(now)}{told}", How.FILE)
    yield from _folders(core, named, _above(folder), "the folder", How.FOLDER)


def begin_around(core: Core, commit: str | None, path: str) -> Future[Changes] | None:
    """Start to find out what changed together with a file, which takes a while; None where it is of no use,
    because nothing is anchored in any other file."""
    if commit is None or not core.index.has_anchors_beside(path):
        return None
    return core.together.begin(commit, path)


def around(core: Core, changes: Future[Changes] | None, paths: Sequence[str]) -> Iterator[Reason]:
    """Records about the folders of a file, about other files in its folder, and about those that often change
    together with it: ``changes`` is what ``begin_around`` began. ``paths`` are its name, and those it had
    before."""
    index = core.index
    folder = paths[0].rpartition("/")[0]
    former = [path.rpartition("/")[0] for path in paths[1:]]
    places = dict.fromkeys(_place(one) for name in (folder, *former) for one in (name, *_above(name)))
    named = [stored for place in places for stored in index.anchors_on_path(place)]
    yield from _folders(core, named, [folder, *_above(folder)], "the folder", How.FOLDER)
    if changes is None:
        return
    together = _changed_together(core, changes)
    beside = index.anchors_below(_prefix(folder), deep=False)[::-1]  # the newest first
    near = {one.anchor.range.path for one in beside}
    # Those that change with it first, the closest first: it is the better evidence of the two.
    order = {path: place for place, path in enumerate(together)}
    beside.sort(key=lambda one: order.get(one.anchor.range.path, len(order)))
    for stored in beside[:_MOST_BESIDE]:
        path = stored.anchor.range.path
        if path not in paths and (now := _seen_at(core, stored)):
            told = f"; {together[path]}" if path in together else ""
            if now.rpartition("/")[0] == folder:
                yield from _reason(core, stored, f"anchored in {now}, in the same folder{told}", How.FOLDER)
    for path, told in together.items():
        for stored in index.anchors_on_path(path) if path not in near else ():
            if stored.anchor.range.path == path and (now := _seen_at(core, stored)):
                yield from _reason(core, stored, f"anchored in {now}; {told}", How.TOGETHER)


def _folders(
    core: Core, named: Iterable[StoredAnchor], folders: Sequence[str], said: str, how: How
) -> Iterator[Reason]:
    """Those of the anchors ``named`` that are one of some folders today, in the order of ``folders``."""
    today: dict[str, list[StoredAnchor]] = {}
    for stored in named:
        record = core.index.get(stored.record_id)
        if record is not None and stored.anchor.range.is_folder:
            located = core.code.find(stored.anchor, made_at=record.anchored_at(stored.anchor))
            for found in located.ranges[:1]:
                today.setdefault(found.path, []).append(stored)
    for folder in folders:
        place = _place(folder)
        for stored in today.get(place, ()):
            name = said if said == "this folder" else _folder_name(place)
            was = stored.anchor.range.path
            told = f"anchored to {name}" + (f", when it was {was}" if was != place else "")
            yield from _reason(core, stored, told, how)


def _moved(core: Core, folder: str) -> Iterator[StoredAnchor]:
    """The anchors on files outside of the folder that are not where they were: perhaps they are in it now."""
    there, root = _prefix(folder), core.repository.work_tree
    if root is None:  # each would have to be asked of git
        return
    paths = (path for path in core.index.all_anchored_paths() if not path.startswith(there))
    gone = (path for path in paths if not path.endswith("/") and not os.path.lexists(root / path))
    for path in islice(gone, _MOST_MOVED):
        yield from (one for one in core.index.anchors_on_path(path) if one.anchor.range.path == path)


def _anchored_folders(core: Core) -> list[str]:
    return [path for path in core.index.all_anchored_paths() if path.endswith("/")][:_MOST_MOVED]


def _anchored_in(path: str) -> str:
    return f"anchored to {_folder_name(path)}" if path.endswith("/") else f"anchored in {path}"


def _folder_name(place: str) -> str:
    return "the whole repository" if place == ROOT else f"the folder {place}"


def _prefix(folder: str) -> str:
    """How the paths of a folder's files begin."""
    return f"{folder}/" if folder else ""


def _changed_together(core: Core, changes: Future[Changes]) -> Mapping[str, str]:
    """The files with records that often change together with one, the closest first, and how often."""
    from lsp_server.code.together import companions

    try:
        found = companions(core.repository.git, changes.result(), core.index.anchored_paths)[
            :_MOST_COMPANIONS
        ]
    except StoreError:  # a partial clone does not have what would tell
        return {}
    return {
        one.path: f"changed together in {one.both} of this file's {one.own} commits"
        f" ({round(one.share * 100)} %, in the last {one.window:,})"
        for one in found
    }


def _place(folder: str) -> str:
    return f"{folder}/" if folder else ROOT


def _seen_at(core: Core, stored: StoredAnchor) -> str | None:
    """Where something of an anchor can still be seen: its file, under the name that it has today; None for
    what is gone, of which nothing is said. Nobody is asked where its lines were born, which for many files
    would take seconds."""
    anchor = stored.anchor
    lines = text_there(core, anchor.range.path)
    if lines is not None:
        return anchor.range.path if _is_seen(anchor, lines) else None
    record = core.index.get(stored.record_id)
    made_at = record.anchored_at(anchor) if record else None
    if anchor.range.is_folder:
        located = core.code.find(anchor, made_at=made_at)
        return located.ranges[0].path if located.ranges else None
    now = core.code.path_today(anchor.range.path, made_at) if made_at else None
    lines = text_there(core, now) if now else None
    return now if lines is not None and _is_seen(anchor, lines) else None


def _is_seen(anchor: Anchor, lines: Sequence[str]) -> bool:
    telling = [line for line in anchor.text if sum(map(str.isalnum, line)) >= _TELLING]
    return not anchor.text or not set(telling or anchor.text).isdisjoint(lines)


def _reason(core: Core, stored: StoredAnchor, evidence: str, how: How) -> Iterator[Reason]:
    record = core.index.get(stored.record_id)
    if record is not None:
        yield Reason(record, evidence, None, how)


def _above(folder: str) -> list[str]:
    """The folders above one, the nearest first, down to the top (empty)."""
    if not folder:
        return []
    return ["" if str(parent) == "." else str(parent) for parent in PurePosixPath(folder).parents]
