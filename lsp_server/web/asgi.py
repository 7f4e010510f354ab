"""What ASGI applications pass on, and the answers that ours give: JSON, one clear line where it is no."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from lsp_server.records.shortening import shortened

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

LONGEST_REFUSAL = 300
"""Characters of what is said about what a stranger sent, which may be in it."""


class RefusalError(Exception):
    """A request that is answered with ``status`` and one line. ``retry_after``: seconds, told to the client.
    ``kept``: how many of its events are kept all the same."""

    def __init__(
        self,
        status: int,
        why: str,
        *,
        retry_after: float | None = None,
        headers: Iterable[Header] = (),
        kept: int = 0,
    ) -> None:
        super().__init__(why)
        self.status = status
        self.body: dict[str, Any] = {"error": shortened(why, LONGEST_REFUSAL)} | (
            {"kept": kept} if kept else {}
        )
        self.headers = [*headers]
        if retry_after is not None:
            self.headers.append((b"retry-after", b"%d" % max(1, math.ceil(retry_after))))


class ClientGoneError(Exception):
    """The client went away before its request was whole: nobody waits for an answer."""


def as_json(body: object) -> tuple[bytes, list[Header]]:
    """An answer's body, and what is to be said about it."""
    return json.dumps(body).encode() + b"\n", [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]


async def answer(send: Send, status: int, body: bytes, headers: Iterable[Header], *, sent: int = -1) -> None:
    """Send an answer. ``sent``: the length to be told where the body itself is left out."""
    length = len(body) if sent < 0 else sent
    told = [*headers] if status in (204, 304) else [*headers, (b"content-length", b"%d" % length)]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})
