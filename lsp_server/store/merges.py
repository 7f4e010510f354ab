"""What merges made that neither of their parents had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lsp_server.errors import NotFoundError
from lsp_server.store.base import Blob, Version
from lsp_server.store.git_process import Git
from lsp_server.store.raw_diff import blob
from lsp_server.store.snapshot import path_text


class Combined(NamedTuple):
    """A merge of two versions, and the files in which it is unlike both: by path, what the first and the
    second parent have there."""

    version: Version
    parents: tuple[Version, Version]
    files: dict[str, tuple[Blob | None, Blob | None, Blob | None]]


def combined(git: Git, tip: Version, known: Iterable[Version]) -> Iterator[Combined]:
    """The merges that lead to ``tip`` and to none of ``known``, those without such files left out. One
    process. Raises ``NotFoundError`` for an unknown version."""
    arguments = ["log", "-z", "-c", "--raw", "--no-renames", "--no-abbrev", "--merges", "--format=%H %P"]
    arguments += ["--no-show-signature", "--reverse", tip, *(f"^{version}" for version in known), "--"]
    done = git.try_run(arguments)
    if done.code != 0:
        raise NotFoundError(f"the memory has no version {tip[:12]}")
    merge: Combined | None = None
    fields = iter(path_text(done.stdout).split("\0"))
    for field in fields:
        about = field.lstrip("\n")
        if about.startswith("::") and not about.startswith(":::"):
            path = next(fields)
            if merge is not None:
                first, second, now, *ids = about[2:].split(" ")[:6]
                merge.files[path] = (blob(first, ids[0]), blob(second, ids[1]), blob(now, ids[2]))
        elif about.startswith(":"):
            next(fields)  # a merge of more than two: nobody but a person makes one
        elif about:
            if merge is not None and merge.files:
                yield merge
            version, *parents = about.split(" ")
            merge = Combined(version, (parents[0], parents[1]), {}) if len(parents) == 2 else None
    if merge is not None and merge.files:
        yield merge
