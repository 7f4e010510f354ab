"""The calls that look after the memory itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core


class Maintaining:
    """Doctor."""

    _core: Core
