"""What a request says before its body: what it is, how long, and from which site's page it comes."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from lsp_server.errors import UsageError
from lsp_server.web.asgi import Header, RefusalError, Scope

_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_LINES = frozenset(
    {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}
)
_KINDS = frozenset({"application/json", "text/plain", *_LINES})
_ONCE = frozenset(
    {b"authorization", b"content-encoding", b"content-length", b"content-type", b"host", b"origin"}
)
_DIGITS = 18  # of a length that is worth reading


class Head(NamedTuple):
    """What counts of a request's headers. ``length``: bytes, None where it is not told."""

    token: str | None
    length: int | None
    is_lines: bool


def checked_origins(origins: Collection[str]) -> frozenset[str]:
    """The sites whose pages may send, besides the endpoint's own. Raises ``UsageError``."""
    named = (origins,) if isinstance(origins, str) else origins
    for one in named:
        if not isinstance(one, str) or not _ORIGIN.fullmatch(one.lower()):
            raise UsageError(
                f'{one!r} is no origin: name each site as browsers do, like "https://shop.example" '
                "(no path, no * )"
            )
    return frozenset(one.lower() for one in named)


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """The headers, by name. Raises ``RefusalError`` where one that counts is there twice."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in found and name in _ONCE:
            raise RefusalError(400, f"the header {name.decode('latin-1')} is there twice")
        found[name] = value
    return found


def let_in(headers: dict[bytes, bytes], origins: Collection[str]) -> list[Header]:
    """What to tell a browser whose page may send. Raises ``RefusalError`` for another site's page.

    A page's token can be read by whoever opens the page, so another site's could send in its visitors' name.
    Programs send no origin; what they send counts by its token alone.
    """
    told = headers.get(b"origin")
    if told is None:
        return []
    origin = told.decode("latin-1").lower()
    if origin in origins:
        return [(b"access-control-allow-origin", origin.encode()), (b"vary", b"origin")]
    # Behind a proxy the host is often another; and a page that hides where it comes from sends "null". What
    # browsers say in sec-fetch-site no page can change.
    own = headers.get(b"host", b"").decode("latin-1").lower()
    if headers.get(b"sec-fetch-site") == b"same-origin" or (own and origin.partition("://")[2] == own):
        return [(b"vary", b"origin")]
    raise RefusalError(
        403, "pages of this site may not send here: its origin is not among the endpoint's origins"
    )


def head_of(headers: dict[bytes, bytes], http_version: str) -> Head:
    """What the headers say about the body. Raises ``RefusalError`` where it cannot be taken."""
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise RefusalError(
            415, "compressed bodies are not taken", headers=[(b"accept-encoding", b"identity")]
        )
    kind, _, options = headers.get(b"content-type", b"").decode("latin-1").lower().partition(";")
    charset = next(
        (v for k, _, v in (o.partition("=") for o in options.split(";")) if k.strip() == "charset"), "utf-8"
    )
    if kind.strip() not in _KINDS or charset.strip(' "') not in ("utf-8", "utf8", "us-ascii"):
        raise RefusalError(415, "send application/json, application/x-ndjson or text/plain, in UTF-8")
    length = headers.get(b"content-length")
    if length is None and b"transfer-encoding" not in headers and http_version.startswith("1"):
        raise RefusalError(411, "say how long the body is: Content-Length")
    if length is not None and not length.isdigit():
        raise RefusalError(400, "Content-Length is a number of bytes")
    size = None if length is None else int(length) if len(length) <= _DIGITS else 10**_DIGITS
    return Head(_bearer(headers.get(b"authorization", b"")), size, kind.strip() in _LINES)


def _bearer(value: bytes) -> str | None:
    """The token of ``Authorization: Bearer …``. Another scheme's is not ours: a browser adds it by itself
    where a whole site asks for a password."""
    scheme, _, token = value.decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
