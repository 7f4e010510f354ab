"""The call about values that programs keep under keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.keyed.manager import MemoryManager


class Keeping:
    """Keyed values on the memory's branch."""

    _core: Core

    def values(self, *, allow_secrets: Sequence[str] = (), redact: bool = False) -> MemoryManager:
        """The keyed values of this memory, each write a commit: see ``MemoryManager`` for its calls.

        A value is scanned for secrets: see ``record``. Its writes raise ``SecretError``, ``RefusedError``
        where the branch is checked out, ``NotInitialisedError``. It is closed with this memory.
        """
        from lsp_server.memory.facade import Memory
        from lsp_server.memory.keyed.git_storage import GitStorage
        from lsp_server.memory.keyed.manager import MemoryManager

        assert isinstance(self, Memory)
        return MemoryManager(GitStorage(self, allow_secrets=allow_secrets, redact=redact))
