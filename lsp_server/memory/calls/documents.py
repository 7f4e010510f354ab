"""The calls about living documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.memory.guard import guard_for

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.documents.changes import DocumentChange
    from lsp_server.memory.documents.results import (
        DocumentState,
        FolderExport,
        LivingDocument,
        Noted,
    )
    from lsp_server.memory.importing.results import ImportReport


class Documenting:
    """Read and change the documents that people keep up to date."""

    _core: Core

    def documents(self) -> tuple[DocumentState, ...]:
        """Every living document, also those that are not there yet; of the log each month, of the
        preferences each person's."""
        from lsp_server.memory.documents import reading as document_reading

        return document_reading.states(self._core)

    def document(self, name: str, person: str | None = None) -> LivingDocument:
        """A document by its name (``context``, ``patterns``, ``log`` for the newest month, ``log/2026/11``)
        or its path. Raises ``NotFoundError`` for a name that none has, ``RefusedError`` where it is no
        UTF-8."""
        from lsp_server.memory.documents import reading as document_reading

        return document_reading.document(self._core, name, person)

    def document_history(self, name: str, person: str | None = None) -> Iterator[DocumentChange]:
        """Every commit that changed a document, the newest first, with what it changed there, in words."""
        from lsp_server.memory.documents import changes as document_changes
        from lsp_server.memory.documents import reading as document_reading

        return document_changes.history(self._core, document_reading.document(self._core, name, person).path)

    def addresses(self) -> tuple[str, ...]:
        """Every section and field that can be written to, as ``note`` and ``set`` take them."""
        from lsp_server.memory.documents import reading as document_reading

        return document_reading.addresses(self._core)

    def note(
        self,
        address: str,
        text: str,
        *,
        person: str | None = None,
        new: bool = False,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Noted:
        """Add a bullet to a section (``patterns/anti-patterns``) or below a field (``context/blockers``), a
        person, milestone, layer or metric to ``project/…``, an entry to ``log``. Says nothing twice. ``new``
        adds a section that is not there.

        Raises ``NotFoundError`` (naming what is near), ``AmbiguousError``, ``UsageError``, ``RefusedError``,
        ``SecretError``, ``NotInitialisedError``, ``StoreError``.
        """
        from lsp_server.memory.documents import editing as documents

        guard = guard_for(self._core, allow_secrets, redact)
        return documents.commit(
            self._core,
            guard,
            lambda living: living.note(address, text, person=person, new=new),
            lambda noted: documents.told(
                f"add to {noted.address}{_whose(noted.person)}", guard.clean(text, seen=False)
            ),
        )

    def set(
        self,
        address: str,
        value: str | Sequence[str],
        *,
        person: str | None = None,
        new: bool = False,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Noted:
        """Give a field another value; several are bullets below it, an empty one empties it. ``new`` adds a
        field that is not there. Raises as ``note``."""
        from lsp_server.memory.documents import editing as documents

        guard = guard_for(self._core, allow_secrets, redact)
        said = value if isinstance(value, str) else ", ".join(value)

        def say(noted: Noted) -> str:
            words = guard.clean(said, seen=False)
            action = f"set {noted.address}" if words.strip() else f"empty {noted.address}"
            return documents.told(f"{action}{_whose(noted.person)}{' to' if words.strip() else ''}", words)

        return documents.commit(
            self._core, guard, lambda living: living.set(address, value, person=person, new=new), say
        )

    def append_log(
        self,
        title: str,
        items: Sequence[str] = (),
        *,
        when: datetime | None = None,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Noted:
        """Add an entry to the development log, under its day and in the order of time. ``when`` is now unless
        given. Raises ``UsageError``, ``SecretError``, ``NotInitialisedError``, ``StoreError``."""
        from lsp_server.memory.documents import editing as documents

        guard = guard_for(self._core, allow_secrets, redact)
        moment = when or self._core.now()
        return documents.commit(
            self._core,
            guard,
            lambda living: living.append_log(title, items, when=moment),
            lambda _: documents.told(f"log {moment:%Y-%m-%d %H:%M}", guard.clean(title, seen=False)),
        )

    def replace_document(
        self,
        name: str,
        text: str,
        base: str | None = None,
        *,
        person: str | None = None,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Noted:
        """Put an edited text in a document's place; what changed since ``base``, the text that the edit began
        from, is merged into it and never in conflict. Raises ``SecretError``, ``NotFoundError``,
        ``RefusedError`` where ``project.yaml`` would not be YAML."""
        from lsp_server.memory.documents import editing as documents

        guard = guard_for(self._core, allow_secrets, redact)
        return documents.commit(
            self._core,
            guard,
            lambda living: living.replace(name, text, base, person),
            lambda noted: f"note: {'write' if noted.made else 'edit'} {noted.document}{_whose(noted.person)}",
        )

    def import_folder(
        self,
        directory: str | Path,
        *,
        dry_run: bool = False,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> ImportReport:
        """Bring a ``memory/`` folder (``patterns-learned.md``, ``project-context.md`` …) onto the branch, as
        one commit: byte for byte where the memory has no such document, merged item by item where it has one,
        with what this clone and the folder last agreed on for a base: without one, or where a file looks cut
        off, nothing is taken out. One bad file does not keep the others out.

        Raises ``UsageError`` for what is no such folder, ``NotInitialisedError``, ``StoreError``.
        """
        from lsp_server.memory.importing.living_folder import import_folder

        guard = guard_for(self._core, allow_secrets, redact)
        return import_folder(self._core, Path(directory), dry_run=dry_run, guard=guard)

    def export_folder(self, directory: str | Path, *, force: bool = False) -> FolderExport:
        """Write the living documents to a folder, byte for byte. A file that was changed there since the last
        import or export is left alone, unless ``force``; other files always are. Raises ``UsageError``,
        ``NotFoundError`` where there are no documents yet, ``OSError``."""
        from lsp_server.memory.exporting.living_folder import export_folder

        return export_folder(self._core, Path(directory), force=force)

    def person(self) -> str:
        """Who works here, by git's own settings. Raises ``RefusedError`` where git does not know."""
        from lsp_server.store.identity import split_identity

        return split_identity(self._core.repository.author())[0]


def _whose(person: str | None) -> str:
    return f" of {person}" if person else ""
