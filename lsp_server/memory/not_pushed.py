"""What a sync raises when it took what the remote had, and could not send all that we have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.errors import StoreError

if TYPE_CHECKING:
    from lsp_server.memory.sharing_results import Synced


class NotPushedError(StoreError):
    """What the remote had is here, but our memory could not be sent there (proposals may have been).
    ``synced`` is what was done."""

    def __init__(self, message: str, synced: Synced) -> None:
        super().__init__(message)
        self.synced = synced


class ProposalsNotSentError(NotPushedError):
    """The memory is the same here and there; proposals of ours were refused there."""
