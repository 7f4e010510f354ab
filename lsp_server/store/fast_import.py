"""One commit as a stream for ``git fast-import``, and the rules for what may be written where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import PurePosixPath
from typing import NamedTuple

from lsp_server.errors import RefusedError, UsageError
from lsp_server.store.base import ChangeSet
from lsp_server.store.snapshot import GitSnapshot, Tree, TreeEntry, path_bytes

# The stream's branch is taken back before the stream ends: no ref of this name ever exists.
_THROW_AWAY = b"refs/git-memory/incoming"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
_NEW_FILE = b"100644"
# Most paths, told at one look: none of their parts can be a step out of the tree, or git's own directory.
_ORDINARY = r"[a-z0-9_][\w.-]*(?:/[a-z0-9_][\w.-]*)*\Z"


class Plan(NamedTuple):
    """What a change set comes to on one snapshot: modes are kept, what would change nothing is left out."""

    message: bytes
    deletes: tuple[str, ...]
    writes: tuple[tuple[str, bytes, bytes], ...]
    """(path, mode, content)"""
    copies: tuple[tuple[str, bytes, str], ...] = ()
    """(path, mode, object id)"""
    merges: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many files it writes, puts in place or deletes."""
        return len(self.deletes) + len(self.writes) + len(self.copies)

    def __bool__(self) -> bool:
        return bool(self.deletes or self.writes or self.copies or self.merges)


def plan(changes: ChangeSet, snapshot: GitSnapshot | None, object_format: str) -> Plan:
    """Check a change set against what is there. Raises ``UsageError`` for a path that cannot be, and
    ``RefusedError`` where a file would silently take the place of a folder or the other way round."""
    for path in (*changes.writes, *changes.copies, *changes.deletes):
        require_safe_path(path)
    put = {*changes.writes, *changes.copies}
    deletes = tuple(path for path in dict.fromkeys(changes.deletes) if path not in put)
    # A merge brings whole folders that take a file's place, or the other way round: it has thought of that.
    gone = None if changes.merges else set(deletes)
    room = _Room(snapshot, gone)
    kept_deletes = []
    for path in deletes:
        entry = snapshot.entry(path) if snapshot else None
        if entry is not None:
            if entry.is_tree:
                raise RefusedError(f"{path} is a folder on the memory branch: only files can be deleted")
            kept_deletes.append(path)
    writes = []
    for path, content in changes.writes.items():
        entry = room.for_file(path)
        standing = _git_takes(entry.mode) if entry is not None and entry.is_file else None
        mode = _git_takes(changes.modes[path].encode()) if path in changes.modes else standing or _NEW_FILE
        if entry is not None and standing == mode and entry.object_id == blob_id(content, object_format):
            continue
        writes.append((path, mode, content))
    copies = []
    for path, blob in changes.copies.items():
        if path in changes.writes:
            raise UsageError(f"{path!r} cannot be written and copied at once")
        entry = room.for_file(path)
        if entry is not None and (entry.mode.decode(), entry.object_id) == blob:
            continue
        copies.append((path, _git_takes(blob.mode.encode()), blob.object_id))
    _require_no_nesting(put)
    return Plan(
        _message(changes.message), tuple(kept_deletes), tuple(writes), tuple(copies), tuple(changes.merges)
    )


def _git_takes(mode: bytes) -> bytes:
    """A mode as fast-import knows it: very old gits wrote another for a file that a group may write to."""
    return _NEW_FILE if mode == b"100664" else mode


@cache
def _is_ordinary() -> Callable[[str], re.Match[str] | None]:
    return re.compile(_ORDINARY, re.ASCII).match


def require_safe_path(path: str) -> None:
    """Raise ``UsageError`` for a path that leaves the tree or that git would not take."""
    if _is_ordinary()(path):
        return
    parts = path.split("/")
    if (
        "\0" in path
        or any(part in {"", ".", ".."} for part in parts)
        or any(part.lower().rstrip(". ") == ".git" for part in parts)
        or PurePosixPath(path).is_absolute()
    ):
        raise UsageError(f"{path!r} is not a path inside the memory")


def stream(plan: Plan, *, parent: str | None, author: str, committer: str) -> Iterator[bytes]:
    """The stream in pieces. git answers with the new commit's id on its standard output."""
    yield b"commit " + _THROW_AWAY + b"\nmark :1\n"
    yield b"author " + _bytes(author) + b"\ncommitter " + _bytes(committer) + b"\n"
    yield b"data %d\n" % len(plan.message) + plan.message + b"\n"
    if parent is not None:
        yield b"from " + parent.encode() + b"\n"
    for merged in plan.merges:
        yield b"merge " + merged.encode() + b"\n"
    for path in plan.deletes:
        yield b"D " + _quoted(path) + b"\n"
    for path, mode, content in plan.writes:
        yield b"M " + mode + b" inline " + _quoted(path) + b"\ndata %d\n" % len(content)
        yield content
        yield b"\n"
    for path, mode, object_id in plan.copies:
        yield b"M " + mode + b" " + object_id.encode() + b" " + _quoted(path) + b"\n"
    yield b"\nget-mark :1\nreset " + _THROW_AWAY + b"\n\ndone\n"


class _Room:
    """Whether files can be put where they are to stand; a folder is looked at once for all its files."""

    def __init__(self, snapshot: GitSnapshot | None, gone: set[str] | None) -> None:
        """``gone`` are the files that are deleted; None: files and folders may change places."""
        self._snapshot = snapshot
        self._gone = gone
        self._folders: dict[str, Tree | None] = {}  # None: nothing can stand in it yet

    def for_file(self, path: str) -> TreeEntry | None:
        """What stands at ``path`` now. Raises ``RefusedError`` where a file and a folder would change
        places."""
        folder, _, name = path.rpartition("/")
        tree = self._folder(folder, path)
        entry = None if tree is None else tree.get(name)
        if entry is not None and entry.is_tree and self._gone is not None:
            raise RefusedError(f"{path} is a folder on the memory branch: a file cannot take its place")
        return entry

    def _folder(self, folder: str, path: str) -> Tree | None:
        if folder not in self._folders:
            self._folders[folder] = self._look(folder, path)
        return self._folders[folder]

    def _look(self, folder: str, path: str) -> Tree | None:
        snapshot = self._snapshot
        if snapshot is None or (folder and self._folder(folder.rpartition("/")[0], path) is None):
            return None
        entry = snapshot.entry(folder)
        if entry is None or entry.is_tree:
            return None if entry is None else snapshot.tree(entry)
        if self._gone is not None and folder not in self._gone:
            raise RefusedError(f"{folder} is a file on the memory branch: {path} cannot be written below it")
        return None


def _require_no_nesting(put: set[str]) -> None:
    seen = {""}
    for path in put:
        above = path.rpartition("/")[0]
        while above not in seen:
            if above in put:
                raise UsageError(f"{above!r} cannot be a file and a folder at once")
            seen.add(above)
            above = above.rpartition("/")[0]


def _message(text: str) -> bytes:
    if "\0" in text:
        raise UsageError("a commit message cannot contain a NUL character")
    return _bytes(text.rstrip("\n") + "\n")


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair, as a broken editor may send it
        return text.encode("utf-8", "replace")


def _quoted(path: str) -> bytes:
    if _is_ordinary()(path):
        return b'"' + path.encode() + b'"'
    try:
        return b'"' + path_bytes(path.translate(_ESCAPES)) + b'"'
    except UnicodeEncodeError as error:
        raise UsageError(f"{path!r} is not a path inside the memory") from error


def blob_id(content: bytes, object_format: str) -> str:
    import hashlib  # slow to import, and a new file needs none of it

    digest = hashlib.new(object_format, usedforsecurity=False)
    digest.update(b"blob %d\0" % len(content))
    digest.update(content)
    return digest.hexdigest()
