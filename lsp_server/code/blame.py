"""Where each line of a file was born, as ``git blame`` tells it under one pinned configuration."""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lsp_server.code.git import (
    OFFLINE,
    GitRunner,
    ignores_revisions,
    is_partial_clone,
    parentless,
    unquote_path,
)
from lsp_server.errors import StoreError
from lsp_server.records.anchors import Birth

# Births are compared between clones, so nothing of a user's configuration may change them.
_PINNED = (
    *OFFLINE,
    "-c",
    "blame.showRoot=false",
    "-c",
    "blame.blankBoundary=false",
    "-c",
    "diff.algorithm=myers",
    "-c",
    "diff.indentHeuristic=true",
    "-c",
    "diff.renameLimit=1000",
    "-c",
    "core.quotePath=false",
    "blame",
    "--porcelain",  # told at the end: what comes piece by piece wakes us a thousand times
    "--no-textconv",
    "--encoding=none",
    "--ignore-revs-file=",  # empty: forgets the files that blame.ignoreRevsFile named
)
# The lines of the answer that count. A line of the file begins with a tab there, and what is told of a commit
# with a word.
_TOLD = re.compile(rb"^(?:([0-9a-f]{40,64}) (\d+) (\d+) (\d+)|filename (.*)|(boundary))$", re.MULTILINE)


@dataclass(frozen=True)
class BirthRun:
    """Lines of a file that were born together: they begin at line ``start`` and are as many as the birth.

    ``known`` is False where history is cut: ``birth`` is then the oldest place where the lines can be
    seen, which is true of them but perhaps not their first.
    """

    start: int
    birth: Birth
    known: bool = True

    @property
    def end(self) -> int:
        return self.start + self.birth.length - 1


@dataclass(frozen=True)
class FileBirths:
    """The births of every line of ``path`` at ``commit``: runs in line order, without gaps.

    ``commit`` is None, and there are no runs, when no commit has the file. ``is_cut``: history ends
    early, so a line that is not found here may still be one of these.
    """

    commit: str | None
    path: str
    runs: tuple[BirthRun, ...] = ()
    is_cut: bool = False

    @cached_property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Every (commit, path) that a line was born in."""
        return frozenset((run.birth.commit, run.birth.path) for run in self.runs)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(run.start for run in self.runs)

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], list[BirthRun]]:
        found: dict[tuple[str, str], list[BirthRun]] = {}
        for run in self.runs:
            found.setdefault((run.birth.commit, run.birth.path), []).append(run)
        return found

    def run_of(self, line: int) -> BirthRun:
        """The run that a line (1-based) is in. Raises ``IndexError`` where there is no such line."""
        at = bisect_right(self._starts, line) - 1
        if at < 0 or line > self.runs[at].end:
            raise IndexError(line)
        return self.runs[at]

    def of(self, line: int) -> Birth:
        """The birth of one line, as a run of one. Raises ``IndexError`` where there is no such line."""
        run = self.run_of(line)
        born = run.birth.start + line - run.start
        return Birth(run.birth.commit, run.birth.path, born, born)

    def lines_born(self, commit: str, path: str, line: int) -> Iterator[int]:
        """Where a line is that was born there: mostly one line or none; several after a merge that kept
        both of its copies."""
        for run in self._by_key.get((commit, path), ()):
            if run.birth.start <= line <= run.birth.end:
                yield run.start + line - run.birth.start


def blame(runner: GitRunner, commit: str, path: str, start: int, end: int) -> tuple[BirthRun, ...]:
    """The births of the lines ``start`` to ``end`` of a file at a commit; both must be there.

    Follows renames of the file as git does. Raises ``StoreError``. The lines are one unknown run where
    git cannot tell: objects are missing because the clone is partial (nothing is fetched), or
    ``blame.ignoreRevsFile`` names a file that is not there, which git refuses before it can be undone.
    """
    try:
        output = runner.run([*_PINNED, "-L", f"{start},{end}", commit, "--", path])
    except StoreError:
        if not (is_partial_clone(runner) or ignores_revisions(runner)):
            raise
        return (BirthRun(start, Birth(commit, path, start, end), known=False),)
    entries, boundaries = _parse(output)
    cut = boundaries - parentless(runner, sorted(boundaries))
    return _joined(entries, cut)


def _parse(output: bytes) -> tuple[list[tuple[int, int, int, str, str]], set[str]]:
    """(line, born line, count, commit, born path) of each entry, in line order, and the commits history stops
    at. A commit's path is said with its first entry; with each where lines came from several of its files."""
    entries: list[tuple[int, int, int, str, str]] = []
    boundaries: set[str] = set()
    paths: dict[str, str] = {}
    for commit, born, line, count, raw, boundary in _TOLD.findall(output):
        if commit:
            told = commit.decode("ascii")
            entries.append((int(line), int(born), int(count), told, paths.get(told, "")))
        elif boundary:
            boundaries.add(entries[-1][3])
        else:
            at, first, length, told, _ = entries[-1]
            paths[told] = unquote_path(raw)
            entries[-1] = (at, first, length, told, paths[told])
    return entries, boundaries


def _joined(entries: list[tuple[int, int, int, str, str]], cut: set[str]) -> tuple[BirthRun, ...]:
    """Entries in line order as runs; neighbours that were born side by side become one."""
    runs: list[BirthRun] = []
    for line, born, count, commit, path in entries:
        last = runs[-1] if runs else None
        if (
            last is not None
            and last.birth.commit == commit
            and last.birth.path == path
            and last.end + 1 == line
            and last.birth.end + 1 == born
        ):
            birth = Birth(commit, path, last.birth.start, born + count - 1)
            runs[-1] = BirthRun(last.start, birth, last.known)
        else:
            runs.append(BirthRun(line, Birth(commit, path, born, born + count - 1), commit not in cut))
    return tuple(runs)


@dataclass(frozen=True)
class BlamedFile:
    """A committed file with the births of its lines: ``blob`` is its object id, None where the commit has no
    such file; ``lines`` are None when it is no text."""

    blob: str | None
    lines: tuple[str, ...] | None
    births: FileBirths


@dataclass
class BlameCache:
    """The blamed files that were asked for last, by commit, path and blob. Thread-safe. What is kept never
    goes out of date, because a commit's file cannot change.

    ``limit`` counts files and ``most_lines`` their lines together, a few dozen bytes each.
    """

    limit: int = 256
    most_lines: int = 500_000
    _kept: OrderedDict[tuple[str, str], BlamedFile] = field(default_factory=OrderedDict, repr=False)
    _newest: dict[str, str] = field(default_factory=dict, repr=False)
    _lines: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, commit: str, path: str) -> BlamedFile | None:
        """The file at a commit; None when it has not been blamed there."""
        with self._lock:
            found = self._kept.get((commit, path))
            if found is not None:
                self._kept.move_to_end((commit, path))
            return found

    def with_blob(self, path: str, blob: str) -> BlamedFile | None:
        """The file as it was last blamed, at whatever commit, if it had this content then."""
        with self._lock:
            found = self._kept.get((self._newest.get(path, ""), path))
            return found if found is not None and found.blob == blob else None

    def keep(self, commit: str, path: str, file: BlamedFile) -> None:
        with self._lock:
            self._drop((commit, path))
            self._kept[commit, path] = file
            self._newest[path] = commit
            self._lines += len(file.lines or ())
            while len(self._kept) > 1 and (len(self._kept) > self.limit or self._lines > self.most_lines):
                self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[str, str]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._lines -= len(dropped.lines or ())
            if self._newest.get(key[1]) == key[0]:
                del self._newest[key[1]]


def is_blamed_alike(runner: GitRunner, old: str, new: str, path: str) -> bool:
    """Whether a file that two commits have with one content has its lines' births from the same place, too.

    Blame hands a file that a commit did not touch to its first parent as it is. So when no commit between
    the two and where their first parents meet touched it, its births are the same. Equal content is not
    enough: a change that was taken back leaves lines that were born in the taking back. Two processes,
    which look only at what is between the commits. False where git cannot tell.
    """
    between = [*OFFLINE, "--literal-pathspecs", "rev-list", "--first-parent", "--left-right"]
    try:
        if runner.run([*between, "--max-count=1", f"{old}...{new}", "--", path]):
            return False
        ends = runner.run([*between, "--boundary", f"{old}...{new}", "--"]).split()
    except StoreError:
        return False
    return sum(end.startswith(b"-") for end in ends) == 1
