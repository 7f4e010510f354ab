"""How long a sync may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

TIMEOUT_KEY = "memory.synctimeout"
DEFAULT_TIMEOUT = 60.0  # seconds, for the whole sync


def how_to_allow_more(given: float | None) -> str:
    """What a person does who was told that the time ran out: nobody can give an option to the background."""
    return "`--timeout SECONDS`" if given is not None else "`git config memory.syncTimeout SECONDS`"


def seconds(core: Core, given: float | None) -> float:
    """The seconds given, else those configured. Raises ``UsageError``, ``RefusedError``."""
    if given is not None:
        if not 0 < given < 1e6:
            raise UsageError("a timeout is a number of seconds above 0")
        return given
    configured = core.repository.config.get(TIMEOUT_KEY)
    try:
        found = float(configured) if configured is not None else DEFAULT_TIMEOUT
    except ValueError:
        found = -1.0
    if not 0 < found < 1e6:
        raise RefusedError(f"memory.syncTimeout should be a number of seconds, not {configured!r}")
    return found
