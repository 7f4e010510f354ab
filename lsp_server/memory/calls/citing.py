"""The calls about labels in somebody's text."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.citing import Citation
    from lsp_server.memory.core import Core


class Citing:
    """What has become of what is cited."""

    _core: Core

    def citations(self, refs: Collection[str]) -> Mapping[str, Citation]:
        """What there is to say about labels, as texts have them (``ADR-3``, ``LEARN-9f3c1a2b``): that the
        decision was superseded, rejected or deprecated, that it has another number, that it was deleted or
        never was. Labels about which there is nothing to say are left out."""
        from lsp_server.memory import citing

        return citing.citations(self._core, refs)
