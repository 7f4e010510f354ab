"""A language server process under measurement, and the bare pygls server that ours is measured against."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _measuring import BIN

OURS = (str(BIN / "git-memory-lsp"),)
# The least that answers a hover with pygls: its own document store, a constant text.
BARE = (
    sys.executable,
    "-c",
    """
from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("bare", "1")

@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(params):
    server.workspace.get_text_document(params.text_document.uri)
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "**text**" * 20))

server.start_io()
""",
)
CAPABILITIES = {
    "textDocument": {
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "synchronization": {"willSave": True},
    },
    "window": {"showDocument": {"support": True}},
}


class Server:
    """One process. ``request`` blocks until it is answered."""

    def __init__(self, command: Sequence[str], root: Path) -> None:
        self._root = root
        self.process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._asked = 0

    def initialize(self) -> None:
        folders = [{"uri": self._root.as_uri(), "name": "root"}]
        params = {
            "processId": None,
            "rootUri": None,
            "capabilities": CAPABILITIES,
            "workspaceFolders": folders,
        }
        self.request("initialize", params)

    def open(self, path: Path) -> str:
        item = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": path.read_text()}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return path.as_uri()

    def notify(self, method: str, params: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method: str, params: Any) -> Any:
        self._asked += 1
        self._send({"jsonrpc": "2.0", "id": self._asked, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self._asked and "method" not in message:
                return message.get("result")

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _send(self, message: Any) -> None:
        body = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def _receive(self) -> Any:
        assert self.process.stdout is not None
        length = 0
        while header := self.process.stdout.readline().strip():
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return json.loads(self.process.stdout.read(length))
