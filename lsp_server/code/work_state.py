"""What a checkpoint notes about the code by itself: the position, and what changed since the last one.

Everything is read; the index stays byte for byte as it is. git is asked in a way that does not refresh
it, so a file that was only touched is told from a changed one by its content.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from lsp_server.code.git import OFFLINE, GitRunner, commit_id, decode_path, merge_bases
from lsp_server.code.model import FileChange, WorkState
from lsp_server.code.places import LARGEST_FILE
from lsp_server.code.text import count_lines, is_binary
from lsp_server.records.anchors import CodePosition

# Untracked files whose lines are counted; a forgotten build folder must not make a checkpoint slow.
_COUNTED_UNTRACKED = 1000

_DIFF = ("--raw", "--numstat", "-z", "-M", "--no-ext-diff", "--no-textconv", "--abbrev=64")


class Comparison(Enum):
    """What the changed files were compared with."""

    PREVIOUS = "previous"  # the commit that was asked for: it is in HEAD's history
    MERGE_BASE = "merge-base"  # that commit is on another branch, or was rewritten: where they part
    LOST = "lost"  # that commit is gone, or shares no history with HEAD: HEAD
    UNCOMMITTED = "uncommitted"  # no commit was asked for: HEAD


@dataclass(frozen=True)
class NotedWork:
    """A work state, and the commit its files were compared with (None: there is none yet)."""

    state: WorkState
    compared_with: str | None
    comparison: Comparison


def work_state(runner: GitRunner, root: Path | None, since: str | None = None) -> NotedWork:
    """The position, and the files that differ between ``since`` (a commit id) and the work tree, in
    path order; between ``since`` and HEAD in a bare repository.

    ``dirty`` says whether the work tree differs from HEAD; it is None in a bare repository. Untracked
    files that are not ignored count as added. A renamed file is one change under its new path, with the
    lines edited on the way; one that was moved without telling git is a removal and an addition. Counts
    are None for a binary file and for an untracked one past the first thousand. Changes inside a
    submodule are its own affair; its commit is one line.
    """
    position, untracked = _look(runner, root)
    base, comparison = _base(runner, position.commit, since)
    changes = {change.path: change for change in _tracked_changes(runner, root, position.commit, base)}
    if root is not None:
        for change in _untracked_changes(root, untracked):
            # A file that was taken out of the index only is a removal above and an addition here.
            taken_out = changes.get(change.path)
            removed = taken_out.removed if taken_out else change.removed
            added = None if removed is None else change.added  # binary before, and text now, or the reverse
            changes[change.path] = FileChange(change.path, added, None if added is None else removed)
    files = tuple(changes[path] for path in sorted(changes))
    return NotedWork(WorkState(position, files), base, comparison)


def _look(runner: GitRunner, root: Path | None) -> tuple[CodePosition, list[str]]:
    """The position and the untracked files, from one process."""
    if root is None:
        branch = runner.run(["branch", "--show-current"]).decode("utf-8", "surrogateescape").strip()
        return CodePosition(commit_id(runner), branch or None), []
    output = runner.run(
        [
            *OFFLINE,
            "-c",
            "status.renames=false",
            "status",
            "--porcelain=v2",
            "--branch",
            "--no-ahead-behind",
            "-z",
            "--untracked-files=all",
            "--ignore-submodules=dirty",
        ]
    )
    commit: str | None = None
    branch_name: str | None = None
    dirty = False
    untracked: list[str] = []
    for entry in output.split(b"\0"):
        if entry.startswith(b"# branch.oid "):
            oid = entry[len(b"# branch.oid ") :]
            commit = None if oid == b"(initial)" else oid.decode("ascii")
        elif entry.startswith(b"# branch.head "):
            head = decode_path(entry[len(b"# branch.head ") :])
            branch_name = None if head == "(detached)" else head
        elif entry and not entry.startswith(b"# "):
            dirty = True
            # A path that ends with a slash is a repository inside this one: not its files.
            if entry.startswith(b"? ") and not entry.endswith(b"/"):
                untracked.append(decode_path(entry[2:]))
    return CodePosition(commit, branch_name, dirty), untracked


def _base(runner: GitRunner, head: str | None, since: str | None) -> tuple[str | None, Comparison]:
    if since is None:
        return head, Comparison.UNCOMMITTED
    previous = commit_id(runner, since)
    if previous is None or head is None:
        return head, Comparison.LOST
    if previous == head:
        return previous, Comparison.PREVIOUS
    # Criss-cross merges have several; the first is as good as any for a summary.
    shared = next(iter(merge_bases(runner, head, previous)), None)
    if shared is None:
        return head, Comparison.LOST
    return shared, Comparison.PREVIOUS if shared == previous else Comparison.MERGE_BASE


def _tracked_changes(
    runner: GitRunner, root: Path | None, head: str | None, base: str | None
) -> Iterator[FileChange]:
    if root is None:
        if head is None or base is None or head == base:
            return
        output = runner.run([*OFFLINE, "diff-tree", "-r", *_DIFF, base, head, "--"])
    else:
        tree = base or _empty_tree(runner)
        output = runner.run([*OFFLINE, "diff-index", *_DIFF, "--ignore-submodules=dirty", tree, "--"])
    yield from _parse(output)


def _parse(output: bytes) -> Iterator[FileChange]:
    """The changes in ``--raw --numstat -z``: all raw entries first, then all counts."""
    fields = iter(output.split(b"\0"))
    really_changed: set[bytes] = set()
    for field in fields:
        if field.startswith(b":"):
            old_mode, new_mode, _, _, status = field[1:].split(b" ")
            path = next(fields)
            if status[:1] in b"RC":
                path = next(fields)
            # Not refreshed, the index calls a touched file modified; then mode and lines are the same.
            if status != b"M" or old_mode != new_mode:
                really_changed.add(path)
        elif field:
            added, removed, path = field.split(b"\t", 2)
            was = None
            if not path:  # a rename: the old and the new path follow
                was = decode_path(next(fields))
                path = next(fields)
            if (added, removed) != (b"0", b"0") or path in really_changed:
                yield FileChange(decode_path(path), _count(added), _count(removed), was)


def _count(number: bytes) -> int | None:
    return None if number == b"-" else int(number)


def _empty_tree(runner: GitRunner) -> str:
    """The id of the empty tree, which depends on the repository's hash. Nothing is written."""
    return runner.run(["hash-object", "-t", "tree", "--stdin"], stdin=b"").decode("ascii").strip()


def _untracked_changes(root: Path, paths: list[str]) -> Iterator[FileChange]:
    for index, path in enumerate(paths):
        added = _lines_in(root / path) if index < _COUNTED_UNTRACKED else None
        yield FileChange(path, added, 0 if added is not None else None)


def _lines_in(place: Path) -> int | None:
    """Lines as git would count them; None for a binary, an enormous or an unreadable file."""
    try:
        if place.is_symlink():
            return 1  # git keeps its target as one line
        if place.stat().st_size > LARGEST_FILE:
            return None
        content = place.read_bytes()
    except OSError:
        return None
    return None if is_binary(content) else count_lines(content)
