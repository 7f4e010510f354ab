"""The files of the user's code, at HEAD, at any commit and on disk, with the births of their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lsp_server.code.anchoring import anchor_of, check_range, head_span
from lsp_server.code.blame import BlameCache, BlamedFile, FileBirths, blame, is_blamed_alike
from lsp_server.code.file_today import FileToday
from lsp_server.code.git import (
    GitRunner,
    blob,
    commit_id,
    committed_file,
    is_cut,
    is_left_out,
    tree_entry,
)
from lsp_server.code.line_map import map_lines
from lsp_server.code.places import code_file, read_file, tidy_path
from lsp_server.code.text import is_binary, split_lines, text_lines
from lsp_server.errors import UsageError
from lsp_server.records.anchors import Anchor, CodeRange


class CodeReader:
    """Reads code, writes nothing, fetches nothing. Thread-safe.

    ``root`` is the work tree's top, None in a bare repository: HEAD's files (or another commit's) then
    stand for the work tree's. Paths are relative to the top with ``/``, as git names them. ``commit``
    defaults to HEAD.
    """

    def __init__(self, runner: GitRunner, root: Path | None, commit: str | None = None) -> None:
        """``commit`` is a full id that stands for HEAD, None: HEAD as it is whenever it is asked for."""
        self._runner = runner
        self._root = root
        self._commit = commit
        self._cache = BlameCache()

    def head(self) -> str | None:
        """The commit of HEAD, None on an unborn branch. One process."""
        return self._commit or commit_id(self._runner)

    def resolve(self, path: str) -> str:
        """The file that a person means by ``path``, as git names it. Raises ``UsageError`` where there
        is none. Starts no process, except in a bare repository, where it is not looked for."""
        return tidy_path(path) if self._root is None else code_file(self._root, path)

    def head_text(self, path: str, *, commit: str | None = None) -> tuple[str, ...] | None:
        """The lines of a file as committed; None when it is not a text file there. Raises
        ``StoreError`` where a partial clone does not have it."""
        return text_lines(self._committed(commit or self.head(), path))

    def worktree_text(self, path: str) -> tuple[str, ...] | None:
        """The lines of a file on disk (at HEAD when bare); None when it is not a text file."""
        return text_lines(self._current(path))

    def births(self, path: str, *, commit: str | None = None) -> FileBirths:
        """Where each line of a committed file was born. Slow the first time: blame runs."""
        commit = commit or self.head()
        if commit is None:
            return FileBirths(None, path)
        return self._blamed(commit, path).births

    def today(self, path: str, lines: Sequence[str] | None = None, *, commit: str | None = None) -> FileToday:
        """All that locating anchors in a file needs. ``lines`` are an unsaved buffer's, else those on
        disk, or HEAD's where a sparse checkout leaves the file out; none when there is no such file."""
        commit = commit or self.head()
        if lines is None:
            lines = self.worktree_text(path)
        if commit is None:
            return FileToday(path, FileBirths(None, path), (), tuple(lines or ()))
        file = self._blamed(commit, path)
        if lines is None and file.lines and self._root is not None and is_left_out(self._runner, path):
            lines = file.lines
        return FileToday(path, file.births, file.lines or () if file.births.runs else (), tuple(lines or ()))

    def anchor(self, range_: CodeRange) -> Anchor:
        """Anchor lines of the file on disk (of HEAD's file when bare), by births where they are
        committed, and by their text. Raises ``UsageError`` for lines that cannot be pointed at."""
        path = self.resolve(range_.path)
        range_ = CodeRange(path, range_.start, range_.end)
        content = self._current(path)
        if content is None:
            there = f"at {self._commit[:10] if self._commit else 'HEAD'}"
            raise UsageError(f"{path} does not exist {there}" if self._root is None else f"{path} is gone")
        if is_binary(content):
            raise UsageError(f"{path} is binary: it has no lines to anchor to")
        lines = split_lines(content)
        check_range(range_, len(lines))
        commit = self.head()
        head_lines = self.head_text(path, commit=commit) if commit else None
        from_head = map_lines(head_lines or (), lines)
        span = head_span(range_, from_head)
        if commit is None or span is None:
            return anchor_of(range_, lines, from_head, ())
        kept = self._cache.get(commit, path)
        # A few lines of a long history are quicker to blame than the whole file.
        runs = kept.births.runs if kept else blame(self._runner, commit, path, *span)
        return anchor_of(range_, lines, from_head, runs)

    def _blamed(self, commit: str, path: str) -> BlamedFile:
        """A committed file with its births. Blame runs only where neither this commit nor one that has the
        same file from the same commits was asked for before."""
        kept = self._cache.get(commit, path)
        if kept is None:
            kept = self._blamed_anew(commit, path)
            self._cache.keep(commit, path, kept)
        return kept

    def _blamed_anew(self, commit: str, path: str) -> BlamedFile:
        entry = tree_entry(self._runner, commit, path)
        if entry is None or not entry.is_file:
            return BlamedFile(None, None, FileBirths(commit, path, is_cut=is_cut(self._runner)))
        alike = self._cache.with_blob(path, entry.object_id)
        before = alike and alike.births.commit
        if alike and before and is_blamed_alike(self._runner, before, commit, path):
            return replace(alike, births=replace(alike.births, commit=commit))
        content = blob(self._runner, entry.object_id)
        lines = text_lines(content)
        if lines:
            # A file's byte order mark alone is no line to split_lines but one to git: it has no births.
            runs = blame(self._runner, commit, path, 1, len(lines))
            births = FileBirths(commit, path, runs, is_cut=any(not run.known for run in runs))
        else:
            births = FileBirths(commit, path, is_cut=lines is None and is_cut(self._runner))
        return BlamedFile(entry.object_id, lines, births)

    def _current(self, path: str) -> bytes | None:
        if self._root is None:
            return self._committed(self.head(), path)
        return read_file(self._root, path)

    def _committed(self, commit: str | None, path: str) -> bytes | None:
        return committed_file(self._runner, commit, path) if commit else None
