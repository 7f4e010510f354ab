"""What must happen so that the work tree is as a snapshot has it: found out in full before anything is done.

A restore never cleans: a file that git does not follow and that the snapshot does not have stays. What it
replaces or removes is in the state before, which is kept first; what could not be kept there stands in the
way, and nothing is done.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from lsp_server.code.exact_files import Exact
from lsp_server.code.snapshots import Entry, State
from lsp_server.code.work_tree import Disk, LeftOut, Why

_RESERVED = {"", ".", "..", ".git", "git~1"}


class Step(Enum):
    """What happens to one path; the value is how a person reads it."""

    ADD = "add"
    REPLACE = "replace"
    RIGHTS = "set rights of"
    REMOVE = "remove"


@dataclass(frozen=True)
class Change:
    """One path. ``entry`` is what it becomes, None when it is removed; ``was_untracked`` says that only the
    state before will have what is there now."""

    path: str
    step: Step
    entry: Entry | None = None
    was_untracked: bool = False


@dataclass(frozen=True)
class Obstacle:
    """Something that is in the way and would be lost. ``why`` is a clause; ``can_be_kept`` says that the
    state before can take it when that is asked for."""

    path: str
    why: str
    can_be_kept: bool = False


@dataclass(frozen=True)
class Plan:
    """A restore as it would be. ``changes`` in the order of their paths.

    ``staying`` are files that the snapshot does not have and that git does not follow: they stay.
    ``submodules`` are those that are at another commit now: they are not touched. ``left_out`` is what the
    snapshot never had: not touched.
    """

    changes: tuple[Change, ...]
    obstacles: tuple[Obstacle, ...]
    staying: tuple[str, ...]
    submodules: tuple[str, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def created(self) -> dict[str, str]:
        """What is added, and what it holds: the way back takes exactly these away again."""
        return {c.path: c.entry.content for c in self.changes if c.step is Step.ADD and c.entry is not None}


class Situation(NamedTuple):
    """What a plan is made from: the work tree in ``root`` as it is ``now`` (``current``: its paths), and what
    is ``wanted``, with what is kept ``beside``. ``committed``: the paths of HEAD."""

    root: Path
    now: State
    current: Mapping[str, Entry]
    wanted: Mapping[str, Entry]
    beside: Exact
    committed: frozenset[str] = frozenset()
    ignore_case: bool = False


def make_plan(situation: Situation) -> Plan:
    """Compare the work tree with what is wanted, and look at the disk for what would be in the way."""
    return _Planning(situation).plan()


class _Planning:
    def __init__(self, situation: Situation) -> None:
        self._disk = Disk(situation.root)
        self._root = situation.root
        self._now = now = situation.now
        current, exact = situation.current, situation.beside
        # A file left out by a sparse checkout is in the tree and not on the disk.
        there = {*now.seen.files, *now.seen.submodules}
        self._current = {path: entry for path, entry in current.items() if path in there}
        self._not_kept = {one.path for one in now.exact.left_out if one.why is not Why.SUBMODULE}
        self._wanted = situation.wanted
        self._exact = exact
        self._never_had = {one.path for one in exact.left_out if one.why is not Why.SUBMODULE}
        self._absent = exact.absent
        self._tracked = now.seen.tracked | situation.committed
        self._ignore_case = situation.ignore_case
        self._changes: dict[str, Change] = {}
        self._obstacles: dict[str, Obstacle] = {}
        self._staying: list[str] = []
        self._submodules: list[str] = []

    def plan(self) -> Plan:
        self._look_for_names()
        self._remove()
        for path, entry in self._wanted.items():
            if path not in self._never_had and path not in self._absent and path not in self._obstacles:
                self._write(path, entry)
        for path in tuple(self._changes):
            self._look_for_room(path)
        return Plan(
            tuple(self._changes[path] for path in sorted(self._changes)),
            tuple(self._obstacles[path] for path in sorted(self._obstacles)),
            tuple(sorted(self._staying)),
            tuple(sorted(self._submodules)),
            tuple(self._exact.left_out),
        )

    def _look_for_names(self) -> None:
        seen: dict[str, str] = {}
        for path in self._wanted:
            if any(part.lower() in _RESERVED for part in path.split("/")):
                self._stop(path, "has a name that git keeps for itself")
            if self._ignore_case and (other := seen.setdefault(path.casefold(), path)) != path:
                self._stop(path, f"is one file with {other} here, where case does not count")

    def _remove(self) -> None:
        folded = {path.casefold() for path in self._wanted} if self._ignore_case else set()
        above = {str(parent) for path in self._wanted for parent in PurePosixPath(path).parents}
        for path, entry in self._current.items():
            if path in self._absent:
                if self._was_created(path, entry):
                    self._changes[path] = Change(path, Step.REMOVE, None, path not in self._tracked)
                continue
            if path in self._wanted or path in self._never_had or path.casefold() in folded:
                continue
            if entry.is_submodule:
                self._submodules.append(path)
            elif path in self._not_kept:
                self._staying.append(path)
            elif path in self._tracked or self._was_created(path, entry):
                self._changes[path] = Change(path, Step.REMOVE, None, path not in self._tracked)
            elif path in above:  # a file where the snapshot has a folder
                self._changes[path] = Change(path, Step.REMOVE, None, was_untracked=True)
            else:
                self._staying.append(path)

    def _was_created(self, path: str, entry: Entry) -> bool:
        return self._exact.created.get(path) == entry.content

    def _write(self, path: str, entry: Entry) -> None:
        current = self._current.get(path)
        if entry.is_submodule or (current is not None and current.is_submodule):
            if current is None or current.content != entry.content:
                self._submodules.append(path)
            return
        if current is None:
            self._changes[path] = Change(path, Step.ADD, entry)
        elif path in self._not_kept:
            self._stop(path, "is not the kind of file that can be kept")
        elif (current.mode, current.content) != (entry.mode, entry.content):
            if current.content == entry.content and not _is_link(current) and not _is_link(entry):
                self._changes[path] = Change(path, Step.RIGHTS, entry)
            else:
                self._changes[path] = Change(path, Step.REPLACE, entry, path not in self._tracked)
        elif current.rights != entry.rights:
            self._changes[path] = Change(path, Step.RIGHTS, entry)

    def _look_for_room(self, path: str) -> None:
        """Whether the way to a path, and its place, are free, or will be."""
        change = self._changes[path]
        for parent in reversed(PurePosixPath(path).parents):
            folder = str(parent)
            if folder == ".":
                continue
            status = self._disk.status(folder)
            if status is None:
                return
            if not stat.S_ISDIR(status.st_mode):
                if not self._is_removed(folder):
                    self._in_the_way(folder, status)
                return
            if os.path.lexists(self._root / folder / ".git"):
                self._stop(folder, "is a repository of its own")
                return
        status = self._disk.status(path) if change.step is Step.ADD else None
        if status is None:
            return
        if stat.S_ISDIR(status.st_mode):
            if (inside := self._kept_inside(path)) is not None:
                self._stop(path, f"is a folder that holds {inside}")
        elif not self._is_same_file(path, status):
            self._in_the_way(path, status)

    def _is_removed(self, path: str) -> bool:
        change = self._changes.get(path)
        return change is not None and change.step is Step.REMOVE

    def _is_same_file(self, path: str, status: os.stat_result) -> bool:
        """Whether a name that is taken is only the same file's other spelling."""
        if not self._ignore_case:
            return False
        return any(
            other.casefold() == path.casefold() and seen.inode == status.st_ino
            for other, seen in self._now.seen.files.items()
        )

    def _kept_inside(self, path: str) -> str | None:
        """The first thing in a directory that would not be gone when its place is needed."""
        for folder, folders, files in os.walk(self._root / path):
            inside = PurePosixPath(Path(folder).relative_to(self._root).as_posix())
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]  # noqa: PTH114, PTH118  walk's own text
            for name in sorted([*files, *links]):
                if not self._is_removed(str(inside / name)):
                    return str(inside / name)
        return None

    def _in_the_way(self, path: str, status: os.stat_result) -> None:
        if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
            is_large = path in self._not_kept
            why = "larger than memory.snapshotLimit" if is_large else "ignored by git"
            self._stop(path, f"is {why}, so no snapshot has it", can_be_kept=True)
        else:
            self._stop(path, "is neither a file nor a link")

    def _stop(self, path: str, why: str, *, can_be_kept: bool = False) -> None:
        self._obstacles.setdefault(path, Obstacle(path, why, can_be_kept))


def _is_link(entry: Entry) -> bool:
    return entry.mode == "120000"
