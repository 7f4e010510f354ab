"""The calls about sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsp_server.memory.guard import guard_for

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.memory.core import Core
    from lsp_server.memory.exporting.aloop import SessionExport
    from lsp_server.memory.importing.results import ImportReport
    from lsp_server.memory.sessions.finding import SessionSummary
    from lsp_server.records.model import Record
    from lsp_server.records.sessions.model import Session


class Conversing:
    """Save, read and list sessions: spans of work, with what was said in them."""

    _core: Core

    def save_session(self, session: Session, *, redact: bool = True) -> Session:
        """Write a session as one commit: a new one, or merged with what stands there under its id. The answer
        is the session as it now stands, with the time of this save in ``updated_at``.

        A session that came from ``session`` or from an earlier save knows what it was read from: only what
        was changed since then is changed, and what others did meanwhile (by hand, too) is kept. Messages that
        were added on both sides are all kept. Secrets in messages are replaced by ``[redacted: <rule>]``; in
        the head (goal, summary …) too, or with ``redact`` false refused.

        Raises ``UsageError`` for a value that JSON does not have, for an id that is no UUID or a time that is
        none, ``SecretError``, ``RefusedError``, ``NotInitialisedError``, ``StoreError``.
        """
        from lsp_server.memory.sessions import saving as sessions

        self._core.expect_memory()
        return sessions.save(self._core, session, guard_for(self._core, redact=redact))

    def session(self, ref: str = "latest") -> Session:
        """The session with this label, full id, part of an id that no other session has, or name in another
        program; ``latest`` is the one that was saved last.

        Raises ``NotFoundError``, ``AmbiguousError``, ``UsageError`` for another kind of record,
        ``RefusedError`` for a file that cannot be read.
        """
        from lsp_server.memory.sessions import saving as sessions

        return sessions.read(self._core, ref)

    def sessions(self, limit: int | None = 20) -> tuple[SessionSummary, ...]:
        """The sessions without their messages, those first that were saved last; ``limit`` None for all."""
        from lsp_server.memory.sessions import finding as session_finding

        return session_finding.summaries(self._core, limit)

    def resume_session(self, ref: str = "latest", *, instead: bool = False) -> Session:
        """Make a session the one under way in this worktree, and answer with it; ``end_session`` then ends it
        once more. Another one that is under way is refused, or with ``instead`` given up.

        Raises as ``session``, and ``StoreError`` where it cannot be noted.
        """
        from lsp_server.memory.sessions import going_on as session_resuming

        return session_resuming.resume(self._core, ref, instead=instead)

    def delete_session(self, ref: str) -> Record:
        """Take a session off the branch; its history stays. ``ref`` is as ``session`` has it."""
        from lsp_server.memory import amending
        from lsp_server.memory.sessions import finding as session_finding

        return amending.delete(self._core, session_finding.find(self._core, ref).id)

    def import_sessions(
        self,
        directory: str | Path,
        *,
        dry_run: bool = False,
        allow_secrets: Sequence[str] = (),
        redact: bool = True,
    ) -> ImportReport:
        """Bring the sessions of a folder (``.aloop/sessions``: a ``session.yaml`` in a folder each) onto the
        branch, as one commit. Importing again adds nothing; what was changed there since is merged with what
        was changed here. Half-written, doubled and wrongly encoded files are told one by one.

        Raises ``UsageError`` for a folder without any, ``NotInitialisedError``, ``StoreError``.
        """
        from pathlib import Path

        from lsp_server.memory.importing.aloop import import_sessions

        guard = guard_for(self._core, allow_secrets, redact)
        return import_sessions(self._core, Path(directory), guard, dry_run=dry_run)

    def export_sessions(self, directory: str | Path, *, force: bool = False) -> SessionExport:
        """Write all sessions into such a folder, with its ``.index.yaml``; the import of it is the same
        memory. A file that says what the memory never had is left alone, unless ``force``.

        Raises ``RefusedError``, ``NotInitialisedError``, ``StoreError`` where it cannot be written.
        """
        from pathlib import Path

        from lsp_server.memory.exporting.aloop import export_sessions

        return export_sessions(self._core, Path(directory), force=force)
