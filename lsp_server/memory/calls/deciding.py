"""The calls about decisions with their outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lsp_server.memory.guard import guard_for
from lsp_server.records.anchors import CodePlace
from lsp_server.records.model import Kind, Link, Record

if TYPE_CHECKING:
    from datetime import date

    from lsp_server.memory.core import Core
    from lsp_server.memory.deciding.results import Calibration, Decided, SimilarDecisions


class Deciding:
    """Decide, record what came of it, and learn from that."""

    _core: Core

    def decide(
        self,
        title: str,
        *,
        fields: Mapping[str, Any] | None = None,
        status: str | None = None,
        tags: Sequence[str] = (),
        at: Sequence[CodePlace] = (),
        links: Sequence[Link] = (),
        text: str = "",
        form: str = "",
        limit: int = 5,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Decided:
        """Record a decision as ``record`` does, and tell what came of similar ones: ``limit`` of them, and
        how often all of them turned out well.

        Among the ``fields`` are ``confidence`` (0 to 1, or ``"80%"``), ``based_on`` (a list of labels,
        commits and texts) and ``outcome_due`` (a date, or ``"2026-12-01"``). In a memory without outcomes
        looking for similar ones costs next to nothing. Raises as ``record``.
        """
        from lsp_server.memory import recording
        from lsp_server.memory.deciding import outcomes
        from lsp_server.memory.deciding.similar import checked_limit

        checked_limit(limit)
        self._core.expect_memory()
        given = recording.Given(Kind.DECISION, title, fields, status, tags, at, links, text=text, form=form)
        new = recording.prepare(self._core, given, guard_for(self._core, allow_secrets, redact))
        return outcomes.decide(self._core, new, limit)

    def record_outcome(
        self,
        ref: str,
        result: str,
        note: str = "",
        *,
        on: date | str | None = None,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Record:
        """Note what came of a decision: ``success``, ``failure`` or ``mixed``, and in ``note`` how that is
        known. ``on`` is the day, today unless given. An outcome recorded before is replaced, the notes stay.

        Raises ``UsageError`` for what is no decision or no outcome, or a day to come, ``RefusedError`` where
        the decision has that outcome already and neither a note nor another day is given, else as ``record``.
        """
        from lsp_server.memory.deciding import outcomes

        guard = guard_for(self._core, allow_secrets, redact)
        return outcomes.record_outcome(self._core, ref, result, note, on=on, guard=guard)

    def postpone_outcome(self, ref: str, due: date | str) -> Record:
        """Say on which day the outcome of a decision should be known. Raises as ``record_outcome``, and
        ``RefusedError`` where it is known."""
        from lsp_server.memory.deciding import outcomes

        return outcomes.postpone(self._core, ref, due)

    def due_outcomes(self, on: date | str | None = None) -> Sequence[Record]:
        """The decisions whose outcome should be known by a day (today unless given) and is not, those first
        that have been due for longest. Rejected ones are not among them, superseded ones are."""
        from lsp_server.memory.deciding import outcomes

        return outcomes.due(self._core, on)

    def similar_decisions(self, text: str, limit: int = 5) -> SimilarDecisions:
        """Past decisions like ``text`` whose outcome is known, and how often they turned out well. A word
        with a ``#`` before it is a tag."""
        from lsp_server.memory.deciding import similar

        return similar.similar(self._core, text, limit)

    def similar_to(self, record: Record, limit: int = 5) -> SimilarDecisions:
        """Those that are like a decision that was recorded a moment ago, itself not among them."""
        from lsp_server.memory.deciding import similar

        return similar.similar_to(self._core, record, limit)

    def calibration(self) -> Calibration:
        """How sure people were of their decisions, and how often they were right, by tenths of confidence."""
        from lsp_server.memory.deciding.calibrating import calibration

        return calibration(self._core.followed().judged())
