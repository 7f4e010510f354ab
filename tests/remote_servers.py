"""Servers on this machine for tests of syncing: one that never answers, one that refuses, and git's own."""

from __future__ import annotations

import contextlib
import http.server
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def silent_server() -> Iterator[str]:
    """The URL of a server that takes connections and never says a word."""
    _require_http_client()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hub.git"


@contextlib.contextmanager
def refusing_server(status: int) -> Iterator[str]:
    """The URL of a server that answers everything with one HTTP status; 401 asks for a password."""
    _require_http_client()

    class Refuse(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="hub"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the name that the base class looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own name
            pass

    with _served(Refuse) as port:
        yield f"http://127.0.0.1:{port}/hub.git"


@contextlib.contextmanager
def git_server(root: Path, *, push: bool = True) -> Iterator[str]:
    """The URL of git's own HTTP server on the repositories below ``root``."""
    where = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    backend = Path(where) / "git-http-backend"

    class Backend(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            length = int(self.headers.get("Content-Length") or 0)
            body = (
                self._chunked()
                if self.headers.get("Transfer-Encoding") == "chunked"
                else self.rfile.read(length)
            )
            environment = {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "http.receivepack",
                "GIT_CONFIG_VALUE_0": "true" if push else "false",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REMOTE_USER": "developer",
                "REMOTE_ADDR": "127.0.0.1",
            }
            done = subprocess.run([backend], input=body, capture_output=True, env=environment, check=False)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the name that the base class looks for

        def _chunked(self) -> bytes:
            data = b""
            while size := int(self.rfile.readline(), 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return data

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own name
            pass

    with _served(Backend) as port:
        yield f"http://127.0.0.1:{port}"


def has_git_server() -> bool:
    """Whether git has both ends of HTTP here."""
    return _has_program("git-http-backend") and _has_program("git-remote-http")


def _has_program(name: str) -> bool:
    where = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    return Path(where, name).exists()


def _require_http_client() -> None:
    if not _has_program("git-remote-http"):
        pytest.skip("this git was built without HTTP")


def processes_that_mention(text: str) -> list[str]:
    """The command lines of the running processes that contain ``text``; empty where /proc is not."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = place.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if text in line:
                found.append(line)
    return found


@contextlib.contextmanager
def _served(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
