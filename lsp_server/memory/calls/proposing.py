"""The calls for proposals: changes that are reviewed before they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core


class Proposing:
    """Propose, adopt, withdraw."""

    _core: Core
