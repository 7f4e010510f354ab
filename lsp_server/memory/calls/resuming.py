"""The calls about commits of the code, and about where the work stood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.linked_results import CommitMemory, RangeMemory, Resumed
    from lsp_server.memory.results import Reason
    from lsp_server.records.model import Record


class Resuming:
    """From a commit to its records, and from a checkpoint to today."""

    _core: Core

    def shown(self, ref: str, *, commit: bool = False) -> Record | CommitMemory:
        """What ``ref`` names: a record by its label or id, else a commit of the code.

        A hex string that is the beginning of a record's id and of a commit's is refused, with both named;
        ``commit`` says that a commit is meant. Raises ``NotFoundError``, ``AmbiguousError``, ``UsageError``.
        """
        from lsp_server.memory import naming

        return naming.shown(self._core, ref, commit=commit)

    def names_commit(self, name: str) -> bool:
        """Whether ``name`` is no record's and is one of a commit of the code."""
        from lsp_server.memory import naming

        return naming.is_of_commit_alone(self._core, name)

    def linked_to_commit(self, name: str) -> CommitMemory:
        """What the memory has about one commit (an id, a branch, a tag): the records written at it or at
        what it was before history was rewritten, those that its message names, those anchored to lines that
        it brought or in files that it changed. Raises ``NotFoundError``, ``AmbiguousError``, ``UsageError``.
        """
        from lsp_server.memory import linked

        return linked.commit_memory(self._core, name)

    def recorded_in(self, range: str) -> RangeMemory:  # noqa: A002  what git calls it
        """The checkpoints and other records whose commits of the code lie in a range, the newest first:
        ``A..B``, ``A...B``, or ``A`` alone, which is up to HEAD."""
        from lsp_server.memory import linked

        return linked.range_memory(self._core, range)

    def resume(self, ref: str | None = None, *, latest: bool = False, most: int = 10) -> Resumed:
        """Where the work stood at a checkpoint, and what came since: of the commits the newest ``most``.
        Without ``ref`` the newest checkpoint of this line of work (HEAD's branch, else HEAD's history), with
        ``latest`` the newest of all.

        Raises ``NotFoundError`` where there is none, ``RefusedError`` for a record of another kind.
        """
        from lsp_server.memory import resuming

        return resuming.resume(self._core, ref, latest=latest, most=most)

    def reasons_report(
        self, title: str, reasons: Sequence[Reason], *, about: Sequence[str] = (), more: int = 0
    ) -> str:
        """Records with their evidence as Markdown in which nothing acts; ``more`` were left out."""
        from lsp_server.memory.reasons_report import reasons_report

        return reasons_report(self._core, title, reasons, about=about, more=more)

    def commit_report(self, found: CommitMemory, reasons: Sequence[Reason], *, more: int = 0) -> str:
        """What the memory has about a commit, as Markdown; ``reasons`` are those to show."""
        from lsp_server.memory.reasons_report import commit_report

        return commit_report(self._core, found, reasons, more=more)

    def resume_report(self, resumed: Resumed) -> str:
        """Where the work stood, as Markdown of bounded length."""
        from lsp_server.memory.resume_report import resume_report

        return resume_report(self._core, resumed)
