"""Who may send: tokens, whose they are, and how much each may still bring."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import inspect
import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from lsp_server.errors import UsageError
from lsp_server.web.asgi import RefusalError
from lsp_server.web.rates import Allowance, Allowances

OwnerOf = Callable[[str], str | Awaitable[str | None] | None]
"""Tells whose a token is: its owner, "" for nobody in particular, None for a token that is none."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,500}=*", re.ASCII)
_HOW = (
    "send the token as Authorization: Bearer …, or in the body's first line, "
    'on a line of its own: {"token": "…"}'
)
_CHALLENGE = ((b"www-authenticate", b"Bearer"),)


class Caller(NamedTuple):
    """Whoever sent a token that is one. ``owner`` "": the token does not say whose events they are."""

    owner: str
    allowance: Allowance


class Callers:
    """Knows the callers by their tokens. At most ``most`` tokens are asked about at once."""

    def __init__(self, token: str | OwnerOf, allowances: Allowances, most: int) -> None:
        self._digest = b""
        self._owner_of: OwnerOf | None = None
        if isinstance(token, str):
            if not _TOKEN.fullmatch(token):
                raise UsageError(
                    "a token is letters, digits and - . _ ~ + / (secrets.token_urlsafe() makes good ones)"
                )
            self._digest = _digest(token)
        elif callable(token):
            self._owner_of = token
        else:
            raise UsageError("token is a text, or a function that tells whose a token is")
        self._allowances = allowances
        self._most = most
        self._asking = 0

    async def caller(self, token: str | None) -> Caller:
        """Who sent this. Raises ``RefusalError``."""
        if token is None:
            raise RefusalError(401, f"no token: {_HOW}", headers=_CHALLENGE)
        owner = await self._owner(token) if _TOKEN.fullmatch(token) else None
        if owner is None:
            raise RefusalError(401, "this token is not known here", headers=_CHALLENGE)
        return Caller(owner, self._allowances.of(_digest(token)))

    async def _owner(self, token: str) -> str | None:
        if self._owner_of is None:
            # Of equal lengths whatever was sent, and compared to the end: the time tells nothing.
            return "" if hmac.compare_digest(_digest(token), self._digest) else None
        if self._asking >= self._most:
            raise RefusalError(503, "too many at once: try again", retry_after=1)
        self._asking += 1
        try:
            # It may well ask a database, and the loop must not wait for one.
            found = await asyncio.to_thread(self._owner_of, token)
            owner = await found if inspect.isawaitable(found) else found
        finally:
            self._asking -= 1
        if owner is not None and not isinstance(owner, str):
            raise TypeError(f"the function of the tokens answers an owner or None, not {owner!r}")
        return owner


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
