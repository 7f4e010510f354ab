"""The calls about artifacts: files that are kept as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from lsp_server.memory.artifacts.results import Artifact
    from lsp_server.memory.core import Core
    from lsp_server.store.base import Commit


class Artifacts:
    """Screenshots, diagrams, reports, any file."""

    _core: Core

    def add_artifact(
        self,
        path: str | Path,
        *,
        folder: str | None = None,
        name: str | None = None,
        lfs: bool | None = None,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Artifact:
        """Keep a file of the disk as ``artifacts/FOLDER/NAME``, as one commit; what is there already makes
        none (``change`` of the answer says so).

        Without ``folder`` it goes where such files usually do: ``screenshots``, ``diagrams``, ``reports`` or
        ``files``. ``lfs`` keeps it with git LFS, or never does; None: only a file above
        ``memory.artifactLimit``, and only where ``memory.artifactLfs`` is set. ``progress`` is told how many
        bytes of how many LFS has. A text is scanned for secrets: see ``record``.

        Raises ``NotFoundError``, ``UsageError`` (a name that not every system can have), ``RefusedError`` (a
        symbolic link, a folder, too large, no git LFS), ``SecretError``.
        """
        from lsp_server.memory.artifacts import adding as artifacts
        from lsp_server.memory.guard import guard_for

        guard = guard_for(self._core, allow_secrets, redact)
        return artifacts.add(
            self._core, Path(path), folder=folder, name=name, lfs=lfs, guard=guard, progress=progress
        )

    def artifacts(self, folder: str | None = None) -> tuple[Artifact, ...]:
        """The artifacts of a folder and those below it, or all, by path: media type, size in bytes, whether
        git LFS holds it, and when it was added."""
        from lsp_server.memory.artifacts.reading import artifacts

        return artifacts(self._core, folder)

    def artifact_info(self, path: str) -> Artifact:
        """One artifact, as ``artifacts`` lists it. Its path may be said without ``artifacts/``. Raises
        ``NotFoundError``, ``UsageError``."""
        from lsp_server.memory.artifacts.reading import info

        return info(self._core, path)

    def artifact_history(self, path: str) -> Sequence[Commit]:
        """The commits that added, replaced or removed it, the newest first."""
        from lsp_server.records.artifact_paths import artifact_path

        return self._core.store.history(artifact_path(path))

    def artifact(self, path: str) -> bytes:
        """An artifact's bytes. What git LFS holds and this clone does not have is fetched first.

        Raises ``NotFoundError``, ``UsageError``, and ``StoreError`` where it cannot be fetched.
        """
        from lsp_server.memory.artifacts.reading import read

        return read(self._core, path)

    def open_artifact(self, path: str) -> bytes | BinaryIO:
        """As ``artifact``, for large ones: where git LFS holds it, an open file, which the caller closes."""
        from lsp_server.memory.artifacts.reading import opened

        return opened(self._core, path)

    def save_artifact(self, path: str, file: str | Path, *, force: bool = False) -> Path:
        """Write an artifact to a file of the disk, whole or not at all; into a folder under its own name. The
        answer is where it stands.

        Raises as ``artifact``, and ``RefusedError`` where there is such a file, unless ``force``.
        """
        from lsp_server.memory.artifacts.reading import save

        return save(self._core, path, Path(file), force=force)

    def remove_artifact(self, path: str) -> Artifact:
        """Take an artifact away, as one commit; history keeps it. Raises as ``artifact_info``."""
        from lsp_server.memory.artifacts import adding as artifacts

        return artifacts.remove(self._core, path)
