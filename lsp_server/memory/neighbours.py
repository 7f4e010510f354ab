"""What is known around a file: about it as a whole, about its folders, about files that change with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from lsp_server.errors import StoreError
from lsp_server.index.values import StoredAnchor
from lsp_server.memory.core import Core
from lsp_server.memory.results import How, Reason
from lsp_server.records.anchors import ROOT, Anchor

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


def about_folder(core: Core, folder: str, *, named: bool) -> Iterator[Reason]:
    """Records about a folder, about those above it, the nearest first, and about the files in it; of all
    below it where the folder itself is asked for (``named``)."""
    parents = [folder, *_above(folder)]
    places = [f"{one}/" if one else ROOT for one in parents]
    for place in places[:1]:
        for stored in core.index.anchors_on_path(place):
            told = "this folder" if named else f"the folder {place}"
            yield from _reason(core, stored, f"anchored to {told}", How.ANCHORED if named else How.FOLDER)
    if named:
        yield from _below(core, folder, deep=True)
    for place in places[1:]:
        for stored in core.index.anchors_on_path(place):
            yield from _reason(core, stored, f"anchored to the folder {place}", How.FOLDER)
    if not named:
        yield from _below(core, folder, deep=False)


def changed_with(core: Core, commit: str | None, paths: Sequence[str]) -> Iterator[Reason]:
    """Records about files that often change together with one, in the history of ``commit``."""
    from lsp_server.code.together import changes_beside, companions

    index = core.index

    def anchored(candidates: Sequence[str]) -> Collection[str]:
        return index.anchored_paths(candidates)

    if commit is None or not index.has_anchors_beside(paths):
        return
    runner = core.repository.git
    try:
        changes = changes_beside(runner, commit, paths)
        found = companions(runner, changes, anchored)[:_MOST_COMPANIONS]
    except StoreError:  # a partial clone does not have what would tell
        return
    for one in found:
        told = (
            f"changed together in {one.both} of the {one.own} commits that changed this file"
            f" ({round(one.share * 100)} %, of the last {one.window:,})"
        )
        for stored in index.anchors_on_path(one.path):
            if stored.anchor.range.path == one.path and _stands(core, stored.anchor):
                yield from _reason(core, stored, f"anchored in {one.path}: {told}", How.TOGETHER)


def _below(core: Core, folder: str, *, deep: bool) -> Iterator[Reason]:
    for stored in core.index.anchors_below(f"{folder}/" if folder else "", deep=deep):
        path = stored.anchor.range.path
        if _stands(core, stored.anchor):
            where = "" if deep else ", in the same folder"
            how = How.FILE if deep else How.FOLDER
            yield from _reason(core, stored, f"anchored in {path}{where}", how)


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
