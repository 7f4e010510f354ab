"""What happened on the branch: its commits, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone

from lsp_server.errors import NotFoundError
from lsp_server.store.base import ChangedPath, Commit, Version
from lsp_server.store.git_process import Git
from lsp_server.store.snapshot import path_text

_FIELDS = ("%H", "%an", "%ae", "%ad", "%s", "%b", "%(trailers)", "%(trailers:only,unfold)")
_FILE_MODES = {b"100644", b"100755"}


def commits(git: Git, tip: Version, path: str | None, limit: int | None) -> Sequence[Commit]:
    """The commits that lead to ``tip``, newest first. One process."""
    arguments = ["-c", "log.showSignature=false", "-c", "log.follow=false", "log", "-z", "--date=raw"]
    arguments += [
        "--encoding=UTF-8",
        "--no-color",
        "--no-mailmap",
        "--format=tformat:" + "%x00".join(_FIELDS),
    ]
    if limit is not None:
        arguments.append(f"--max-count={max(limit, 0)}")
    arguments += [tip, "--", *([path] if path is not None else [])]
    fields = git.run(arguments).decode("utf-8", "replace").split("\0")
    width = len(_FIELDS)
    return [_commit(fields[at : at + width]) for at in range(0, len(fields) - 1, width)]


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


def _commit(fields: Sequence[str]) -> Commit:
    version, author, email, date, subject, body, raw_trailers, trailers = fields
    parsed: dict[str, str] = {}
    for line in trailers.splitlines():
        key, separator, value = line.partition(":")
        if separator:
            value = value.strip()
            parsed[key] = f"{parsed[key]}\n{value}" if key in parsed else value
    return Commit(
        version=version,
        author=author,
        email=email,
        when=_when(date),
        subject=subject,
        body=body.strip("\n").removesuffix(raw_trailers.strip("\n")).strip("\n"),
        trailers=parsed,
    )


def _when(raw: str) -> datetime:
    seconds, _, zone = raw.partition(" ")
    minutes = int(zone[1:3]) * 60 + int(zone[3:5]) if len(zone) == 5 else 0
    offset = timedelta(minutes=-minutes if zone.startswith("-") else minutes)
    try:
        return datetime.fromtimestamp(int(seconds), timezone(offset))
    except (ValueError, OverflowError, OSError):  # a date that somebody made up
        return datetime.fromtimestamp(0, timezone.utc)


def _tree_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    about, _, path = line.partition(b"\t")
    mode, _, object_id = about.split(b" ")
    return mode, object_id, path


def _raw_diff(output: bytes) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    fields = output.split(b"\0")
    for about, path in zip(fields[:-1:2], fields[1::2], strict=False):
        old_mode, new_mode, _, object_id, _ = about.lstrip(b":").split(b" ")
        yield old_mode, new_mode, object_id, path
