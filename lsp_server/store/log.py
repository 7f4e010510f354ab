"""The commits of a branch, as a stream: the first is there before the last is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from lsp_server.errors import NotFoundError
from lsp_server.store.base import Commit, Version
from lsp_server.store.git_process import Finished, Git, failed
from lsp_server.store.snapshot import path_text

_FIELDS = ("%H", "%P", "%an", "%ae", "%ad", "%s", "%b", "%(trailers)", "%(trailers:only,unfold)")
_LOG = ("-c", "log.showSignature=false", "-c", "log.follow=false", "log", "-z")
_CHUNK = 1 << 16


class Query(NamedTuple):
    """Which commits. ``author`` is a part of the author's name or address, ``words`` a part of the message:
    no patterns, whatever their case. ``since`` and ``until`` are seconds since 1970. A commit must change
    one of ``paths`` (files or directories), where there are any."""

    author: str | None = None
    words: str | None = None
    since: int | None = None
    until: int | None = None
    paths: Sequence[str] = ()
    limit: int | None = None


def commits(git: Git, tip: Version, query: Query) -> Iterator[Commit]:
    """The commits that lead to ``tip``, newest first. One process, which ends when nobody listens."""
    return (commit for commit, _ in commits_with_parents(git, tip, query))


def commits_with_parents(
    git: Git, tip: Version, query: Query
) -> Iterator[tuple[Commit, tuple[Version, ...]]]:
    """As ``commits``, each with its parents. A merge is among those that changed ``paths`` only when it
    differs there from all of its parents."""
    width = len(_FIELDS)
    fields: list[str] = []
    for field in _fields(git, _arguments(tip, query)):
        fields.append(field.decode("utf-8", "replace"))
        if len(fields) == width:
            yield _commit(fields)
            fields.clear()


def deleted_files(git: Git, tip: Version, directories: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(path, object id) of every file below the directories that a commit deleted, newest first."""
    arguments = [*_LOG, "--raw", "--no-abbrev", "--no-renames"]
    arguments += ["--diff-filter=D", "--full-history", "--format=tformat:", tip, "--", *directories]
    about = ""
    for raw in _fields(git, arguments):
        field = path_text(raw.lstrip(b"\n"))
        if about:
            yield field, about.split(" ")[2]
            about = ""
        elif field.startswith(":"):
            about = field


def written_files(git: Git, tips: Sequence[Version], without: Sequence[Version], directory: str) -> set[str]:
    """The object ids of the files in a directory that were written by the commits which lead to ``tips`` and
    not to ``without``."""
    arguments = [*_LOG, "--raw", "--no-abbrev", "--no-renames", "--diff-filter=d", "--full-history"]
    fields = _fields(git, [*arguments, "--format=tformat:", *tips, "--not", *without, "--", directory])
    told = (path_text(raw.lstrip(b"\n")) for raw in fields)
    return {field.split(" ")[3] for field in told if field.startswith(":")}


def last_written(git: Git, tip: Version, directory: str, paths: Collection[str]) -> dict[str, datetime]:
    """When each of ``paths``, all in ``directory``, came to be as it is at ``tip``. One that a merge made is
    not among them. One process, which ends when all are found."""
    arguments = [*_LOG, "--date=raw", "--name-only", "--no-renames", "--diff-filter=d"]
    found: dict[str, datetime] = {}
    when: datetime | None = None
    for raw in _fields(git, [*arguments, "--format=tformat:%x00%ad", tip, "--", directory]):
        field = path_text(raw.removeprefix(b"\n"))
        if not field:
            when = None  # the next field is the date of a commit
        elif when is None:
            when = moment(field)
        elif field in paths and field not in found:
            found[field] = when
            if len(found) == len(paths):
                break
    return found


def unified_diff(git: Git, version: Version) -> str:
    """What one commit changed against its first parent, as a reviewer reads it. Of what is no text, only
    that it changed."""
    arguments = ["-c", "core.quotePath=false", "diff-tree", "--root", "-r", "-p", "--no-commit-id"]
    arguments += ["--diff-merges=first-parent", "--no-renames", "--no-ext-diff", "--no-textconv"]
    arguments += ["--no-color", "--text", version]
    done = git.try_run(arguments)
    if done.code != 0:
        raise NotFoundError(f"the memory has no version {version[:12]}")
    parts = re.split(
        rb"(?m)^(?=diff --git )", done.stdout
    )  # no line of a text begins so: it has a mark before it
    return b"".join(map(_readable, parts)).decode("utf-8", "replace")


def _readable(part: bytes) -> bytes:
    if b"\0" not in part:
        return part
    head = re.split(rb"(?m)^(?:--- |@@ )", part, maxsplit=1)[0]
    return head + b"(no text)\n"


def _arguments(tip: Version, query: Query) -> list[str]:
    arguments = [*_LOG, "--date=raw"]
    arguments += ["--encoding=UTF-8", "--no-color", "--no-mailmap", "--no-decorate", "--full-history"]
    arguments.append("--format=tformat:" + "%x00".join(_FIELDS))
    if query.limit is not None:
        arguments.append(f"--max-count={max(query.limit, 0)}")
    if query.author is not None or query.words is not None:
        arguments += ["--fixed-strings", "--regexp-ignore-case"]
    if query.author is not None:
        arguments.append(f"--author={query.author}")
    if query.words is not None:
        arguments.append(f"--grep={query.words}")
    if query.since is not None:
        arguments.append(f"--max-age={query.since}")
    if query.until is not None:
        arguments.append(f"--min-age={query.until}")
    return [*arguments, tip, "--", *query.paths]


def _fields(git: Git, arguments: Sequence[str]) -> Iterator[bytes]:
    """What git prints, NUL by NUL."""
    process = git.start(arguments)
    assert process.stdout is not None
    assert process.stderr is not None
    ended = False
    try:
        rest = b""
        while chunk := process.stdout.read1(_CHUNK):  # type: ignore[attr-defined]  # a BufferedReader
            *whole, rest = (rest + chunk).split(b"\0")
            yield from whole
        ended = True
        said = process.stderr.read().decode("utf-8", "replace")
        code = process.wait()
        if code != 0:
            raise failed("log", Finished(code, b"", said))
    finally:
        if not ended:
            process.kill()
        process.stdout.close()
        process.stderr.close()
        process.wait()


def _commit(fields: Sequence[str]) -> tuple[Commit, tuple[Version, ...]]:
    version, parents, author, email, date, subject, body, raw_trailers, trailers = fields
    parsed: dict[str, str] = {}
    for line in trailers.splitlines():
        key, separator, value = line.partition(":")
        if separator:
            value = value.strip()
            parsed[key] = f"{parsed[key]}\n{value}" if key in parsed else value
    commit = Commit(
        version=version,
        author=author,
        email=email,
        when=moment(date),
        subject=subject,
        body=body.strip("\n").removesuffix(raw_trailers.strip("\n")).strip("\n"),
        trailers=parsed,
    )
    return commit, tuple(parents.split())


def moment(raw: str) -> datetime:
    """What ``--date=raw`` says, ``1700000000 +0100``, in that zone; 1970 for a date that cannot be."""
    seconds, _, zone = raw.partition(" ")
    minutes = int(zone[1:3]) * 60 + int(zone[3:5]) if len(zone) == 5 and zone[1:].isdigit() else 0
    offset = timedelta(minutes=-minutes if zone.startswith("-") else minutes)
    try:
        return datetime.fromtimestamp(int(seconds), timezone(offset))
    except (ValueError, OverflowError, OSError):  # a date that somebody made up
        return datetime.fromtimestamp(0, timezone.utc)
