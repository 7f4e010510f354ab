"""Lines of an old commit followed to a new one: along the first parents, which is the judge; through every
commit of merged branches, where the judge sees their two ends only; and by git's own way forwards.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import NamedTuple

from _clones import Clone

from lsp_server.errors import StoreError

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_DIFF = (
    "-c", "core.quotePath=false", "-c", "diff.algorithm=myers", "-c", "diff.indentHeuristic=true",
    "-c", "diff.renameLimit=1000",
)  # fmt: skip
# A line whose end alone changed is the line that it was.
_PATCH = ("-p", "-U0", "-M", "--no-color", "--no-ext-diff", "--no-textconv", "--ignore-cr-at-eol")


class Followed:
    """A file of the old commit, followed: the old number of each of today's lines, 0 for a new one."""

    def __init__(self, path: str, lines: int) -> None:
        self.path: str | None = path
        self.names = {path}
        self.numbers = list(range(1, lines + 1))
        self.gone: dict[int, tuple[str, str]] = {}
        """The commit that took an old line away, and what the file was called before it."""

    def today(self) -> dict[int, int]:
        """Today's line by the old one; what is not in it is gone."""
        if self.path is None:
            return {}
        return {old: today for today, old in enumerate(self.numbers, start=1) if old}


def follow(clone: Clone, files: Sequence[Followed], old: str, new: str) -> int:
    """Take the files along the first parents from ``old`` to ``new``. The number of commits."""
    at = {file.path: file for file in files}
    command = ["git", *_DIFF, "log", "--first-parent", "-m", "--reverse", *_PATCH, "--format=%x00%H",
               f"{old}..{new}"]  # fmt: skip
    process = subprocess.Popen(command, cwd=clone.root, stdout=subprocess.PIPE)
    assert process.stdout is not None
    commits = 0
    for commits, (commit, changes) in enumerate(_commits(process.stdout), start=1):  # noqa: B007
        moved = [(at.pop(change.old, None), change) for change in changes]
        for file, change in moved:
            if file is None:
                continue
            for start, removed, added in reversed(change.hunks):
                first = start if not removed else start - 1
                for number in file.numbers[first : first + removed]:
                    file.gone[number] = (commit, change.old or "")
                file.numbers[first : first + removed] = [0] * added
            file.path = change.new
            if change.new is not None:
                file.names.add(change.new)
                at[change.new] = file
    if process.wait():
        raise SystemExit("this clone lacks objects that the judge needs")
    return commits


class Change(NamedTuple):
    """What one commit does to one file: its hunks as (first old line, lines removed, lines added)."""

    old: str | None
    new: str | None
    hunks: list[tuple[int, int, int]]


def _commits(stream: Iterable[bytes]) -> Iterator[tuple[str, list[Change]]]:
    """What ``git log -p`` printed, by commits."""
    commit, lines = "", []
    for line in stream:
        if line.startswith(b"\0"):
            if commit:
                yield commit, list(_changes(lines))
            commit, lines = line[1:-1].decode("ascii"), []
        else:
            lines.append(line)
    if commit:
        yield commit, list(_changes(lines))


def _changes(lines: Iterable[bytes]) -> Iterator[Change]:
    """What ``git diff -p -U0`` printed, by files."""
    old: str | None = None
    change: Change | None = None
    inside = 0  # lines of a hunk that are still to come
    for line in lines:
        if line.startswith(b"\\"):
            continue
        if inside:
            inside -= 1
        elif line.startswith(b"diff --git "):
            if change is not None:
                yield change
            change = None
        elif line.startswith(b"rename from "):
            old = _path(line[12:])
        elif line.startswith(b"rename to "):
            change = Change(old, _path(line[10:]), [])
        elif line.startswith(b"--- "):
            old = _name(line)
        elif line.startswith(b"+++ "):
            change = change or Change(old, _name(line), [])
        elif (found := _HUNK.match(line)) and change is not None:
            removed, added = (int(found[n] or 1) for n in (2, 4))
            change.hunks.append((int(found[1]), removed, added))
            inside = removed + added
    if change is not None:
        yield change


def _name(line: bytes) -> str | None:
    name = line[4:-1].rstrip(b"\t")
    return None if name == b"/dev/null" else _path(name[2:])


def _path(name: bytes) -> str:
    return name.rstrip(b"\n").decode("utf-8", "surrogateescape")


Places = set[tuple[str, int]]
"""Lines of files, by path and number."""


def through_every_commit(clone: Clone, places: Places, names: Sequence[str], old: str, new: str) -> Places:
    """Where lines of a file of ``old`` are in ``new``, by what each commit between them did to the file, also
    those of merged branches. ``names`` are all that the file had."""
    listed = clone.git(
        "rev-list", "--topo-order", "--reverse", "--parents", "--full-history", f"{old}..{new}", "--", *names
    )
    at, last = {old: places}, old
    for row in listed.splitlines():
        last, *parents = row.split()
        at[last] = set()
        for parent in parents:
            if at.get(parent):
                printed = clone.run([*_DIFF, "diff", *_PATCH, parent, last, "--", *names])
                changes = list(_changes(BytesIO(printed)))
                at[last] |= {now for place in at[parent] if (now := _after(changes, *place)) is not None}
    return at[last]


def _after(changes: Sequence[Change], path: str, line: int) -> tuple[str, int] | None:
    """Where a line is after some changes of files; None when it is gone."""
    change = next((one for one in changes if one.old == path), None)
    if change is None:
        return path, line
    shift = 0
    for start, removed, added in change.hunks:
        if removed and start <= line < start + removed:
            return None
        if line >= start + max(removed, 1):
            shift += added - removed
    return None if change.new is None else (change.new, line + shift)


def by_reverse_blame(clone: Clone, path: str, old: str, new: str) -> dict[int, tuple[str, int]]:
    """Where ``git blame --reverse`` has the lines of an old file at the new commit, by their old number."""
    found: dict[int, tuple[str, int]] = {}
    try:
        output = clone.run(["blame", "--reverse", "--incremental", f"{old}..{new}", "--", path])
    except StoreError:
        return found
    header: list[str] = []
    for row in output.decode("utf-8", "surrogateescape").split("\n"):
        if not header:
            header = row.split(" ") if row else []
        elif row.startswith("filename "):
            commit, there, then, count = header
            for n in range(int(count)) if commit == new else ():
                found[int(then) + n] = (row[len("filename ") :], int(there) + n)
            header = []
    return found
