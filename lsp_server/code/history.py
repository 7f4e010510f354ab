"""What git's history says about files of the code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from lsp_server.code.compared import DIFF_TREE, renamed
from lsp_server.code.git import LOG, GitRunner, decode_path
from lsp_server.errors import StoreError


def added_dates(runner: GitRunner, root: Path | None, directory: Path) -> Mapping[str, datetime]:
    """When the files below a directory came into git: by their path relative to the directory.

    The date is the author's of the oldest commit on HEAD's history that added a file of that name. Empty
    where the directory is not part of the work tree, or nothing is committed yet. One process.
    """
    if root is None or not directory.resolve().is_relative_to(root.resolve()):
        return {}
    below = directory.resolve().relative_to(root.resolve()).as_posix()
    prefix = "" if below == "." else f"{below}/"
    try:
        added = [*LOG, "--no-renames", "--diff-filter=A", "--format=%x01%aI", "--name-only", "-z"]
        output = runner.run([*added, "--", below])
    except StoreError:
        return {}  # an unborn branch has no log
    dates: dict[str, datetime] = {}
    for entry in output.split(b"\x01")[1:]:
        when, _, names = entry.partition(b"\0")  # with -z, NUL ends the date's line as well
        moment = datetime.fromisoformat(when.decode("ascii").replace("Z", "+00:00"))
        for name in names.lstrip(b"\n").split(b"\0"):
            path = decode_path(name)
            if path.startswith(prefix) and path != prefix:
                dates[path.removeprefix(prefix)] = moment  # newest first: the oldest wins
    return dates


def renamed_to(runner: GitRunner, path: str, since: str, commit: str) -> str | None:
    """The path that a file has in ``commit`` which was at ``path`` in the commit ``since``; None when it is
    not there any more, or nobody can tell. One process."""
    try:
        listed = runner.run([*DIFF_TREE, "-M", "-z", "--name-status", "--diff-filter=R", since, commit])
    except StoreError:
        return None  # a commit is not here
    return renamed(listed).get(path)
