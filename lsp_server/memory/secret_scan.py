"""Use case: look through what is on the branch already, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lsp_server.memory import secrets
from lsp_server.memory.allowances import allowed
from lsp_server.memory.secrets.files import secrets_in_file
from lsp_server.memory.sharing_results import FoundSecret

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.store.base import Version


def scan_memory(core: Core, revision: str | None = None) -> Sequence[FoundSecret]:
    """What looks like a secret and is not on the allow-list, by path.

    ``revision`` is a version to look through (the branch's tip without one), or ``A..B`` or ``A...B``, as in
    ``compare``: only what differs between two, and the messages of the commits between them; either end may
    be left out for the tip.
    Raises ``NotFoundError`` or ``UsageError`` for a revision that is none, ``RefusedError`` where the scanner
    is needed and not installed.
    """
    from lsp_server.store.log import Query, commits

    old, new = _ends(core, revision)
    let_through = allowed(core.store.at(new))
    found: list[FoundSecret] = []
    for path, data in _files(core, old, new):
        found += secrets_in_file(path, data, let_through)
    span = new if old is None else f"{old}..{new}"
    for commit in commits(core.repository.git, span, Query()):
        trailers = "\n".join(f"{key}: {value}" for key, value in commit.trailers.items())
        text = f"{commit.subject}\n\n{commit.body}\n\n{trailers}"
        where = f"commit {commit.version[:10]}"
        found += [FoundSecret(where, f.line, f.rule, f.fingerprint) for f in secrets.check(text, let_through)]
    return found


def _files(core: Core, old: Version | None, new: Version) -> Iterator[tuple[str, bytes]]:
    """The path and the bytes of every file, or of those that differ."""
    paths: list[str] = []
    ids: list[str] = []
    for file in core.store.at(new).files() if old is None else core.store.changed(old, new):
        if file.object_id is not None:
            paths.append(file.path)
            ids.append(file.object_id)
    for path, (_, data) in zip(paths, core.store.contents(ids), strict=True):
        yield path, data


def _ends(core: Core, revision: str | None) -> tuple[Version | None, Version]:
    from lsp_server.memory.ranges import is_range, parse_range, version

    if revision is not None and is_range(revision):
        found = parse_range(core, revision)
        return found.old, found.new
    return None, version(core, revision or "")
