"""The calls that show what changed, and how it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core


class Reviewing:
    """Comparisons and history."""

    _core: Core
