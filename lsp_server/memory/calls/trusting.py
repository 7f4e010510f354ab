"""The calls about what this user trusts and allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core


class Trusting:
    """Trust and allowances."""

    _core: Core
