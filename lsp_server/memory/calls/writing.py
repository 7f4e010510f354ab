"""The calls that write records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_server.memory.guard import guard_for
from lsp_server.records.anchors import CodePlace
from lsp_server.records.model import Kind, Link, Record

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.importing.results import ImportReport


class Writing:
    """Record, change, import."""

    _core: Core

    def record(
        self,
        kind: Kind,
        title: str,
        *,
        fields: Mapping[str, Any] | None = None,
        status: str | None = None,
        tags: Sequence[str] = (),
        at: Sequence[CodePlace] = (),
        links: Sequence[Link] = (),
        body: str | None = None,
        text: str = "",
        form: str = "",
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Record:
        """Write a new record.

        ``fields`` are by the kind's names (``records.fields``); ``text`` is free Markdown below them, and
        ``body`` replaces the whole body. ``at`` anchors it to places in the code: lines, a symbol, a file or
        a folder, as they are on disk or as a commit has them (``records.anchors``). ``form`` is ``nygard`` or
        ``madr`` (default) for decisions. ``allow_secrets`` are fingerprints of findings to let through;
        ``redact`` replaces secrets instead of refusing them.

        Raises ``UsageError``, ``RefusedError``, ``NotInitialisedError``, ``StoreError``.
        """
        from lsp_server.memory import recording

        self._core.expect_memory()
        given = recording.Given(kind, title, fields, status, tags, at, links, body, text, form)
        new = recording.prepare(self._core, given, guard_for(self._core, allow_secrets, redact))
        return recording.record(self._core, new)

    def checkpoint(
        self,
        message: str | None = None,
        *,
        fields: Mapping[str, Any] | None = None,
        tags: Sequence[str] = (),
        at: Sequence[CodePlace] = (),
        text: str = "",
        snapshot: bool = False,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Record:
        """Note where the work stands; the commit, the branch and the changed files are filled in.
        ``snapshot`` keeps the exact work tree as well, in this clone alone. What the memory says of commits
        that were rewritten since is settled first, as ``settle_links`` does.

        Raises as ``record``; with ``snapshot`` also ``RefusedError`` without a work tree.
        """
        from lsp_server.memory import checkpointing
        from lsp_server.memory.recording import Given

        given = Given(Kind.CHECKPOINT, message or "", fields, tags=tags, at=at, text=text)
        new = checkpointing.prepare(self._core, given, guard_for(self._core, allow_secrets, redact))
        if not snapshot:
            return checkpointing.checkpoint(self._core, new)
        from lsp_server.memory import snapshotting

        return snapshotting.keep_with(
            self._core, new.record, lambda: checkpointing.checkpoint(self._core, new)
        )

    def mark(self, ref: str, status: str) -> Record:
        """Give a record its next status. Raises ``RefusedError`` for an impossible step."""
        from lsp_server.memory import amending

        return amending.mark(self._core, ref, status)

    def supersede(
        self,
        ref: str,
        title: str,
        *,
        fields: Mapping[str, Any] | None = None,
        status: str | None = None,
        tags: Sequence[str] = (),
        at: Sequence[CodePlace] = (),
        text: str = "",
        form: str = "",
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> tuple[Record, Record]:
        """Record a decision that replaces ``ref``: (the old one, the new one), linked both ways, as one
        commit. The new one is accepted unless ``status`` says otherwise."""
        from lsp_server.memory import amending, recording

        self._core.expect_memory()
        given = recording.Given(
            Kind.DECISION, title, fields, status or "accepted", tags, at, text=text, form=form
        )
        new = recording.prepare(self._core, given, guard_for(self._core, allow_secrets, redact))
        return amending.supersede(self._core, ref, new)

    def close_bug(
        self,
        ref: str,
        *,
        status: str = "fixed",
        fields: Mapping[str, Any] | None = None,
        learning_title: str | None = None,
        learning: Mapping[str, Any] | None = None,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> tuple[Record, Record | None]:
        """Settle a bug, set ``fields`` of it (``fix``, ``tests`` …); with ``learning_title`` write what it
        taught as a learning, linked both ways, in the same commit."""
        from lsp_server.memory import amending, recording

        self._core.expect_memory()
        guard = guard_for(self._core, allow_secrets, redact)
        taught = None
        if learning_title is not None:
            given = recording.Given(Kind.LEARNING, learning_title, learning)
            taught = recording.prepare(self._core, given, guard)
        return amending.close_bug(
            self._core, ref, status=status, fields=fields or {}, learning=taught, guard=guard
        )

    def amend(
        self,
        ref: str,
        text: str,
        *,
        base: str | None = None,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Record:
        """Replace a record's whole file. ``base`` is the text that the edit began from: what changed
        meanwhile is merged, and a true conflict raises ``RefusedError``."""
        from lsp_server.memory import amending

        return amending.amend(self._core, ref, text, base, guard_for(self._core, allow_secrets, redact))

    def delete(self, ref: str) -> Record:
        """Take a record off the branch. History keeps it, and its number is never given again."""
        from lsp_server.memory import amending

        return amending.delete(self._core, ref)

    def import_adrs(
        self,
        directory: str | Path,
        *,
        dry_run: bool = False,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> ImportReport:
        """Import a folder of ADRs, whatever their dialect, body byte for byte, as one commit."""
        from lsp_server.memory.importing.adrs import import_adrs

        guard = guard_for(self._core, allow_secrets, redact)
        return import_adrs(self._core, Path(directory), dry_run=dry_run, guard=guard)
