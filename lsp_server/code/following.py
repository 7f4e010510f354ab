"""Lines followed commit by commit: the second opinion where blame does not find all of an anchor.

Blame tells where today's lines come from. It loses a line that a merged branch took out and put back, and
it says nothing of what became of a line that is gone. Here the line is taken along forwards, from the
commit that an anchor was made at to HEAD, through what each commit on the way did to its file.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lsp_server.code.compared import DIFF_TREE, Hunk, hunk_of, renamed
from lsp_server.code.git import OFFLINE, GitRunner
from lsp_server.errors import StoreError

# A line whose end alone changed (CRLF, LF, the last line without one) is the line it was. Of a commit that
# changed nothing else nothing is printed.
_LINES = (*DIFF_TREE, "--text", "--ignore-cr-at-eol", "-p", "-U0")
_COMMIT = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_AT_LEAST = 256  # commits that are looked at together


class Step(NamedTuple):
    """What one commit on the way did to one path. ``is_end``: the file is not there any more, or a link is
    in its place."""

    commit: str
    parent: str
    hunks: tuple[Hunk, ...]
    is_end: bool


class Fate(NamedTuple):
    """What became of one line. ``line`` is its number at HEAD, None when it is gone; ``near`` is the line
    at HEAD closest to where it is or was, 0 where the file is gone.

    ``gone`` is the commit that took it away, ``before`` the one before that on the way: there it was line
    ``last`` of ``path``, and had lived through ``lived`` changes of its file.
    """

    line: int | None
    near: int
    path: str
    last: int
    lived: int
    gone: str | None = None
    before: str | None = None


class Trail(NamedTuple):
    """One file from a commit to HEAD. ``path`` is its name at HEAD, None when it is not there any more;
    ``steps`` are the changes, oldest first, each with the name that the file had before it."""

    path: str | None
    steps: tuple[tuple[str, Step], ...]
    first: str

    def fate(self, line: int) -> Fate:
        """What became of a line (1-based) that the file had when the trail begins."""
        gone: Step | None = None
        path, last, at, lived = self.first, line, line, 0
        for name, step in self.steps:
            at, is_there = _after(step.hunks, at)
            if gone is None:
                path = name
                if not is_there:
                    gone = step
                else:
                    last, lived = at, lived + 1
        if gone is None and self.path is not None:
            path = self.path
        near = max(at, 1) if self.path is not None else 0
        if gone is None:
            return Fate(at, near, path, last, lived)
        return Fate(None, near, path, last, lived, gone.commit, gone.parent)


def _after(hunks: Sequence[Hunk], line: int) -> tuple[int, bool]:
    """Where a line is after a change, and whether it is still that line; else the place where it was."""
    shift = 0
    for hunk in hunks:
        first = hunk.old if hunk.removed else hunk.old + 1
        if line < first:
            break
        if line < first + hunk.removed:
            return min(hunk.new + line - first, hunk.new + max(hunk.added - 1, 0)), False
        shift += hunk.added - hunk.removed
    return line + shift, True


class History:
    """The way from older commits to one commit, and what happened on it to the files that are asked for.

    Thread-safe. What was found is kept: commits do not change. Raises nothing: what cannot be told (a commit
    that is not in the history, objects that a partial clone lacks) is None.
    """

    def __init__(self, runner: GitRunner, head: str) -> None:
        self._runner = runner
        self._lock = threading.Lock()
        self.head = head
        self._main = _Way([head])
        self._others: dict[str, _Way | None] = {}
        self._renames: dict[tuple[str, str, str], tuple[str, Step] | None] = {}

    def trail(self, since: str, path: str) -> Trail | None:
        """The file that was at ``path`` in the commit ``since``, from there to HEAD."""
        try:
            with self._lock:
                way = self._way(since)
                return None if way is None else self._along(way, way.position[since], path)
        except StoreError:
            return None

    def _along(self, way: _Way, position: int, path: str) -> Trail:
        name: str | None = path
        steps: list[tuple[str, Step]] = []
        while name is not None:
            goes_on = False
            for at, step in way.changes(self._runner, name, position):
                moved = self._renamed(step, name) if step.is_end else None
                steps.append((name, moved[1] if moved else step))
                if step.is_end:
                    position, name, goes_on = at, moved[0] if moved else None, moved is not None
                    break
            if not goes_on:
                break
        return Trail(name, tuple(steps), path)

    def _renamed(self, step: Step, path: str) -> tuple[str, Step] | None:
        """The new name of a file that a commit took away, and what else it did to it."""
        key = (step.parent, step.commit, path)
        if key not in self._renames:
            self._renames[key] = self._look_for_rename(step, path)
        return self._renames[key]

    def _look_for_rename(self, step: Step, path: str) -> tuple[str, Step] | None:
        pair = [step.parent, step.commit]
        names = [*DIFF_TREE, "-M", "--diff-filter=R", "--name-status", "-z", *pair]
        now = renamed(self._runner.run(names)).get(path)
        if now is None:
            return None
        changes = _changes(self._runner.run([*_LINES, "-M", *pair, "--", path, now]))
        hunks = tuple(hunk for change in changes for hunk in change.hunks)
        return now, step._replace(hunks=hunks, is_end=False)

    def first(self) -> str | None:
        """The commit without a parent that the first parents lead to."""
        main = self._main
        try:
            with self._lock:
                main.go_on(self._listed("--first-parent", main.commits[-1])[1:])
                return main.commits[-1]
        except StoreError:
            return None

    def _way(self, since: str) -> _Way | None:
        """A way on which ``since`` lies: of first parents where there is one."""
        if since in self._main.position:
            return self._main
        if since not in self._others:
            self._others[since] = None  # also when git does not know it
            self._others[since] = self._found(since)
        return self._others[since]

    def _found(self, since: str) -> _Way | None:
        # No further back than asked for: the whole history can take longer than blame does.
        listed = self._listed("--first-parent", "--parents", self._main.commits[-1], f"^{since}")
        self._main.go_on([line.split()[1] for line in listed if " " in line])
        if since in self._main.position:
            return self._main
        sides = [way for way in self._others.values() if way is not None and since in way.position]
        return sides[0] if sides else self._side_way(since)

    def _listed(self, *arguments: str) -> list[str]:
        return self._runner.run([*OFFLINE, "rev-list", *arguments, "--"]).decode("ascii").splitlines()

    def _side_way(self, since: str) -> _Way | None:
        """Where a merge brought it in: the way down to it, by first parents as long as they have it."""
        before: dict[str, str] = {}
        for line in self._listed("--topo-order", "--reverse", "--parents", self.head, f"^{since}"):
            commit, *parents = line.split()
            found = next((parent for parent in parents if parent == since or parent in before), None)
            if found is not None:
                before[commit] = found
        if self.head not in before:
            return None
        commits = [self.head]
        while commits[-1] != since:
            commits.append(before[commits[-1]])
        return _Way(commits)


class _Way:
    """Commits, the newest first, each a child of the next; and the changes of the paths asked for."""

    def __init__(self, commits: Sequence[str]) -> None:
        self.commits: list[str] = []
        self.position: dict[str, int] = {}
        self.go_on(commits)
        self._known: dict[str, tuple[int, list[tuple[int, Step]]]] = {}

    def go_on(self, older: Sequence[str]) -> None:
        """Add what comes before the last of the commits."""
        for commit in older:
            self.position[commit] = len(self.commits)
            self.commits.append(commit)

    def changes(self, runner: GitRunner, path: str, since: int) -> Iterator[tuple[int, Step]]:
        """What the commits after position ``since`` did to a path, the oldest first, with their positions."""
        seen, steps = self._known.get(path, (0, []))
        if seen < since:
            # A file is asked about for many commits: each look goes at least twice as far as the last.
            until = min(max(since, 2 * seen, _AT_LEAST), len(self.commits) - 1)
            steps = [*self._look(runner, path, seen, until), *steps]
            self._known[path] = (until, steps)
        return ((at, step) for at, step in steps if at < since)

    def _look(self, runner: GitRunner, path: str, newest: int, oldest: int) -> list[tuple[int, Step]]:
        pairs = "".join(f"{self.commits[at]} {self.commits[at + 1]}\n" for at in range(newest, oldest))
        found = []
        output = runner.run([*_LINES, "--stdin", "--", path], stdin=pairs.encode("ascii"))
        for change in _changes(output):
            at = self.position[change.commit]
            found.append((at, change._replace(parent=self.commits[at + 1])))
        return found[::-1]


def _changes(output: bytes) -> Iterator[Step]:
    """The changes of one path that ``diff-tree -p -U0`` printed, each under its commit if that is said."""
    commit = ""
    hunks: list[Hunk] = []
    is_end = begun = False
    inside = 0
    for line in output.split(b"\n"):
        if inside:
            inside -= not line.startswith(b"\\")
        elif (hunk := hunk_of(line)) is not None:
            hunks.append(hunk)
            inside = hunk.removed + hunk.added
        elif line.startswith(b"deleted file mode"):
            is_end = True
        elif _COMMIT.match(line):
            if begun:
                yield Step(commit, "", tuple(hunks), is_end)
            commit, hunks, is_end = line.decode("ascii"), [], False
            begun = False
        elif line.startswith(b"diff --git "):
            begun = True
    if begun:
        yield Step(commit, "", tuple(hunks), is_end)
