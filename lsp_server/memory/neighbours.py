"""What is known around a file: about it as a whole, about its folders, about files that change with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lsp_server.errors import StoreError
from lsp_server.index.values import StoredAnchor
from lsp_server.memory.core import Core
from lsp_server.memory.results import How, Reason
from lsp_server.records.anchors import ROOT, Anchor

if TYPE_CHECKING:
    from concurrent.futures import Future

    from lsp_server.code.together import Changes

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
    if root is not None and commit is None:
        return tidy if (root / tidy).is_dir() and not (root / tidy).is_symlink() else None
    commit = commit or core.code.head()
    entry = tree_entry(core.repository.git, commit, tidy) if commit else None
    return tidy if entry is not None and entry.mode == "040000" else None


def about_path(core: Core, paths: Sequence[str]) -> Iterator[Reason]:
    """Records about a file as a whole. ``paths`` are its name, and those it had before."""
    for path in paths:
        for stored in core.index.anchors_on_path(path):
            if stored.anchor.range.is_whole and stored.anchor.range.path == path:
                was = "" if path == paths[0] else f", when it was {path}"
                yield from _reason(core, stored, f"anchored to the whole file{was}", How.FILE)


def about_folder(core: Core, folder: str) -> Iterator[Reason]:
    """Records about a folder (without a slash at its end; empty for the top), about all below it, and about
    those above it, the nearest first."""
    index = core.index
    for stored in index.anchors_on_path(_place(folder)):
        yield from _reason(core, stored, "anchored to this folder", How.ANCHORED)
    for stored in index.anchors_below(f"{folder}/" if folder else "", deep=True):
        if _stands(core, stored.anchor):
            yield from _reason(core, stored, f"anchored in {stored.anchor.range.path}", How.FILE)
    yield from _about(core, _above(folder))


def begin_around(core: Core, commit: str | None, path: str) -> Future[Changes] | None:
    """Start to find out what changed together with a file, which takes a while; None where it is of no use,
    because nothing is anchored in any other file."""
    if commit is None or not core.index.has_anchors_beside([path]):
        return None
    return core.together.begin(commit, path)


def around(core: Core, changes: Future[Changes] | None, paths: Sequence[str]) -> Iterator[Reason]:
    """Records about the folders of a file, about other files in its folder, and about those that often change
    together with it: ``changes`` is what ``begin_around`` began. ``paths`` are its name, and those it had
    before."""
    index = core.index
    folder = paths[0].rpartition("/")[0]
    yield from _about(core, [folder, *_above(folder)])
    if changes is None:
        return
    together = _changed_together(core, changes)
    beside = list(index.anchors_below(f"{folder}/" if folder else "", deep=False))
    near = {one.anchor.range.path for one in beside}
    # Those that change with it first, the closest first: it is the better evidence of the two.
    order = {path: place for place, path in enumerate(together)}
    for stored in sorted(beside, key=lambda one: order.get(one.anchor.range.path, len(order))):
        path = stored.anchor.range.path
        if path not in paths and _stands(core, stored.anchor):
            told = f"; {together[path]}" if path in together else ""
            yield from _reason(core, stored, f"anchored in {path}, in the same folder{told}", How.FOLDER)
    for path, told in together.items():
        for stored in index.anchors_on_path(path) if path not in near else ():
            if stored.anchor.range.path == path and _stands(core, stored.anchor):
                yield from _reason(core, stored, f"anchored in {path}; {told}", How.TOGETHER)


def _about(core: Core, folders: Sequence[str]) -> Iterator[Reason]:
    for folder in folders:
        place = _place(folder)
        for stored in core.index.anchors_on_path(place):
            yield from _reason(core, stored, f"anchored to the folder {place}", How.FOLDER)


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


def _stands(core: Core, anchor: Anchor) -> bool:
    """Whether something of an anchor can still be seen in its file: nothing is said of what is gone. Nobody
    is asked where its lines were born, which for many files would take seconds."""
    if anchor.range.is_folder:
        return True
    lines = core.code.worktree_text(anchor.range.path)
    if lines is None:
        return False
    there = set(lines)
    telling = [line for line in anchor.text if sum(map(str.isalnum, line)) >= _TELLING]
    return any(line in there for line in telling or anchor.text) or not anchor.text


def _reason(core: Core, stored: StoredAnchor, evidence: str, how: How) -> Iterator[Reason]:
    record = core.index.get(stored.record_id)
    if record is not None:
        yield Reason(record, evidence, None, how)


def _above(folder: str) -> list[str]:
    """The folders above one, the nearest first, down to the top (empty)."""
    if not folder:
        return []
    return ["" if str(parent) == "." else str(parent) for parent in PurePosixPath(folder).parents]
