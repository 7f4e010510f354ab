"""The language server: every feature is registered here, and here only."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from lsp_server import __version__
from lsp_server.editor import stdio
from lsp_server.editor.arguments import MalformedError
from lsp_server.editor.client import Client
from lsp_server.editor.commands import COMMANDS
from lsp_server.editor.features import (
    code_action,
    code_lens,
    completion,
    definition,
    did_save,
    document_link,
    document_symbol,
    document_sync,
    execute_command,
    hover,
    life_cycle,
    text_content,
)
from lsp_server.editor.positions import as_encoding
from lsp_server.editor.registering import OwnFeature, Registering
from lsp_server.editor.robust_protocol import RobustProtocol
from lsp_server.editor.session import Session

log = logging.getLogger(__name__)

Feature = Callable[[Session, Any], Any]

FEATURES: tuple[tuple[str, Feature, Any], ...] = (
    (types.SHUTDOWN, life_cycle.shutdown, None),
    (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, life_cycle.change_folders, None),
    (types.WORKSPACE_DID_CHANGE_CONFIGURATION, life_cycle.change_settings, None),
    (types.TEXT_DOCUMENT_DID_OPEN, document_sync.did_open, None),
    (types.TEXT_DOCUMENT_DID_CHANGE, document_sync.did_change, None),
    (types.TEXT_DOCUMENT_DID_CLOSE, document_sync.did_close, None),
    (types.TEXT_DOCUMENT_WILL_SAVE, did_save.will_save, None),
    (types.TEXT_DOCUMENT_DID_SAVE, did_save.did_save, None),
    (types.TEXT_DOCUMENT_HOVER, hover.hover, None),
    (types.TEXT_DOCUMENT_DEFINITION, definition.definition, None),
    (types.TEXT_DOCUMENT_CODE_ACTION, code_action.code_action, code_action.OPTIONS),
    (types.DOCUMENT_LINK_RESOLVE, document_link.document_link_resolve, None),
    (types.WORKSPACE_EXECUTE_COMMAND, execute_command.execute_command, None),
)

OWN_FEATURES = (
    OwnFeature(
        types.TEXT_DOCUMENT_DOCUMENT_SYMBOL,
        document_symbol.document_symbol,
        document_symbol.OPTIONS,
        document_symbol.REGISTRATION,
        "text_document.document_symbol",
    ),
    OwnFeature(
        types.TEXT_DOCUMENT_COMPLETION,
        completion.completion,
        completion.OPTIONS,
        completion.REGISTRATION,
        "text_document.completion",
    ),
    OwnFeature(
        types.TEXT_DOCUMENT_DOCUMENT_LINK,
        document_link.document_link,
        document_link.OPTIONS,
        document_link.REGISTRATION,
        "text_document.document_link",
    ),
    OwnFeature(
        types.TEXT_DOCUMENT_CODE_LENS,
        code_lens.code_lens,
        None,
        code_lens.REGISTRATION,
        "text_document.code_lens",
    ),
    OwnFeature(
        types.WORKSPACE_TEXT_DOCUMENT_CONTENT,
        text_content.text_document_content,
        None,
        text_content.REGISTRATION,
        "workspace.text_document_content",
    ),
)


class Server(LanguageServer):
    """pygls' server with our protocol."""

    protocol: RobustProtocol

    def __init__(self) -> None:
        super().__init__(
            "git-memory", __version__, protocol_cls=RobustProtocol, converter_factory=default_converter
        )

    def report_server_error(self, error: Exception, source: Any) -> None:
        """To the log. pygls would show each as a message box in the editor."""
        log.error("%s: %s", getattr(source, "__name__", source), error)


def build() -> tuple[Server, Session]:
    """The server with every feature registered, and its session."""
    server = Server()
    session = Session(Client(server))

    def add(one: OwnFeature) -> None:
        server.feature(one.method, one.options)(_bound(server, session, one.method, one.handler))

    registering = Registering(OWN_FEATURES, add)

    def initialize(params: types.InitializeParams) -> None:
        encoding = as_encoding(server.workspace.position_encoding)
        life_cycle.initialize(session, params, encoding)
        registering.initialize(params.capabilities)

    def initialized(session: Session, params: types.InitializedParams) -> Any:
        return life_cycle.initialized(session, params, registering.initialized())

    server.feature(types.INITIALIZE)(initialize)
    server.feature(types.INITIALIZED)(_bound(server, session, types.INITIALIZED, initialized))
    for method, feature, options in FEATURES:
        server.feature(method, options)(_bound(server, session, method, feature))
    for name in COMMANDS:
        # For the capabilities only: the commands themselves are looked up in COMMANDS.
        server.command(name)(lambda: None)
    return server, session


def _bound(server: Server, session: Session, method: str, feature: Feature) -> Callable[[Any], Any]:
    def handle(params: Any) -> Any:
        return feature(session, params)

    return server.protocol.guarded(method, handle, passing=(MalformedError,))


def serve() -> None:
    """Serve the client on standard input and output, and end the process with the protocol's exit code."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # How long a thread may keep the others waiting for Python: an answer is due before a worker's is.
    sys.setswitchinterval(0.001)
    reading, writing = stdio.take_over()
    server, session = build()
    try:
        code = asyncio.run(_serve(server, session, reading, writing))
    except KeyboardInterrupt:
        code = 130
    logging.shutdown()
    # Not sys.exit: it would wait for worker threads, and for git processes that nobody needs any more.
    os._exit(code)


async def _serve(server: Server, session: Session, reading: int, writing: int) -> int:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def end(code: int) -> None:
        if not ended.done():
            ended.set_result(code)

    def on_loop(callback: Callable[[Any], None], value: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended before the thread that calls
            loop.call_soon_threadsafe(callback, value)

    def end_from_thread() -> None:
        on_loop(end, 1)

    outbox = stdio.Outbox(writing, end_from_thread)
    protocol = server.protocol
    protocol.set_writer(outbox, include_headers=False)
    protocol.ended = end
    session.parent_died = lambda: end(1)

    def deliver(message: object) -> None:
        on_loop(protocol.receive, message)

    stdio.start_reader(reading, deliver, end_from_thread)
    code = await ended
    await session.close()
    outbox.close()
    return code
