"""Whole files and folders: where git says they are today."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from lsp_server.code.compared import DIFF_TREE, name_status, renamed
from lsp_server.code.git import LOG, OFFLINE, GitRunner, commit_id, files_in, is_cut, objects, tree_entry
from lsp_server.code.kept import kept
from lsp_server.code.model import Certainty, Located
from lsp_server.errors import StoreError
from lsp_server.records.anchors import ROOT, CodeRange, whole

_ANSWERS_KEPT = 4096
_MOVES = 50  # of a file or folder, followed one after the other
_REMOVALS = 200  # commits that took files out of a folder, looked at
# With -l, as many files of one commit as renames are looked for among; more are only found unchanged.
_NAMES = ("--name-status", "-z", "-l2000")


class WholePlaces:
    """Follows files and folders from the commit that they were anchored at. Reads only, fetches nothing.
    Thread-safe. ``root`` is the work tree's top, None in a bare repository."""

    def __init__(self, runner: GitRunner, root: Path | None) -> None:
        self._runner = runner
        self._root = root
        self._cut: dict[str | None, bool] = {}
        self._known: dict[tuple[str, str, str | None], str | None] = {}
        self._former: dict[tuple[str, str, frozenset[str]], tuple[str, ...] | None] = {}

    def locate(self, place: CodeRange, made_at: str | None, head: str | None) -> Located:
        """Where a file or folder is at the commit ``head``, and with what is staged and on disk.

        A file: under its own name, unless git says that it was renamed since ``made_at``; then under that
        name, through any number of renames. A folder: where most of its files went. Otherwise ``STALE``,
        or ``UNKNOWN`` where the history that would tell is cut.
        """
        today = self._today(place, made_at, head)
        if today is not None:
            return Located((whole(today),), Certainty.NAME, 0, 0)
        unknown = kept(self._cut, head, lambda: is_cut(self._runner), _ANSWERS_KEPT)
        return Located((), Certainty.UNKNOWN if unknown else Certainty.STALE, 0, 0)

    def former_names(self, path: str, head: str, since: frozenset[str]) -> tuple[str, ...]:
        """The names that git says a file of the commit ``head``, or a staged one, had before it was renamed,
        the newest first: those back to the one that it had in the commits ``since``, that no file has at
        ``head``. Also where no line is left of what it was; three processes, one where it is older than all
        of ``since``."""
        key = (head, path, since)
        known = kept(self._former, key, lambda: self._formerly(path, head, since), _ANSWERS_KEPT)
        if known is not None or self._root is None:
            return known or ()
        staged = self._staged_from(path)
        return (*staged, *(self.former_names(staged[0], head, since) if staged else ()))

    def _formerly(self, path: str, head: str, since: frozenset[str]) -> tuple[str, ...] | None:
        """The former names of a file; None where ``head`` does not have it."""
        try:
            return tuple(self._names_before(path, head, since)) if self._exists(head, path) else None
        except StoreError:  # what would tell is not in this clone
            return ()

    def _names_before(self, path: str, head: str, since: frozenset[str]) -> Iterator[str]:
        name, at = path, head
        for _ in range(_MOVES):
            if not missing(self._runner, [(commit, name) for commit in since]):
                return
            span = ["-1", at, "--no-renames", "--diff-filter=A", "--format=%H", "--", name]
            added = self._runner.run([*LOG, *span]).decode("ascii").strip()
            if not added or commit_id(self._runner, f"{added}^") is None:
                return
            before = {now: was for was, now in self._renames(f"{added}^", added).items()}
            if name not in before:
                return
            name, at = before[name], f"{added}^"
            if not self._exists(head, name):
                yield name

    def _staged_from(self, path: str) -> tuple[str, ...]:
        """The name of the file that is staged to be at ``path``, before it was renamed."""
        return tuple(was for letter, was, now in self._staged() if letter == "R" and now == path)

    def _today(self, place: CodeRange, made_at: str | None, head: str | None) -> str | None:
        if place.path == ROOT:
            return ROOT
        if head is None:
            return self._on_disk(place.path)
        key = (head, place.path, made_at)
        at_head = kept(self._known, key, lambda: self._followed(place, made_at, head), _ANSWERS_KEPT)
        return self._on_disk(place.path) if at_head is None else self._as_staged(at_head)

    def _followed(self, place: CodeRange, made_at: str | None, head: str) -> str | None:
        since = commit_id(self._runner, made_at) if made_at else None
        try:
            if place.is_folder:
                return self._folder(place.path, since, head)
            return self._file(place.path, since, head)
        except StoreError:  # what would tell is not in this clone
            return place.path if self._exists(head, place.path) else None

    # A file -----------------------------------------------------------------------------------------
    def _file(self, path: str, since: str | None, head: str) -> str | None:
        if since is None and self._exists(head, path):
            return path  # nobody can tell whether it is the same one
        name, start = path, since
        for _ in range(_MOVES):
            removals = self._removals(name, start, head)
            if not removals:
                break
            moved = self._renames(f"{removals[0]}^", removals[0]).get(name)
            if moved is None and len(removals) == 1 and not self._exists(head, name):
                break
            # Taken out and put back under its name, it is itself again.
            name, start = moved or name, removals[0]
        if self._exists(head, name):
            return name
        # A merge can rename, too: then the two ends tell. What was there before it went is a copy of it.
        moved = self._renames(since, head).get(path) if since else None
        gone = self._removals(name, start, head)[-1:] if moved else []
        return None if moved and gone and self._exists(f"{gone[0]}^", moved) else moved

    # A folder ---------------------------------------------------------------------------------------
    def _folder(self, path: str, since: str | None, head: str) -> str | None:
        for _ in range(_MOVES):
            removals: Sequence[str] = ()
            if since is None:
                if self._exists(head, path):
                    return path
                removals = self._removals(path, None, head)
                if not removals:
                    return None
                since = f"{removals[0]}^"
            files = files_in(self._runner, since, path)
            here = set(files_in(self._runner, head, path))
            if files and 2 * sum(file in here for file in files) > len(files):
                return path
            removals = removals or self._removals(path, since, head)[:_REMOVALS]
            went = self._most(path, files, here, removals)
            if went is None:
                return path if here else None
            path, since = went, removals[-1]
        return None

    def _most(self, path: str, files: Sequence[str], here: set[str], removals: Sequence[str]) -> str | None:
        """The other folder that more than half of a folder's files went to; None where there is none."""
        names = {file: file for file in files}
        for commit in removals:
            renamed = self._renames(f"{commit}^", commit)
            names = {file: renamed.get(name, name) for file, name in names.items()}
        counted = Counter(
            _folder_above(name, file.removeprefix(path).count("/"))
            for file, name in names.items()
            if name not in here and not name.startswith(path)
        )
        most = counted.most_common(1)
        return most[0][0] if most and 2 * most[0][1] > len(files) else None

    # What git says ----------------------------------------------------------------------------------
    def _removals(self, path: str, since: str | None, head: str) -> list[str]:
        """The commits that took away a file, or files of a folder, the oldest first; only the newest where
        nobody knows since when to look."""
        span = ["--reverse", head, f"^{since}"] if since else ["-1", head]
        what = ["--no-renames", "--diff-filter=D", "--format=%H"]
        listed = self._runner.run([*LOG, *what, *span, "--", path])
        return listed.decode("ascii").split()

    def _renames(self, old: str, new: str) -> dict[str, str]:
        command = [*DIFF_TREE, *_NAMES, "--diff-filter=R"]
        try:
            return renamed(self._runner.run([*command, "-M", old, new]))
        except StoreError:
            # Which files are alike cannot be told without their texts; which are the same can.
            return renamed(self._runner.run([*command, "-M100%", old, new]))

    def _staged(self) -> list[tuple[str, str, str]]:
        """What is staged but not committed, as ``name_status`` tells; nothing where git cannot tell."""
        try:
            listed = self._runner.run([*OFFLINE, "diff-index", "--cached", *_NAMES, "-M", "HEAD"])
        except StoreError:
            return []
        return list(name_status(listed))

    def _as_staged(self, path: str) -> str | None:
        """A file's name after what is staged but not committed; None when it was taken out."""
        if path.endswith("/") or self._root is None or (self._root / path).exists():
            return path
        letter, now = {was: (letter, now) for letter, was, now in self._staged()}.get(path, ("", path))
        if letter == "D" and self._runner.run(
            [*OFFLINE, "ls-files", "-z"]
        ):  # else nothing is checked out yet
            return None
        return now

    def _on_disk(self, path: str) -> str | None:
        """A file that no commit has yet, or a folder with such files."""
        if self._root is None:
            return None
        try:
            if not path.endswith("/"):
                return path if (self._root / path).is_file() else None
            return path if has_files(self._runner, path) else None
        except (OSError, StoreError):
            return None

    def _exists(self, commit: str, path: str) -> bool:
        entry = tree_entry(self._runner, commit, path.rstrip("/"))
        return entry is not None and (entry.mode == "040000" if path.endswith("/") else entry.is_file)


def missing(runner: GitRunner, files: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of some (commit, path) that are no file or folder there. One process."""
    asked = [one for one in dict.fromkeys(files) if "\n" not in one[1]]
    found = objects(runner, [f"{commit}:{path}" for commit, path in asked])
    return {one for one, there in zip(asked, found, strict=True) if there is None}


def has_files(runner: GitRunner, folder: str) -> bool:
    """Whether git knows files in a folder of the work tree, or would add some. What is ignored does not
    count: builds leave folders behind."""
    command = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    below = [] if folder == ROOT else ["--", folder]
    return bool(runner.run([*OFFLINE, *command, *below]))


def _folder_above(path: str, depth: int) -> str:
    """The folder ``depth`` folders above the one that a file lies in."""
    for _ in range(depth + 1):
        path = posixpath.dirname(path)
    return f"{path}/" if path else ROOT
