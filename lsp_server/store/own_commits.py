"""What somebody wrote to a branch in a while: commits with the paths that they changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from lsp_server.store.base import Version
from lsp_server.store.git_process import Git
from lsp_server.store.log import moment
from lsp_server.store.snapshot import path_text

# An empty field begins each commit: neither a field nor a path after it is ever empty.
_FORMAT = "--format=tformat:%x00%H%x00%ae%x00%ad%x00%s%x20"
_FIELDS = 4


class OwnCommit(NamedTuple):
    """One commit that is no merge."""

    version: Version
    when: datetime
    subject: str
    paths: tuple[str, ...]


def own_commits(
    git: Git,
    tip: Version,
    *,
    after: Version | None,
    since: int | None,
    email: str | None,
    limit: int,
) -> Sequence[OwnCommit]:
    """The newest ``limit`` commits that lead to ``tip`` and not to ``after``, none older than ``since``
    (seconds since 1970), by the author with this address (None: anybody's), newest first. One process; empty
    where git cannot tell, because ``after`` is not here any more."""
    arguments = ["-c", "log.showSignature=false", "-c", "log.follow=false", "log", "-z", "--no-merges"]
    arguments += ["--name-only", "--no-renames", "--date=raw", "--encoding=UTF-8", "--no-color"]
    arguments += ["--no-mailmap", "--no-decorate", "--no-ext-diff", _FORMAT, f"--max-count={limit}"]
    if email:
        arguments += ["--fixed-strings", "--regexp-ignore-case", f"--author=<{email}>"]
    if since is not None:
        arguments.append(f"--max-age={since}")
    arguments += [tip, *([f"^{after}"] if after else []), "--"]
    done = git.try_run(arguments)
    if done.code:
        return []
    return [_commit(part) for part in _parts(done.stdout.split(b"\0"))]


def _parts(fields: Sequence[bytes]) -> Sequence[list[bytes]]:
    parts: list[list[bytes]] = []
    at = 0
    while at < len(fields):
        if not fields[at].strip(b"\n") and at + _FIELDS < len(fields):
            parts.append(list(fields[at + 1 : at + 1 + _FIELDS]))
            at += 1 + _FIELDS
            continue
        if parts and (path := fields[at].lstrip(b"\n")):
            parts[-1].append(path)
        at += 1
    return parts


def _commit(part: Sequence[bytes]) -> OwnCommit:
    version, _, when, subject, *paths = part
    return OwnCommit(
        version.decode("ascii"),
        moment(when.decode("ascii", "replace")),
        subject.decode("utf-8", "replace").strip(),
        tuple(path_text(path) for path in paths),
    )
