"""The calls that show what changed, and how it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lsp_server.records.model import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from lsp_server.memory.core import Core
    from lsp_server.memory.review_results import Comparison, HistoryEntry, PastRecord
    from lsp_server.store.base import Commit


class Reviewing:
    """Comparisons and history."""

    _core: Core

    def compare(self, range: str | None = None) -> tuple[Comparison, str]:  # noqa: A002  what git calls it
        """What differs between two versions, and a sentence about how they were chosen ("" when named).

        ``A..B``, ``A...B`` (from where B left A), or one version up to the tip; each a branch, an id or
        the beginning of one, or ``BRANCH@{DATE}``. None: the proposal this worktree is on, else what the
        remote does not have yet, else the last commit. Reads commits alone: no index, no branch of ours.
        """
        from dataclasses import replace

        from lsp_server.memory.comparing import compare
        from lsp_server.memory.ranges import parse_range

        found = parse_range(self._core, range)
        comparison = compare(self._core, found.old, found.new)
        return replace(comparison, old_name=found.old_name, new_name=found.new_name), found.chosen

    def report(self, comparison: Comparison) -> str:
        """A comparison as Markdown for a pull request's comment: bounded, and nothing in it acts."""
        from lsp_server.memory.comparison_report import report

        return report(self._core, comparison)

    def history(self, ref: str) -> Sequence[HistoryEntry]:
        """Every change of a record, the newest first: through renames, renumberings and its deletion."""
        from lsp_server.memory.record_history import history

        return history(self._core, ref)

    def at(self, ref: str, moment: str) -> PastRecord:
        """A record as it was at a moment: a commit (or the beginning of its id), a branch, or a date in
        git's own words. Raises ``NotFoundError`` where it was not there then, ``UsageError``."""
        from lsp_server.memory.record_history import at

        return at(self._core, ref, moment)

    def log(
        self,
        *,
        kind: Kind | None = None,
        record: str | None = None,
        author: str | None = None,
        code_branch: str | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        words: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Commit]:
        """The commits of the memory branch, the newest first, as git finds them.

        ``record`` follows one through renames and renumberings; ``author`` and ``words`` (in the message)
        are looked for as written, in any case; dates given as text are git's own words. Merges that
        brought nothing of their own are left out when a kind or a record is asked for.
        """
        from lsp_server.memory.log_query import LogFilters, log

        filters = LogFilters(kind, record, author, code_branch, since, until, words, limit)
        return log(self._core, filters)

    def diff(self, version: str) -> str:
        """What one commit of the memory branch changed, as a unified diff."""
        return self._core.store.diff(version)
