"""The calls that exchange the memory with other clones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core


class Sharing:
    """Sync."""

    _core: Core
