"""What pygls leaves open in the protocol's life cycle, closed.

Written against pygls 2.1 (the project pins ``pygls>=2.1,<3``). Every request gets exactly one answer,
whatever is in it; nothing that a client sends ends the server or another request; requests can be cancelled.
What is overridden is what pygls documents for overriding (``protocol_cls``, ``handle_message``,
``structure_message``, ``lsp_method``), except where a comment says otherwise.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import Callable, Generator, Mapping
from enum import Enum, auto
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.protocol.json_rpc import RPCNotification

from lsp_server.editor.stdio import Unreadable

log = logging.getLogger(__name__)

MessageId = str | int
Handler = Callable[[Any], Any]
Steps = Generator[Any, Any, Any]

# What we read of a client's capabilities. The rest is dropped before pygls looks at it: one value that
# lsprotocol does not know, in a part that does not concern us, would refuse the whole editor.
_READ_CAPABILITIES: Mapping[str, Any] = {
    "general": {"positionEncodings": {}},
    "window": {"showDocument": {}, "workDoneProgress": {}},
    "workspace": {
        "workspaceFolders": {},
        "workspaceEdit": {"documentChanges": {}},
        "textDocumentContent": {"dynamicRegistration": {}},
    },
    "textDocument": {
        "synchronization": {},
        "hover": {"contentFormat": {}},
        "codeAction": {"codeActionLiteralSupport": {}},
        "completion": {"dynamicRegistration": {}},
        "documentSymbol": {"dynamicRegistration": {}, "hierarchicalDocumentSymbolSupport": {}},
        "documentLink": {"dynamicRegistration": {}},
        "codeLens": {"dynamicRegistration": {}},
    },
}


class _Phase(Enum):
    NEW = auto()
    RUNNING = auto()
    SHUT_DOWN = auto()


class RobustProtocol(LanguageServerProtocol):
    """The protocol of one client. ``receive`` takes what the reader has decoded, on the loop's thread."""

    def __init__(self, server: Any, converter: Any) -> None:
        super().__init__(server, converter)
        self._phase = _Phase.NEW
        self._running: dict[MessageId, asyncio.Future[Any]] = {}
        self._background: set[asyncio.Future[Any]] = set()
        self.ended: Callable[[int], None] = lambda _code: None

    # Messages in ------------------------------------------------------------------------------------
    def receive(self, message: object) -> None:
        """Handle one message. Never raises."""
        try:
            self._receive(message)
        except Exception:
            log.exception("a message could not be handled")

    def _receive(self, message: object) -> None:
        if isinstance(message, Unreadable):
            self._refuse(None, types.ErrorCodes.ParseError, "the message is not JSON")
        elif not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            self._refuse(_id_of(message), types.ErrorCodes.InvalidRequest, "not a JSON-RPC 2.0 message")
        elif "method" not in message:
            # An answer to a request of ours; those that answer nothing we asked are pygls' to ignore.
            if "id" in message:
                self.handle_message(self.structure_message(message))
        elif not isinstance(message["method"], str):
            self._refuse(_id_of(message), types.ErrorCodes.InvalidRequest, "the method is not a string")
        elif "id" not in message:
            self._receive_notification(message)
        elif (msg_id := _id_of(message)) is None:
            self._refuse(None, types.ErrorCodes.InvalidRequest, "the id is neither a string nor an integer")
        else:
            self._receive_request(msg_id, message)

    def _receive_request(self, msg_id: MessageId, message: dict[str, Any]) -> None:
        method = message["method"]
        codes = types.ErrorCodes
        if self._phase is _Phase.SHUT_DOWN:
            return self._refuse(msg_id, codes.InvalidRequest, "the server is shutting down")
        if method == types.INITIALIZE:
            if self._phase is not _Phase.NEW:
                return self._refuse(msg_id, codes.InvalidRequest, "the server is initialized already")
            _drop_unread_capabilities(message)
        elif self._phase is _Phase.NEW:
            return self._refuse(msg_id, codes.ServerNotInitialized, "the server is not initialized")
        if not self._is_known(method) or _is_notification(method):
            return self._refuse(msg_id, codes.MethodNotFound, f"there is no request {method!r}")
        try:
            request = self._structure(message)
        except Exception as error:
            # cattrs raises several families; whatever it is, the client sent what the method does not take.
            log.warning("the parameters of %s are malformed: %s", method, _innermost(error))
            text = f"malformed parameters: {_innermost(error)}"
            return self._refuse(msg_id, codes.InvalidParams, text)
        if method == types.INITIALIZE:
            self._phase = _Phase.RUNNING
        elif method == types.SHUTDOWN:
            self._phase = _Phase.SHUT_DOWN
        self.handle_message(request)
        return None

    def _receive_notification(self, message: dict[str, Any]) -> None:
        method = message["method"]
        if method == types.EXIT:
            self.ended(0 if self._phase is _Phase.SHUT_DOWN else 1)
        elif method == types.CANCEL_REQUEST:
            self._cancel(message)
        elif self._phase is _Phase.RUNNING and self._is_known(method) and _is_notification(method):
            try:
                notification = self._structure(message)
            except Exception as error:
                log.warning("the notification %s is malformed: %s", method, _innermost(error))
            else:
                self.handle_message(notification)

    def _is_known(self, method: str) -> bool:
        return method in self.fm.builtin_features or method in self.fm.features

    def _structure(self, message: dict[str, Any]) -> Any:
        # The converter is pygls' attribute; its own structure_message logs a traceback for each client error.
        kind = self.get_message_type(message["method"])
        return None if kind is None else self._converter.structure(message, kind)

    def _cancel(self, message: dict[str, Any]) -> None:
        params = message.get("params")
        msg_id = _id_of(params)
        task = self._running.get(msg_id) if msg_id is not None else None
        if msg_id is not None and task is not None:
            task.cancel()
            # pygls answers the request as cancelled; it warns of requests that it does not know.
            cancel = types.CancelNotification(params=types.CancelParams(id=msg_id))
            self.handle_message(cast("RPCNotification", cancel))  # its method is a Literal, not any str

    # Messages out -----------------------------------------------------------------------------------
    def _refuse(self, msg_id: MessageId | None, code: types.ErrorCodes, text: str) -> None:
        error = {"code": code.value, "message": text}
        if self.writer is not None:
            self.writer.write(json.dumps({"jsonrpc": "2.0", "id": msg_id, "error": error}).encode())

    # Handlers ---------------------------------------------------------------------------------------
    def guarded(self, name: str, handler: Handler, *, passing: tuple[type[Exception], ...] = ()) -> Handler:
        """A handler that cannot hurt the others: what it raises is logged and the answer is null.

        ``handler`` runs at once, on the loop, against the documents as they are; it returns its answer, or an
        awaitable of it for what takes longer, which can be cancelled. ``passing`` errors reach the client.
        """

        # pygls runs generators step by step and sends what they return.
        def run(params: Any) -> Steps:
            try:
                answer = handler(params)
            except passing:
                raise
            except Exception:
                log.exception("%s failed", name)
                return None
            if not inspect.isawaitable(answer):
                return answer
            task = asyncio.ensure_future(answer)
            if (msg_id := self.msg_id) is None:
                self._background.add(task)
                task.add_done_callback(self._background.discard)
            else:
                self._running[msg_id] = task
                task.add_done_callback(lambda _: self._running.pop(msg_id, None))
            return (yield _outcome, (name, task, passing), None)

        return run

    # Not one of those that pygls documents: it logs a traceback, and a second line, for each error that is
    # answered, also for what is wrong in the client's own request.
    def _send_handler_result(self, future: Any, *, msg_id: MessageId) -> None:
        error = None if future.cancelled() else future.exception()
        if not isinstance(error, JsonRpcInvalidParams):
            super()._send_handler_result(future, msg_id=msg_id)
            return
        self._request_futures.pop(msg_id, None)
        log.warning("the request %s is malformed: %s", msg_id, error)
        self._refuse(msg_id, types.ErrorCodes.InvalidParams, str(error))

    # What pygls builds in, without what it does there: its document store splits lines elsewhere than the
    # protocol does, and changes positions in place; its commands spread their arguments over a signature.
    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Steps:
        return (yield from self._only_ours(types.TEXT_DOCUMENT_DID_OPEN, params))

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Steps:
        return (yield from self._only_ours(types.TEXT_DOCUMENT_DID_CHANGE, params))

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Steps:
        return (yield from self._only_ours(types.TEXT_DOCUMENT_DID_CLOSE, params))

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Steps:
        return (yield from self._only_ours(types.WORKSPACE_EXECUTE_COMMAND, params))

    def _only_ours(self, method: str, params: Any) -> Steps:
        return (yield self.fm.features[method], (params,), None)


async def _outcome(name: str, task: asyncio.Future[Any], passing: tuple[type[Exception], ...]) -> Any:
    try:
        return await task
    except asyncio.CancelledError:
        return None  # the client has its answer already
    except passing:
        raise
    except Exception:
        log.exception("%s failed", name)
        return None


def _id_of(message: object) -> MessageId | None:
    msg_id = message.get("id") if isinstance(message, dict) else None
    return msg_id if isinstance(msg_id, (str, int)) and not isinstance(msg_id, bool) else None


def _is_notification(method: str) -> bool:
    found = types.METHOD_TO_TYPES.get(method)
    return found is not None and found[1] is None


def _innermost(error: BaseException) -> str:
    """The line of a nested validation error that says what is wrong."""
    while inner := getattr(error, "exceptions", None):
        error = inner[0]
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


def _drop_unread_capabilities(message: dict[str, Any]) -> None:
    params = message.get("params")
    if isinstance(params, dict):
        capabilities = params.get("capabilities") or {}
        message["params"] = {**params, "capabilities": _kept(capabilities, _READ_CAPABILITIES)}


def _kept(given: Any, names: Mapping[str, Any]) -> Any:
    if not names or not isinstance(given, dict):
        return given
    return {name: _kept(given[name], inner) for name, inner in names.items() if name in given}
