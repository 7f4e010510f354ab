"""``EventEndpoint``: what happens on web pages, and in programs elsewhere, kept as typed memories."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError
from lsp_server.memory.events.async_event_memory import AsyncEventMemory
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.types import checked_type
from lsp_server.web.asgi import ClientGoneError, Header, Receive, RefusalError, Scope, Send, answer, as_json
from lsp_server.web.batches import Rules, batch_of
from lsp_server.web.bodies import Room, read, too_large
from lsp_server.web.callers import Callers, OwnerOf
from lsp_server.web.cleaning import PAGES
from lsp_server.web.heads import checked_origins, head_of, headers_of, let_in
from lsp_server.web.keeping import Keeper
from lsp_server.web.rates import Allowances

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory

KIB = 1 << 10
SCRIPT = "page.js"
"""The last part of the path under which the script for pages is."""

_PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"authorization, content-type"),
    (b"access-control-max-age", b"600"),
)


class EventEndpoint:
    """An ASGI application that takes events by POST and gives pages the script that sends them.

    ``events`` is an open ``EventMemory`` (or the asynchronous one), or where one is to be opened. ``token``
    is a text, or a function (plain or asynchronous) that tells whose a token is: the owner of what it sends,
    "" where it does not say, None for a token that is none. Only memories of ``types`` are taken, from pages
    of the endpoint's own site and of ``origins`` (``"https://shop.example"``), and from programs.

    ``max_body``: bytes of a request; ``max_batch``: its events; ``max_rate``: events (or KiB, if these are
    more) a second of each token, on average; ``max_pending``: requests at work at a time; ``patience``:
    seconds for a body to come.

    Raises ``UsageError`` for what makes no sense, ``NoRepositoryError`` where there is none. Runs on any ASGI
    server on asyncio, by itself or mounted in another application; call ``close`` where that one does not
    pass on its lifespan.

    >>> app = EventEndpoint(".", token=secrets["pages"], origins=["https://shop.example"])
    """

    def __init__(
        self,
        events: EventMemory | AsyncEventMemory | Memory | Path | str,
        *,
        token: str | OwnerOf,
        types: Collection[str] = PAGES,
        origins: Collection[str] = (),
        max_body: int = 64 * KIB,
        max_batch: int = 100,
        max_rate: float = 100.0,
        max_pending: int = 256,
        patience: float = 30.0,
    ) -> None:
        numbers = {"max_body": max_body, "max_batch": max_batch, "max_pending": max_pending}
        for name, number in numbers.items():
            if not isinstance(number, int) or isinstance(number, bool) or number < 1:
                raise UsageError(f"{name} is {number!r}: it must be a whole number, 1 or more")
        for name, seconds in {"max_rate": max_rate, "patience": patience}.items():
            if not isinstance(seconds, (int, float)) or not 0 < seconds < float("inf"):
                raise UsageError(f"{name} is {seconds!r}: it must be a number above 0")
        named = (types,) if isinstance(types, str) else types
        self._rules = Rules(frozenset(checked_type(one) for one in named), max_batch)
        self._origins = checked_origins(origins)
        # Whatever one request may bring may come at once, where nothing came before.
        most = max(max_rate, max_batch, max_body / KIB + 1)
        self._callers = Callers(token, Allowances(max_rate, most), max_pending)
        self._max_body = max_body
        self._patience = patience
        self._room = Room(max_pending * max_body)
        if isinstance(events, AsyncEventMemory):
            events = events.sync
        self._owns_events = not isinstance(events, EventMemory)
        self._events = events if isinstance(events, EventMemory) else EventMemory(events)
        self._keeper = Keeper(self._events, max_pending)
        self._script = Path(__file__).with_name(SCRIPT).read_bytes()
        self._script_tag = b'"%s"' % hashlib.sha256(self._script).hexdigest()[:32].encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or the server's own beginning and end."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            with contextlib.suppress(ClientGoneError):
                await self._http(scope, receive, send)
        else:
            raise ValueError(f"no such thing is served here: {scope['type']}")

    def close(self) -> None:
        """Keep what waits, bring all to the disk, and let go of what this endpoint opened."""
        self._keeper.close()
        self._events.flush()
        if self._owns_events:
            self._events.close()

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        told: list[Header] = []
        try:
            headers = headers_of(scope)
            if scope["path"].rpartition("/")[2] == SCRIPT:
                _check_method(scope, "GET", "HEAD", about="this is the script for pages")
                await self._give_script(scope["method"], headers, send)
                return
            _check_method(scope, "POST", "OPTIONS", about="events are sent by POST")
            told = let_in(headers, self._origins)
            if scope["method"] == "OPTIONS":
                await answer(send, 204, b"", [*told, *_PREFLIGHT, (b"allow", b"POST, OPTIONS")])
                return
            body, more = as_json(await self._take(scope, headers, receive))
            await answer(send, 202, body, [*more, *told])
        except RefusalError as refusal:
            body, more = as_json(refusal.body)
            # What of the request's body has not been read nobody wants: the connection ends here. (Later
            # versions of the protocol have no such header, and end a request by itself.)
            ends = [(b"connection", b"close")] if scope.get("http_version", "1.1").startswith("1") else []
            await answer(send, refusal.status, body, [*more, *told, *refusal.headers, *ends])

    async def _take(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> dict[str, object]:
        head = head_of(headers, scope.get("http_version", "1.1"))
        if head.length is not None and head.length > self._max_body:
            raise too_large(self._max_body)
        with self._room.body() as body:
            caller = await read(
                body, head, receive, self._callers, most=self._max_body, patience=self._patience
            )
            reading = partial(
                batch_of,
                bytes(body.data),
                self._rules,
                self._events.prepared,
                is_lines=head.is_lines,
                owner=caller.owner,
                session=body.session,
            )
            outcome = await asyncio.wrap_future(self._keeper.put(reading, len(body.data)))
        caller.allowance.owe(max(0, outcome.kept + len(outcome.refused) - body.owed))
        return {"kept": outcome.kept, "refused": outcome.refused}

    async def _give_script(self, method: str, headers: dict[bytes, bytes], send: Send) -> None:
        told = [
            (b"content-type", b"text/javascript; charset=utf-8"),
            (b"cache-control", b"public, max-age=300"),
            (b"etag", self._script_tag),
            (b"x-content-type-options", b"nosniff"),
            (b"cross-origin-resource-policy", b"cross-origin"),
        ]
        if self._script_tag in headers.get(b"if-none-match", b""):
            await answer(send, 304, b"", told)
            return
        body = self._script if method == "GET" else b""
        await answer(send, 200, body, told, sent=len(self._script))

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                try:
                    await asyncio.to_thread(self.close)
                except Exception as error:
                    await send({"type": "lifespan.shutdown.failed", "message": str(error)})
                else:
                    await send({"type": "lifespan.shutdown.complete"})
                return


def _check_method(scope: Scope, *methods: str, about: str) -> None:
    if scope["method"] not in methods:
        raise RefusalError(405, about, headers=[(b"allow", ", ".join(methods).encode())])
