"""A thin client that speaks raw JSON-RPC to a server in a process of its own: it can also say what no editor
would. The process is forked from one that has imported the server (``forking``), or starts the installed
program: where a test says so, and always with ``GIT_MEMORY_STRESS=1``."""

from __future__ import annotations

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from forking import Forked, Nursery

SERVER = Path(sys.executable).with_name("git-memory-lsp")
LONG = os.environ.get("GIT_MEMORY_STRESS") == "1"
NOT_THE_EDITORS = (
    "lsp_server.agents",
    "lsp_server.cli.",
    "lsp_server.store.keyvalue.sql",
    "lsp_server.store.keyvalue.migrations",
    "lsp_server.web",
)
PATIENCE = 20.0  # seconds, for a loaded machine; nothing here waits this long when it works

EVERYTHING: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"showDocument": {"support": True}, "workDoneProgress": True, "showMessage": {}},
    "workspace": {"workspaceFolders": True, "executeCommand": {}},
    "textDocument": {
        "synchronization": {"willSave": True, "didSave": True},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}}},
        "publishDiagnostics": {},
    },
}


class Client:
    """One server process. Requests of the server are answered by ``answers``; notifications are kept."""

    def __init__(self, environment: Mapping[str, str], directory: Path, *, real: bool = False) -> None:
        self.log = directory / "server.log"
        begin = _start_program if real or LONG else _fork
        self.process: subprocess.Popen[bytes] | Forked = begin(environment, directory, self.log)
        self.notifications: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []
        self.raw: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[Any], Any]] = {
            "window/showDocument": lambda _: {"success": True},
            "window/workDoneProgress/create": lambda _: None,
        }
        self._responses: dict[Any, dict[str, Any]] = {}
        self._arrived = threading.Condition()
        self._next = 0
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._write, daemon=True).start()

    # Out ---------------------------------------------------------------------------------------------
    def send_bytes(self, data: bytes) -> None:
        self._outgoing.put(data)

    def send(self, message: Any) -> None:
        body = json.dumps(message).encode()
        self.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def begin(self, method: str, params: Any = None) -> int:
        """Send a request and do not wait; its id."""
        self._next += 1
        self.send({"jsonrpc": "2.0", "id": self._next, "method": method, "params": params})
        return self._next

    def request(self, method: str, params: Any = None) -> Any:
        """The result of a request; fails on an error."""
        response = self.response(self.begin(method, params))
        assert "error" not in response, response
        return response.get("result")

    def error(self, method: str, params: Any = None) -> int:
        """The code of the error that a request is answered with."""
        return int(self.response(self.begin(method, params))["error"]["code"])

    # In ----------------------------------------------------------------------------------------------
    def response(self, msg_id: Any, patience: float = PATIENCE) -> dict[str, Any]:
        self.wait(lambda: msg_id in self._responses, f"an answer to {msg_id!r}", patience)
        return self._responses.pop(msg_id)

    def wait(self, until: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
        """What ``until`` gives once it is true; it is asked again whenever a message has arrived."""
        deadline = time.monotonic() + patience
        with self._arrived:
            while not (found := until()):
                left = deadline - time.monotonic()
                if left <= 0 or not self._arrived.wait(min(left, 0.1)):
                    gone = self.process.poll() is not None
                    assert left > 0, f"{what} never came; {self.log.read_text()[-6000:]}"
                    assert not gone, (
                        f"the server ended before {what} never came; {self.log.read_text()[-6000:]}"
                    )
        return found

    @staticmethod
    def until(ask: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
        """What ``ask`` gives once it is something; it is asked again and again."""
        deadline = time.monotonic() + patience
        while not (found := ask()):
            assert time.monotonic() < deadline, f"{what} never came"
            time.sleep(0.05)
        return found

    def notified(self, method: str, matching: Callable[[Any], Any] = lambda _: True) -> Any:
        """The parameters of the first notification kept that matches; it is taken out."""

        def look() -> dict[str, Any] | None:
            found = (n for n in self.notifications if n["method"] == method and matching(n["params"]))
            return next(found, None)

        message = self.wait(look, f"{method} among {[n['method'] for n in self.notifications]}")
        self.notifications.remove(message)
        return message["params"]

    def message(self, containing: str) -> str:
        """The text of a message shown to the person."""
        params = self.notified("window/showMessage", lambda shown: containing in shown["message"])
        return str(params["message"])

    def _read(self) -> None:
        assert self.process.stdout is not None
        stream = os.fdopen(os.dup(self.process.stdout.fileno()), "rb")
        while header := stream.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                assert name == b"Content-Length", f"not a header: {header!r}"
                length = int(value)
                header = stream.readline()
            self._take(json.loads(stream.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        with self._arrived:
            self.raw.append(message)
            if "method" not in message:
                self._responses[message.get("id")] = message
            elif "id" in message:
                self.requests.append(message)
                answer = self.answers.get(message["method"])
                if answer is not None:
                    result = answer(message["params"])
                    self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})
            else:
                self.notifications.append(message)
            self._arrived.notify_all()

    def _write(self) -> None:
        assert self.process.stdin is not None
        while (data := self._outgoing.get()) is not None:
            try:
                while data:
                    data = data[self.process.stdin.write(data) :]
            except OSError:
                return

    # The life of a session ---------------------------------------------------------------------------
    def initialize(self, *folders: Path, capabilities: Any = None, process_id: int | None = None) -> Any:
        result = self.request(
            "initialize",
            {
                "processId": process_id,
                "rootUri": None,
                "capabilities": EVERYTHING if capabilities is None else capabilities,
                "workspaceFolders": [{"uri": path.as_uri(), "name": path.name} for path in folders],
            },
        )
        self.notify("initialized", {})
        return result

    def open(self, path: Path, text: str | None = None, language: str = "plaintext") -> str:
        """Open a document; its URI."""
        text = path.read_bytes().decode() if text is None else text
        item = {"uri": path.as_uri(), "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return path.as_uri()

    def hover(self, uri: str, line: int, character: int = 0) -> Any:
        return self.request("textDocument/hover", at(uri, line, character))

    def shown(self, uri: str, line: int, character: int = 0) -> Any:
        """The hover of a place that has one. The first of a file waits for its lines to be known, but not
        for ever; on a loaded machine a person would point again, and so does this."""
        return self.until(lambda: self.hover(uri, line, character), f"a hover at {line}:{character}")

    def actions(self, uri: str, start: int, end: int | None = None, **context: Any) -> dict[str, Any]:
        """The code actions on some lines, by title."""
        found = self.request(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": uri},
                "range": lines(start, start if end is None else end),
                "context": {"diagnostics": [], **context},
            },
        )
        return {action["title"]: action for action in found or ()}

    def execute(self, command: str, **argument: Any) -> Any:
        return self.request("workspace/executeCommand", {"command": command, "arguments": [argument]})

    def run(self, action: dict[str, Any]) -> Any:
        """Do what an editor does with a chosen code action."""
        return self.request(
            "workspace/executeCommand",
            {"command": action["command"]["command"], "arguments": action["command"]["arguments"]},
        )

    def save(self, uri: str, text: str | None = None, reason: int = 1) -> None:
        """Save a document as an editor does: say so, write the file, say that it is done."""
        path = Path(uri.removeprefix("file://"))
        self.notify("textDocument/willSave", {"textDocument": {"uri": uri}, "reason": reason})
        if text is not None:
            change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": text}]}
            self.notify("textDocument/didChange", change)
            path.write_text(text)
        self.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    def ended(self, patience: float = PATIENCE) -> int:
        """The exit code, once the process has ended by itself."""
        return self.process.wait(patience)

    def close(self) -> None:
        """End the process, however it is."""
        self._outgoing.put(None)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)


def _start_program(environment: Mapping[str, str], directory: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as errors:
        return subprocess.Popen(
            [str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=dict(environment),
            cwd=directory,
            bufsize=0,
        )


_nurseries: list[Nursery] = []


def _fork(environment: Mapping[str, str], directory: Path, log: Path) -> Forked:
    if not _nurseries:
        _nurseries.append(Nursery("lsp_server.editor:main", NOT_THE_EDITORS))
        atexit.register(_nurseries[0].close)
    (hers, ours), (mine, its) = os.pipe(), os.pipe()
    try:
        with log.open("ab") as errors:
            files = (hers, its, errors.fileno())
            process = _nurseries[0].start([str(SERVER)], directory, environment, files)
    finally:
        os.close(hers)
        os.close(its)
    process.stdin = os.fdopen(ours, "wb", buffering=0)
    process.stdout = os.fdopen(mine, "rb", buffering=0)
    return process


def at(uri: str, line: int, character: int = 0) -> dict[str, Any]:
    """A position in a document, as requests take it."""
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}


def lines(start: int, end: int) -> dict[str, Any]:
    """A range from one line to another; at column 0 when they are the same: the cursor alone."""
    last = {"line": end, "character": 0 if start == end else 1}
    return {"start": {"line": start, "character": 0}, "end": last}
