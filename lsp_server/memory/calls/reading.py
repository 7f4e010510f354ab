"""The calls that read records and their history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from lsp_server.errors import AmbiguousError, NotFoundError
from lsp_server.records.life_cycle import next_steps
from lsp_server.records.model import Headline, Kind, Record

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.learning.model import Standing
    from lsp_server.memory.results import BrokenFile, Hit, Reason


class Reading:
    """Find, list, search, explain."""

    _core: Core

    def get(self, ref: str) -> Record:
        """By label (any zero padding, any case), alias, full id or unique prefix of the id.

        Raises ``NotFoundError`` or ``AmbiguousError``.
        """
        from lsp_server.memory import finding

        return finding.labelled(self._core, self._core.find(ref))

    def find(self, ref: str) -> Record | None:
        """As ``get``, None when it is not there or not clear: for labels met in somebody's text."""
        try:
            return self.get(ref)
        except (NotFoundError, AmbiguousError):
            return None

    def formerly(self, ref: str) -> Sequence[Record]:
        """The records that had the label ``ref`` before it was given to the one that ``get`` answers with."""
        from lsp_server.memory import finding

        return finding.formerly(self._core, ref)

    def found(self, record: Record) -> Standing | None:
        """How what a record tells of stands in the events, where ``LearningLoop`` found it and keeps it up to
        date; None for all other records."""
        from lsp_server.memory.learning.ledger import told_by

        return told_by(self._core, record)

    def raw(self, ref: str) -> bytes:
        """The bytes of a record's file, whatever their encoding."""
        from lsp_server.memory import finding

        return finding.raw(self._core, self._core.find(ref))

    def text(self, ref: str) -> str:
        """The whole file of a record: front matter and body. What is not UTF-8 in it is replaced."""
        from lsp_server.memory import views

        return views.text_of(self._core, self._core.find(ref))

    def list(
        self,
        kind: Kind | None = None,
        *,
        status: str | None = None,
        tag: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        conflicts: bool = False,
    ) -> Sequence[Record]:
        """Records, the newest first; their links say what the records linked to are called today. With
        ``conflicts`` only those that a merge left to be settled."""
        from lsp_server.index import Filters
        from lsp_server.memory import finding

        filters = Filters(kind, status, tag, since, until, limit, conflicts)
        return finding.labelled_all(self._core, self._core.followed().list(filters))

    def headlines(
        self,
        kind: Kind | None = None,
        *,
        status: str | None = None,
        tag: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        conflicts: bool = False,
    ) -> Sequence[Headline]:
        """As ``list``, with only what a list shows: for thousands of records at once."""
        from lsp_server.index import Filters

        filters = Filters(kind, status, tag, since, until, limit, conflicts)
        return self._core.followed().headlines(filters)

    def search(self, words: str, *, kind: Kind | None = None, limit: int = 20) -> Sequence[Hit]:
        """Records that hold the words, the best first."""
        from lsp_server.memory import finding

        return finding.search(self._core, words, kind, limit)

    def why(
        self,
        path: str,
        line: int | None = None,
        *,
        end: int | None = None,
        rev: str | None = None,
        symbol: str = "",
    ) -> Sequence[Reason]:
        """What is known about a line of a file (relative to the work tree), about its lines ``line`` to
        ``end``, about a ``symbol`` of it (the one that has ``line``, where several have that name), about the
        whole file, or about a folder; the surest first, each with its evidence.

        ``rev`` is a commit whose file is meant, None the file as it is now. Raises ``UsageError`` for a
        place that is not there, ``NotFoundError`` for such a ``rev``.
        """
        from lsp_server.memory import explaining

        return explaining.why(self._core, path, line, end, rev=rev, symbol=symbol)

    def broken_files(self) -> Sequence[BrokenFile]:
        """The files on the branch that could not be read whole."""
        found = self._core.followed().broken()
        if not found:
            return []  # as nearly always: a list need not load what they are answered with
        from lsp_server.memory.results import BrokenFile

        return [BrokenFile(broken.path, broken.problems) for broken in found]

    def linked_to(self, record: Record) -> Sequence[tuple[str, Record]]:
        """The records that ``record`` links to, each with the relation; those deleted are left out."""
        index = self._core.followed()
        found = [(link.relation.value, index.get(link.target)) for link in record.links]
        return [(relation, other) for relation, other in found if other is not None]

    def steps(self, record: Record) -> tuple[str, ...]:
        """The statuses that ``record`` may have next, both of two that are in conflict among them."""
        steps = next_steps(record.kind, record.status)
        if not record.conflicts:
            return steps
        from lsp_server.records.conflict_list import other_values

        others = other_values(record, "status")
        return (*([record.status] if others and record.status else []), *dict.fromkeys((*others, *steps)))
