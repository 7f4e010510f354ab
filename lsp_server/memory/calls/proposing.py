"""The calls for proposals: changes that are reviewed before they count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.sharing_results import Adopted, Proposal, Withdrawn


class Proposing:
    """Propose, adopt, withdraw."""

    _core: Core

    @property
    def proposal(self) -> str | None:
        """The proposal that writes go to, None when they go to the memory itself. Cheap enough to poll."""
        return self._core.repository.proposal

    def proposals(self) -> Sequence[Proposal]:
        """The open proposals: this clone's own and those that remotes are known to have, by name."""
        from lsp_server.memory import proposing

        return proposing.proposals(self._core)

    def write_to_proposal(self, name: str, *, begin: bool = True) -> bool:
        """Let what this object writes, and nothing else, go to a proposal; whether the proposal is new.

        Raises ``UsageError`` for a name that no branch can have, and without ``begin`` ``NotFoundError``
        where there is no such proposal yet.
        """
        from lsp_server.memory import proposing

        is_new = False
        if begin:
            is_new = proposing.begin(self._core, name)
        else:
            proposing.require_open(self._core, name)
        self._core.repository.write_to(name)
        return is_new

    def end_unused_proposal(self) -> bool:
        """End the proposal that this object writes to when nothing was written to it and no worktree is on
        it; whether it has ended. A few file reads."""
        from lsp_server.memory import proposing

        return proposing.end_unused(self._core)

    def propose(self, name: str) -> bool:
        """Let this worktree's writes go to a proposal, until ``end_proposing``; whether it is new. Other
        worktrees are not concerned."""
        from lsp_server.memory import proposing

        return proposing.hold(self._core, name)

    def end_proposing(self) -> str | None:
        """Let this worktree's writes go to the memory itself again; the proposal that they went to, which
        stays open."""
        from lsp_server.memory import proposing

        return proposing.release(self._core)

    def adopt(self, name: str) -> Adopted:
        """Merge a proposal into the memory, and end it. Raises ``NotFoundError``, ``RefusedError``."""
        from lsp_server.memory import proposing

        return proposing.adopt(self._core, name)

    def withdraw(self, name: str) -> Withdrawn:
        """End a proposal without its changes, which are kept under a ref of this clone."""
        from lsp_server.memory import proposing

        return proposing.withdraw(self._core, name)
