"""The calls about what this user trusts and what the team allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.allowances import Allowed
    from lsp_server.memory.core import Core
    from lsp_server.memory.sharing_results import FoundSecret
    from lsp_server.memory.team import OwnFile
    from lsp_server.memory.trust import TrustedRepository


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

    # trust -----------------------------------------------------------------------------------------
    def trust(self, *, for_now: bool = False) -> None:
        """Let the templates and settings on this repository's memory branch apply: from now on, or with
        ``for_now`` for the life of this object. Raises ``RefusedError``, ``StoreError``."""
        if for_now:
            self._core.trust.for_now = True
        else:
            self._core.trust.trust()

    def revoke_trust(self) -> bool:
        """Trust this repository no longer; whether it was trusted."""
        return self._core.trust.revoke()

    def is_trusted(self) -> bool:
        """Whether this user trusts this repository."""
        return self._core.trust.is_trusted()

    def trusted_repositories(self) -> Sequence[TrustedRepository]:
        """Every repository that this user trusts, by the path of its common directory."""
        return self._core.trust.listed()

    def own_files(self) -> Sequence[OwnFile]:
        """The templates and settings on the branch, trusted or not, by path."""
        from lsp_server.memory.team import own_files

        return own_files(self._core.store.snapshot())

    def template_warnings(self) -> Sequence[str]:
        """Which templates and settings of the team's could not be used so far, and why; a line each."""
        return tuple(self._core.team.warnings)

    def tells_of_untrusted(self) -> bool:
        """Whether templates or settings were left aside because nobody trusts them, and nobody was told in
        this repository before. Asking counts as telling."""
        return self._core.team.tells_of_untrusted(self._core.private)
