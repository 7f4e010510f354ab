"""The calls that look after the memory itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.doctor.model import Diagnosis


class Maintaining:
    """Doctor."""

    _core: Core

    def examine(
        self, *, seconds: float | None = None, progress: Callable[[str], None] | None = None
    ) -> Diagnosis:
        """Look the memory over: the branch, its records and links, the anchors in the code, the index, the
        remotes, what is left over, hooks, configuration and environment.

        ``seconds`` bounds the search for anchors, which blames files; ``progress`` hears what is being looked
        at. Talks to no network, and writes nothing but the index; what killed processes left is told, and
        cleared up as by every call. Does not raise for what it finds, a missing memory included.
        """
        from lsp_server.memory.doctor.examining import examine

        return examine(self._core, seconds=seconds, progress=progress)

    def repair(
        self, *, seconds: float | None = None, progress: Callable[[str], None] | None = None
    ) -> Diagnosis:
        """Mend what can be mended safely, then look again: ``repairs`` says what was done. What changes the
        branch is a commit each. Raises what a write raises (``RefusedError``, ``StoreError``)."""
        from lsp_server.memory.doctor.repairing import repair

        return repair(self._core, seconds=seconds, progress=progress)
