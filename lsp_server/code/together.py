"""Which files change together, told from a bounded part of the history.

Looked at are the last commits before one of them, without merges and without those that change so much that
they say nothing (a reformatting, an import). A file is a companion of another one when it changed in a good
part of the other's commits; of that share the lower end of its 95 % confidence interval (Wilson's) counts,
for two commits of two are no habit. And it has to be above how often the companion changes anyway, or a
change log would be everybody's companion; unless most of the companion's own commits changed the other one,
too, as in a short history that has hardly anything else.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from lsp_server.code.compared import DIFF_TREE, renamed
from lsp_server.code.git import OFFLINE, GitRunner, decode_path
from lsp_server.errors import StoreError

WINDOW = 2000  # commits that are looked at
_OWN = 200  # of them, commits of the file itself: the newest
_MOST_NAMES = 5  # that the file had
_MOST_FILES = 50  # a commit that changes more says nothing about any two of its files
_LEAST = 3  # commits in which both changed
_SHARE = 0.2  # what the share is at least, with 95 % confidence
_ADDED = b"A"
_MUTUAL = 0.5  # of the companion's commits
_Z = 1.96  # of a 95 % confidence interval


class Companion(NamedTuple):
    """A file that changed in ``both`` of the ``own`` commits that changed the other one, and in ``its``
    commits at all, of the last ``window`` commits."""

    path: str
    both: int
    own: int
    its: int
    window: int

    @property
    def share(self) -> float:
        """How often it changed with the other one: 0 to 1."""
        return self.both / self.own

    @property
    def is_often(self) -> bool:
        """Whether that is often, and more than chance."""
        least = lower_bound(self.both, self.own)
        if self.both < _LEAST or least < _SHARE:
            return False
        return least > self.its / self.window or self.both >= _MUTUAL * self.its


class Changes(NamedTuple):
    """What the commits that changed a file changed besides: a count for each path. ``commits`` are those
    that were looked at for it."""

    commits: Sequence[str]
    own: int
    beside: Counter[str]


def changes_beside(runner: GitRunner, commit: str, path: str, window: int = WINDOW) -> Changes:
    """What changed together with a file in the history of ``commit``, also while it had another name. Four
    processes, and two more for each name it had. Nothing is fetched: raises ``StoreError`` where objects are
    missing."""
    listed = runner.run([*OFFLINE, "rev-list", "--no-merges", f"--max-count={window}", commit, "--"])
    commits = listed.decode("ascii").split()
    names, touching = [path], dict[str, None]()
    for name in names:
        for one, changed in _changed(runner, commits, [name]):
            touching[one] = None
            if changed[name] == _ADDED and len(names) < _MOST_NAMES:
                names += [was for was in _renamed_from(runner, one, name) if was not in names]
    beside: Counter[str] = Counter()
    own = 0
    newest = [one for one in commits if one in touching][:_OWN]
    for _, changed in _changed(runner, newest, ()):
        if len(changed) <= _MOST_FILES:
            own += 1
            beside.update(changed.keys() - set(names))
    return Changes(commits, own, beside)


def companions(
    runner: GitRunner, changes: Changes, wanted: Callable[[Sequence[str]], Collection[str]]
) -> Sequence[Companion]:
    """The companions among what changed beside a file, the closest first. ``wanted`` narrows the candidates
    down to those that matter, before it is counted how often each of them changes. One process."""
    likely = [
        path
        for path, both in changes.beside.items()
        if both >= _LEAST and lower_bound(both, changes.own) >= _SHARE
    ]
    candidates = sorted(wanted(sorted(likely))) if likely else []
    its: Counter[str] = Counter()
    if candidates:
        for _, changed in _changed(runner, changes.commits, candidates):
            its.update(changed.keys())
    found = [
        Companion(path, changes.beside[path], changes.own, its[path], len(changes.commits))
        for path in candidates
    ]
    return sorted((one for one in found if one.is_often), key=lambda one: (-one.share, -one.both, one.path))


def lower_bound(hits: int, tries: int) -> float:
    """The lower end of Wilson's 95 % confidence interval for a share of ``hits`` in ``tries``."""
    if not tries:
        return 0.0
    share, square = hits / tries, _Z * _Z
    middle = share + square / (2 * tries)
    spread = _Z * math.sqrt(share * (1 - share) / tries + square / (4 * tries * tries))
    return max(0.0, (middle - spread) / (1 + square / tries))


def _changed(
    runner: GitRunner, commits: Sequence[str], paths: Sequence[str]
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Each of the commits that changed a file (of ``paths``, where there are any), with git's letter for what
    it did to each."""
    if not commits:
        return
    output = runner.run(
        [*DIFF_TREE, "--stdin", "--root", "-z", "--name-status", "--no-renames", "--", *paths],
        stdin="".join(f"{commit}\n" for commit in commits).encode("ascii"),
    )
    fields = iter(output.split(b"\0"))
    current, changed = "", dict[str, bytes]()
    for field in fields:
        if len(field) == 1:  # a letter, and then the path: whatever that looks like, it is no commit's id
            changed[decode_path(next(fields))] = field
        elif field:
            if current:
                yield current, changed
            current, changed = field.decode("ascii"), {}
    if current:
        yield current, changed


def _renamed_from(runner: GitRunner, commit: str, path: str) -> list[str]:
    """What a file was called before the commit that it came with, where that renamed it."""
    arguments = ["-z", "--name-status", "-M", "--diff-filter=R", "--no-commit-id", commit]
    listed = runner.run([*DIFF_TREE, *arguments])
    return [before for before, now in renamed(listed).items() if now == path]


def files_of(runner: GitRunner, commit: str) -> set[str]:
    """The files that one commit changed; a merge those that it changed against its first parent. One
    process. Empty where the objects are not here."""
    arguments = [
        "--root",
        "-z",
        "--name-only",
        "--no-renames",
        "--no-commit-id",
        "--diff-merges=first-parent",
    ]
    try:
        output = runner.run([*DIFF_TREE, *arguments, commit])
    except StoreError:
        return set()
    return {decode_path(path) for path in output.split(b"\0") if path}


class ChangedTogether:
    """What changed beside the files asked about last: found out meanwhile, and kept. Thread-safe."""

    def __init__(self, runner: GitRunner, limit: int = 256) -> None:
        self._runner = runner
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], Future[Changes]] = {}

    def begin(self, commit: str, path: str) -> Future[Changes]:
        """Start to find out, unless it is known; the answer's ``result`` waits for it and raises as
        ``changes_beside``. A commit's history does not change, so what is kept never goes out of date."""
        with self._lock:
            found = self._kept.pop((commit, path), None)
            begun, found = found is None, found or Future()
            self._kept[commit, path] = found
            if len(self._kept) > self._limit:
                del self._kept[next(iter(self._kept))]
        if begun:
            threading.Thread(
                target=self._find, args=(found, commit, path), name="together", daemon=True
            ).start()
        return found

    def _find(self, found: Future[Changes], commit: str, path: str) -> None:
        try:
            found.set_result(changes_beside(self._runner, commit, path))
        except BaseException as error:  # whoever waits is told
            found.set_exception(error)
