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
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from lsp_server.code.git import OFFLINE, GitRunner, decode_path
from lsp_server.errors import StoreError

WINDOW = 2000  # commits that are looked at
_OWN = 200  # of them, commits of the file itself: the newest
_MOST_FILES = 50  # a commit that changes more says nothing about any two of its files
_LEAST = 3  # commits in which both changed
_SHARE = 0.2  # what the share is at least, with 95 % confidence
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


def changes_beside(runner: GitRunner, commit: str, paths: Collection[str], window: int = WINDOW) -> Changes:
    """What changed together with a file in the history of ``commit``. ``paths`` are its name and the names
    it had before. Three processes at most; nothing is fetched, so where objects are missing it raises
    ``StoreError``."""
    listed = runner.run([*OFFLINE, "rev-list", "--no-merges", f"--max-count={window}", commit, "--"])
    commits = listed.decode("ascii").split()
    touching = [one for one, _ in _changed(runner, commits, sorted(paths))][:_OWN]
    beside: Counter[str] = Counter()
    own = 0
    for _, changed in _changed(runner, touching, ()):
        if len(changed) <= _MOST_FILES:
            own += 1
            beside.update(changed - set(paths))
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
            its.update(changed)
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
) -> Iterator[tuple[str, set[str]]]:
    """Each of the commits that changed a file (of ``paths``, where there are any), and which."""
    if not commits:
        return
    output = runner.run(
        [
            *OFFLINE,
            "diff-tree",
            "--stdin",
            "--root",
            "-r",
            "-z",
            "--name-status",
            "--no-renames",
            "--",
            *paths,
        ],
        stdin="".join(f"{commit}\n" for commit in commits).encode("ascii"),
    )
    fields = iter(output.split(b"\0"))
    current, changed = "", set[str]()
    for field in fields:
        if len(field) == 1:  # a status, and then the path: whatever that looks like, it is no commit's id
            changed.add(decode_path(next(fields)))
        elif field:
            if current:
                yield current, changed
            current, changed = field.decode("ascii"), set()
    if current:
        yield current, changed


def files_of(runner: GitRunner, commit: str) -> set[str]:
    """The files that one commit changed; a merge those that it changed against its first parent. One
    process. Empty where the objects are not here."""
    arguments = ["diff-tree", "--root", "-r", "-z", "--name-only", "--no-renames", "--no-commit-id"]
    try:
        output = runner.run([*OFFLINE, *arguments, "--diff-merges=first-parent", commit])
    except StoreError:
        return set()
    return {decode_path(path) for path in output.split(b"\0") if path}
