"""What happened on the branch: its commits, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsp_server.errors import NotFoundError
from lsp_server.store import log
from lsp_server.store.base import ChangedPath, Commit, Version
from lsp_server.store.git_process import Git
from lsp_server.store.snapshot import path_text

_FILE_MODES = {b"100644", b"100755"}


def commits(git: Git, tip: Version, path: str | None, limit: int | None) -> Sequence[Commit]:
    """The commits that lead to ``tip``, newest first; those that changed ``path`` only. One process."""
    return list(log.commits(git, tip, log.Query(paths=() if path is None else (path,), limit=limit)))


def changed_paths(git: Git, old: Version | None, new: Version) -> Sequence[ChangedPath]:
    """Every file path that differs, without renames. Raises ``NotFoundError`` for an unknown version."""
    if old is None:
        listed = git.try_run(["ls-tree", "-r", "-z", "--full-tree", new])
        raw = [(b"", *_tree_line(line)) for line in listed.stdout.split(b"\0") if line]
        code = listed.code
    else:
        done = git.try_run(["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new])
        raw, code = list(_raw_diff(done.stdout)), done.code
    if code != 0:
        raise NotFoundError(f"the memory has no version {(old or new)[:12]} or {new[:12]}")
    result = []
    for old_mode, new_mode, object_id, path in raw:
        if new_mode in _FILE_MODES:
            result.append(ChangedPath(path_text(path), object_id.decode()))
        elif old_mode in _FILE_MODES:  # gone, or no file any more
            result.append(ChangedPath(path_text(path), None))
    return result


def unified_diff(git: Git, version: Version) -> str:
    """What one commit changed against its first parent, as a reviewer reads it."""
    arguments = ["-c", "core.quotePath=false", "diff-tree", "--root", "-r", "-p", "--no-commit-id"]
    arguments += ["--diff-merges=first-parent", "--no-renames", "--no-ext-diff", "--no-textconv"]
    arguments += ["--no-color", "--text", version]
    done = git.try_run(arguments)
    if done.code != 0:
        raise NotFoundError(f"the memory has no version {version[:12]}")
    return done.stdout.decode("utf-8", "replace")


def _tree_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    about, _, path = line.partition(b"\t")
    mode, _, object_id = about.split(b" ")
    return mode, object_id, path


def _raw_diff(output: bytes) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    fields = output.split(b"\0")
    for about, path in zip(fields[:-1:2], fields[1::2], strict=False):
        old_mode, new_mode, _, object_id, _ = about.lstrip(b":").split(b" ")
        yield old_mode, new_mode, object_id, path
