"""The calls that bring a directory of project memory in, and write one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.memory.guard import guard_for

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.directory_results import DirectoryExport
    from lsp_server.memory.importing.results import ImportReport


class Directories:
    """``project_summary.json``, ``development_log.md``, ``decisions.md``, ``learnings.md``, ``bugs/``,
    ``checkpoints/``, ``sessions/``, ``artifacts/``: see ``docs/project-directory.md``."""

    _core: Core

    def import_directory(
        self,
        directory: str | Path,
        *,
        dry_run: bool = False,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
        progress: Callable[[str], None] = lambda _: None,
    ) -> ImportReport:
        """Bring a directory of project memory onto the branch, as one commit: nothing of it where that is
        interrupted. Importing it again adds nothing, and brings up to date what was changed in the directory
        alone. One bad file does not keep the others out: the answer says for each thing what became of it.

        Raises ``UsageError`` for what is no such directory, ``NotInitialisedError``, ``StoreError``.
        """
        from lsp_server.memory.importing.directory import import_directory

        guard = guard_for(self._core, allow_secrets, redact)
        return import_directory(self._core, Path(directory), dry_run=dry_run, guard=guard, progress=progress)

    def export_directory(
        self,
        directory: str | Path,
        *,
        force: bool = False,
        progress: Callable[[str], None] = lambda _: None,
    ) -> DirectoryExport:
        """Write the whole memory as such a directory; what its formats have no place for stands in
        ``.git-memory.yaml`` beside them. The import of it into an empty memory is the same memory.

        An earlier export is brought up to date; files that are not of an export are left alone. Raises
        ``RefusedError`` for a folder that holds other things or files that were changed since the export,
        unless ``force``, and ``NotInitialisedError``.
        """
        from lsp_server.memory.exporting.directory import export_directory

        return export_directory(self._core, Path(directory), force=force, progress=progress)
