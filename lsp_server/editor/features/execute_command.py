"""``workspace/executeCommand``: everything the product does, for editors without views of their own."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Sequence
from typing import Any

from lsprotocol import types

from lsp_server.editor.arguments import Arguments, MalformedError
from lsp_server.editor.commands import COMMANDS, Command
from lsp_server.editor.session import Session
from lsp_server.errors import GitMemoryError

log = logging.getLogger(__name__)


def execute_command(session: Session, params: types.ExecuteCommandParams) -> Awaitable[Any]:
    """Raises ``MalformedError``, which is the client's mistake; what a person can mend is told to them."""
    command = COMMANDS.get(params.command)
    if command is None:
        raise MalformedError(f"there is no command {params.command!r}")
    return _execute(session, params.command, command, params.arguments)


async def _execute(session: Session, name: str, command: Command, arguments: Sequence[Any] | None) -> Any:
    try:
        return await command(session, Arguments.of(arguments))
    except GitMemoryError as error:
        session.client.complain(str(error))
    except MalformedError as error:
        raise MalformedError(f"{name}: {error}") from None
    except Exception:
        # A person asked for this and waits: silence would look like success.
        log.exception("a command failed")
        session.client.complain("that did not work; the server's log says why")
    return None
