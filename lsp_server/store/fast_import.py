"""One commit as a stream for ``git fast-import``, and the rules for what may be written where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from lsp_server.errors import RefusedError, UsageError
from lsp_server.store.base import ChangeSet
from lsp_server.store.snapshot import GitSnapshot, path_bytes

# The stream's branch is taken back before the stream ends: no ref of this name ever exists.
_THROW_AWAY = b"refs/git-memory/incoming"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
_NEW_FILE = b"100644"


class Plan(NamedTuple):
    """What a change set comes to on one snapshot: modes are kept, what would change nothing is left out."""

    message: bytes
    deletes: tuple[str, ...]
    writes: tuple[tuple[str, bytes, bytes], ...]
    """(path, mode, content)"""
    copies: tuple[tuple[str, bytes, str], ...] = ()
    """(path, mode, object id)"""
    merges: tuple[str, ...] = ()

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
    kept_deletes = []
    for path in deletes:
        entry = snapshot.entry(path) if snapshot else None
        if entry is not None:
            if entry.is_tree:
                raise RefusedError(f"{path} is a folder on the memory branch: only files can be deleted")
            kept_deletes.append(path)
    writes = []
    for path, content in changes.writes.items():
        mode = _NEW_FILE
        if snapshot is not None:
            _require_room(path, snapshot, gone)
            entry = snapshot.entry(path)
            if entry is not None and entry.is_file:
                if entry.object_id == blob_id(content, object_format):
                    continue
                mode = entry.mode
        writes.append((path, mode, content))
    copies = []
    for path, blob in changes.copies.items():
        if path in changes.writes:
            raise UsageError(f"{path!r} cannot be written and copied at once")
        if snapshot is not None:
            _require_room(path, snapshot, gone)
            entry = snapshot.entry(path)
            if entry is not None and (entry.mode.decode(), entry.object_id) == blob:
                continue
        copies.append((path, blob.mode.encode(), blob.object_id))
    _require_no_nesting(put)
    return Plan(
        _message(changes.message), tuple(kept_deletes), tuple(writes), tuple(copies), tuple(changes.merges)
    )


def require_safe_path(path: str) -> None:
    """Raise ``UsageError`` for a path that leaves the tree or that git would not take."""
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


def _require_room(path: str, snapshot: GitSnapshot, gone: set[str] | None) -> None:
    """Raise ``RefusedError`` where a file and a folder would change places; ``gone`` None: they may."""
    if gone is None:
        return
    entry = snapshot.entry(path)
    if entry is not None and entry.is_tree:
        raise RefusedError(f"{path} is a folder on the memory branch: a file cannot take its place")
    parts = path.split("/")
    for end in range(1, len(parts)):
        above = "/".join(parts[:end])
        entry = snapshot.entry(above)
        if entry is None:
            return
        if not entry.is_tree and above not in gone:
            raise RefusedError(f"{above} is a file on the memory branch: {path} cannot be written below it")


def _require_no_nesting(put: set[str]) -> None:
    for path in put:
        above = path.rpartition("/")[0]
        while above:
            if above in put:
                raise UsageError(f"{above!r} cannot be a file and a folder at once")
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
