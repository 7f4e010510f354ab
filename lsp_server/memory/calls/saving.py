"""The calls that save what a phase, a decision or a fixed bug left, in the words of a project directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lsp_server.memory.guard import guard_for
from lsp_server.records.anchors import CodePlace
from lsp_server.records.model import Kind, Record

if TYPE_CHECKING:
    from datetime import date

    from lsp_server.memory.core import Core


class Saving:
    """Save a checkpoint, the end of a phase, a decision, a bug's fix."""

    _core: Core

    def save_checkpoint(
        self,
        phase: str,
        progress: Mapping[str, Any] | None = None,
        metrics: Mapping[str, int | float | str] | None = None,
        *,
        title: str | None = None,
        session: str | None = None,
        details: str | Sequence[str] = "",
        notes: str = "",
        state: str | None = None,
        tags: Sequence[str] = (),
        at: Sequence[CodePlace] = (),
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Record:
        """Note where the work stands, as ``Memory.checkpoint`` does: the code's commit, the branch, the files
        changed since the checkpoint before and the time since then are filled in.

        ``progress`` has any of ``current_task`` (text), ``completed``, ``in_progress`` and ``todo`` (lists of
        texts); ``metrics`` are figures by their names. ``session`` is the name, id or label of the session
        that it belongs to, ``state`` how far the phase is (``completed``).

        >>> memory.save_checkpoint("Implementation", {"completed": ["Login"], "todo": ["Rate limit"]},
        ...                        {"tests_added": 8})

        Raises ``UsageError`` for a key of ``progress`` that is none of these, else as ``record``.
        """
        from lsp_server.memory import checkpointing, saving
        from lsp_server.memory.recording import Given

        self._core.expect_memory()
        fields = saving.checkpoint_fields(
            phase, progress, metrics, session=session, details=details, notes=notes, state=state
        )
        given = Given(Kind.CHECKPOINT, title or "", fields, tags=tags, at=at)
        new = checkpointing.prepare(self._core, given, guard_for(self._core, allow_secrets, redact))
        return checkpointing.checkpoint(self._core, new)

    def save_phase_completion(
        self,
        phase: str,
        details: str | Sequence[str] = "",
        *,
        progress: Mapping[str, Any] | None = None,
        metrics: Mapping[str, int | float | str] | None = None,
        session: str | None = None,
        tags: Sequence[str] = (),
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Record:
        """Note that a phase is completed: a checkpoint (which is answered), and an entry of the development
        log, in one commit. ``details`` are a text or a list of them; the rest is as ``save_checkpoint`` has
        it. Raises as that does."""
        from lsp_server.memory import saving
        from lsp_server.memory.batches import batch
        from lsp_server.memory.titles import clean_title

        title = clean_title(f"{phase} completed")
        with batch(self._core, f"checkpoint: {title}"):
            record = self.save_checkpoint(
                phase,
                progress,
                metrics,
                title=title,
                session=session,
                details=details,
                state="completed",
                tags=tags,
                allow_secrets=allow_secrets,
                redact=redact,
            )
            guard = guard_for(self._core, allow_secrets, redact)
            saving.append_to_log(self._core, title, saving.listed(details), guard)
        return record

    def save_decision(
        self,
        title: str,
        context: str,
        decision: str,
        rationale: str = "",
        consequences: str | Sequence[str] | Mapping[str, Sequence[str]] = "",
        *,
        status: str = "accepted",
        deciders: Sequence[str] = (),
        implementation: str = "",
        confidence: float | str | None = None,
        based_on: str | Sequence[str] = (),
        outcome_due: date | str | None = None,
        tags: Sequence[str] = (),
        at: Sequence[CodePlace] = (),
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Record:
        """Record a decision that was taken. It is accepted unless ``status`` says otherwise.

        ``consequences`` are ``{"positive": [...], "negative": [...]}``, or a text with such lists below
        ``**Positive:**`` and ``**Negative:**``; any other text, and a list, stands in the record under
        *Consequences*. ``confidence`` is how likely it is to turn out well (0 to 1, or ``"80%"``),
        ``outcome_due`` the day when that should be known; see ``Memory.decide``.

        Raises ``UsageError`` for other keys, else as ``record``.
        """
        from lsp_server.memory import recording, saving

        self._core.expect_memory()
        fields, text = saving.decision_fields(context, decision, rationale, consequences)
        fields.update(
            deciders=tuple(deciders),
            implementation=implementation,
            confidence=confidence,
            based_on=based_on,
            outcome_due=outcome_due,
        )
        given = recording.Given(Kind.DECISION, title, fields, status, tags, at, text=text)
        new = recording.prepare(self._core, given, guard_for(self._core, allow_secrets, redact))
        return recording.record(self._core, new)

    def save_bug_fix(
        self,
        bug: str | int,
        description: str,
        root_cause: str = "",
        fix: str = "",
        lesson: str = "",
        *,
        fields: Mapping[str, Any] | None = None,
        learning_title: str | None = None,
        tags: Sequence[str] = (),
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> tuple[Record, Record]:
        """Note that a bug is fixed, and what it taught: (the bug, the learning), linked both ways, in one
        commit.

        ``bug`` is a number, a label or an id: the bug that has it is marked fixed. A number that no bug ever
        had is given to a new bug, called by the first line of its description; any other text is the title
        of a new one. ``fields`` are further fields of the bug (``severity``, ``tests``, ``fixed_in``,
        ``deployed_to`` …). The learning has the bug's title unless ``learning_title`` says otherwise.

        Raises ``NotFoundError`` for a number or a label of a bug that was deleted, ``RefusedError`` where
        the bug cannot become fixed, else as ``record``.
        """
        from lsp_server.memory import saving

        self._core.expect_memory()
        said = {"description": description, "root_cause": root_cause, "fix": fix, "lessons": lesson}
        return saving.save_bug_fix(
            self._core,
            bug,
            {name: text for name, text in said.items() if text.strip()} | dict(fields or {}),
            learning_title=learning_title,
            tags=tags,
            guard=guard_for(self._core, allow_secrets, redact),
        )
