"""The calls that make several writes one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core


class Batching:
    """Batches."""

    _core: Core
