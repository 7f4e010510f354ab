"""Bodies as they come from the network: bounded in size, in time and, all together, in memory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator

from lsp_server.web.asgi import ClientGoneError, Receive, RefusalError
from lsp_server.web.callers import Caller, Callers
from lsp_server.web.heads import Head

FIRST_LINE = 1_024
"""Bytes of a first line with the token in it."""

_UNIT = 1_024  # bytes that count as much as an event


class Body:
    """A request's body. ``owed`` is what its caller's allowance has given for it."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.data = bytearray()
        self.caller: Caller | None = None
        self.session: object = None
        self.owed = 0

    def grow(self, chunk: bytes) -> None:
        """Take what came. Raises ``RefusalError`` where all bodies together take too much."""
        self._room.take(len(chunk))
        self.data += chunk

    def pay(self, size: int) -> None:
        """Ask the caller's allowance for so many bytes. Raises ``RefusalError``."""
        if self.caller is None:
            return
        units = max(1, -(-size // _UNIT))
        if wait := self.caller.allowance.take(max(0, units - self.owed)):
            raise RefusalError(429, "too much at once: wait, then go on more slowly", retry_after=wait)
        self.owed = max(units, self.owed)


class Room:
    """The memory that all bodies together may take, in bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def take(self, size: int) -> None:
        """Take so many of them. Raises ``RefusalError``."""
        if self._taken + size > self._most:
            raise RefusalError(503, "too many at once: try again", retry_after=1)
        self._taken += size

    @contextlib.contextmanager
    def body(self) -> Iterator[Body]:
        """A body's place, for as long as it is needed."""
        body = Body(self)
        try:
            yield body
        finally:
            self._taken -= len(body.data)


async def read(
    body: Body, head: Head, receive: Receive, callers: Callers, *, most: int, patience: float
) -> Caller:
    """Read a whole body; whose it is. Where no header tells, its first line must, and is taken off.

    Raises ``RefusalError`` as soon as it is known to be refused, ``ClientGoneError`` where it breaks off.
    """
    until = time.monotonic() + patience
    if head.token is not None:
        body.caller = await callers.caller(head.token)
        body.pay(head.length or 0)
    goes_on = True
    while goes_on:
        try:
            message = await asyncio.wait_for(receive(), max(0.0, until - time.monotonic()))
        except asyncio.TimeoutError:
            raise RefusalError(408, f"the body was not there within {patience:g} s") from None
        if message["type"] != "http.request":
            raise ClientGoneError
        chunk = message.get("body") or b""
        if len(body.data) + len(chunk) > most:
            raise too_large(most)
        body.grow(chunk)
        goes_on = bool(message.get("more_body"))
        if body.caller is None:
            token = _first_line(body, is_whole=not goes_on)
            if token is None and goes_on:
                continue
            body.caller = await callers.caller(token or None)
            body.pay(head.length or 0)
        body.pay(len(body.data))
    assert body.caller is not None
    return body.caller


def too_large(most: int) -> RefusalError:
    """What is said about a body of too many bytes."""
    return RefusalError(413, f"more than {most:,} bytes: send smaller batches")


def _first_line(body: Body, *, is_whole: bool) -> str | None:
    """The token of the first line, which is taken off; "" where there is none, None where it may come yet."""
    end = body.data.find(b"\n", 0, FIRST_LINE)
    if end < 0:
        if not is_whole and len(body.data) < FIRST_LINE:
            return None
        end = len(body.data)
    try:
        first = json.loads(body.data[: min(end, FIRST_LINE)].decode())
    except (ValueError, RecursionError):
        return ""
    if not isinstance(first, dict) or not set(first) <= {"token", "session"}:
        return ""
    token = first.get("token")
    body.session = first.get("session")
    # Blank, not gone: its size stays what the room has given.
    body.data[:end] = b" " * end
    return token if isinstance(token, str) else ""
