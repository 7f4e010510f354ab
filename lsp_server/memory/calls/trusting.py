"""The calls about what this user trusts and what the team allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.allowances import Allowed
    from lsp_server.memory.core import Core
    from lsp_server.memory.secret_scan import FoundSecret


class Trusting:
    """Trust and allowances."""

    _core: Core

    # allowances ------------------------------------------------------------------------------------
    def allow_secret(self, fingerprint: str, *, rule: str = "", why: str = "") -> Allowed:
        """Let one finding of the secret scan through from now on, for everybody: an entry of the branch's
        allow-list. ``rule`` and ``why`` are for people. Raises ``UsageError``, ``SecretError``."""
        from lsp_server.memory import allowances

        return allowances.allow(self._core, fingerprint, rule=rule, why=why)

    def disallow_secret(self, fingerprint: str) -> Allowed:
        """Take an allowance back. Raises ``NotFoundError`` when there is none."""
        from lsp_server.memory import allowances

        return allowances.disallow(self._core, fingerprint)

    def allowed_secrets(self) -> Sequence[Allowed]:
        """The branch's allow-list, by fingerprint."""
        from lsp_server.memory import allowances

        return allowances.entries(self._core.store.snapshot())

    def scan_secrets(self, revision: str | None = None) -> Sequence[FoundSecret]:
        """What looks like a secret on the branch and is not allowed: in the whole of ``revision`` (the tip
        without one), or in what differs between ``A..B``. Raises ``NotFoundError``, ``RefusedError``."""
        from lsp_server.memory.secret_scan import scan_memory

        return scan_memory(self._core, revision)
