"""Use case: the memory's history, narrowed to what somebody looks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from lsp_server.memory.core import Core
from lsp_server.records.model import Kind
from lsp_server.records.paths import FOLDERS, TOMBSTONES
from lsp_server.store.base import Commit
from lsp_server.store.log import Query, commits
from lsp_server.store.revisions import moment


class LogFilters(NamedTuple):
    """See ``Memory.log``."""

    kind: Kind | None = None
    record: str | None = None
    author: str | None = None
    code_branch: str | None = None
    since: datetime | str | None = None
    until: datetime | str | None = None
    words: str | None = None
    limit: int | None = None


def log(core: Core, filters: LogFilters) -> Iterator[Commit]:
    """The commits that pass, the newest first. Raises at once for what cannot be asked."""
    git, tip = core.repository.git, core.tip()
    only: set[str] | None = None
    paths: tuple[str, ...] = ()
    if filters.kind is not None:
        folder = FOLDERS[filters.kind]
        paths = (folder, f"{TOMBSTONES}/{folder}")
    if filters.record is not None:
        from lsp_server.memory.record_history import versions_and_paths

        only, paths_of_record = versions_and_paths(core, filters.record)
        paths = tuple(sorted(paths_of_record))
    # What git cannot tell apart is told here; then the counting is done here, too.
    narrowed_here = only is not None or filters.code_branch is not None
    query = Query(
        author=filters.author,
        words=filters.words,
        since=_seconds(core, filters.since, end=False),
        until=_seconds(core, filters.until, end=True),
        paths=paths,
        limit=None if narrowed_here else filters.limit,
    )
    found = commits(git, tip, query)
    if only is not None:
        found = (commit for commit in found if commit.version in only)
    if filters.code_branch is not None:
        found = (commit for commit in found if commit.trailers.get("Code-Branch") == filters.code_branch)
    return islice(found, filters.limit) if narrowed_here else found


def _seconds(core: Core, when: datetime | str | None, *, end: bool) -> int | None:
    if when is None:
        return None
    if isinstance(when, datetime):
        return max(int(when.timestamp()), 0)
    return moment(core.repository.git, when, end=end)
