"""An application that is really served: by uvicorn, on a port of its own."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import uvicorn

from lsp_server import EventMemory, TypedMemory

PATIENCE = 30.0
TOKEN = "a-token-of-this-test"
BEARER = {"authorization": f"Bearer {TOKEN}"}
SHOP = "https://shop.example"


class Served(NamedTuple):
    """Where it is served, what it keeps, and a client."""

    url: str
    events: EventMemory
    http: httpx.Client

    def kept(self) -> list[TypedMemory]:
        return self.events.get_recent_memories(hours=None)


@contextlib.contextmanager
def serving(app: Any, **config: Any) -> Iterator[str]:
    """The address under which it is served, for as long as this lasts."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", access_log=False, **config)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + PATIENCE
        while not server.started:
            assert thread.is_alive(), "uvicorn did not begin"
            assert time.monotonic() < until
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


async def asked(app: Any, *chunks: bytes, gone: bool = False, **scope: Any) -> list[dict[str, Any]]:
    """What an application sends for one request that comes in these pieces, without a server between."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.disconnect"} if gone else {"type": "http.request", "body": b""})
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [
        (b"authorization", f"Bearer {TOKEN}".encode()),
        (b"content-type", b"text/plain"),
        (b"transfer-encoding", b"chunked"),
    ]
    told = {"type": "http", "method": "POST", "path": "/", "headers": headers, "http_version": "1.1"}
    await app({**told, **scope}, receive, send)
    return sent
