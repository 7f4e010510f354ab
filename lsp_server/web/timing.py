"""``TimingMiddleware``: how long requests take, by route, for any ASGI application."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar, overload

from lsp_server.errors import GitMemoryError
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.performance.performance_memory import PerformanceMemory
from lsp_server.web.asgi import Receive, Scope, Send

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from lsp_server.memory.events.model import TypedMemory
    from lsp_server.memory.facade import Memory

    Application = Callable[[Scope, Receive, Send], Awaitable[None]]

OFFERED = "git_memory.optimisations"
"""Where in a request's scope its endpoint's optimisations are."""

NO_SUCH_PATH = "(no such path)"
OTHER = "(other)"

_MOST = 300  # paths that are told apart where the framework gives no template
_LONGEST = 40  # characters of a part of a path that may be a word
_REFUSED, _FAILED = 400, 500
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ID = re.compile(
    r"\d+|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|(?=[^\d]*\d)[0-9a-fA-F]{8,}"
    r"|(?=(?:[^\d]*\d){3})[\w-]{16,}|.*[@%=:, ].*"
)

Thing = TypeVar("Thing")


class TimingMiddleware:
    """Records each HTTP request's duration, status and outcome; what else comes is passed on untouched.

    ``performance`` is an open ``PerformanceMemory``, or where one is to be opened. A request's endpoint is
    its method and the route's template, as Starlette, FastAPI and Litestar give it; elsewhere its path with
    what looks like an id masked. Where a program knows better, ``route`` is a function that gives the
    template for a request's scope, or None. A response counts to its end, also one that is streamed. A status
    of 500 and above, or an exception, is a failure; a client that goes away leaves nothing. While a request
    is handled, ``scope["git_memory.optimisations"]`` has what made its endpoint faster before.

    Costs microseconds a request, and never makes one wait or fail.

    >>> app = TimingMiddleware(app, performance)
    """

    def __init__(
        self,
        app: Application,
        performance: PerformanceMemory | EventMemory | Memory | Path | str = ".",
        *,
        owner: str = "",
        route: Callable[[Scope], str | None] | None = None,
    ) -> None:
        self.app = app
        self._route = route
        self._owns = not isinstance(performance, PerformanceMemory)
        self.performance = (
            performance
            if isinstance(performance, PerformanceMemory)
            else PerformanceMemory(performance, owner=owner)
        )
        self._paths: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the application's life."""
        if scope["type"] == "http":
            await self._timed(scope, receive, send)
            return
        await self.app(scope, receive, send)
        if scope["type"] == "lifespan":
            with suppress(GitMemoryError):  # counted as lost; the application ends as it would
                await asyncio.to_thread(self.performance.close if self._owns else self.performance.flush)

    async def _timed(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = 0

        async def noting(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        asked = scope.get("path", ""), scope.get("root_path", "")
        name = partial(self._endpoint, scope, *asked)
        scope[OFFERED] = _Offered(self.performance, name)
        began = perf_counter()
        try:
            await self.app(scope, receive, noting)
        except Exception:
            self._note(name(status), began, status or _FAILED, failed=True)
            raise
        if status:
            self._note(name(status), began, status, failed=status >= _FAILED)

    def _note(self, endpoint: str, began: float, status: int, *, failed: bool) -> None:
        ms = (perf_counter() - began) * 1000
        self.performance.record(
            endpoint, ms, kind="request", outcome="failure" if failed else "success", status=status
        )

    def _endpoint(self, scope: Scope, path: str, root: str, status: int = 0) -> str:
        """The method and the route's template, once the framework has found the route."""
        method = scope.get("method", "")
        method = method if method in _METHODS else OTHER
        template = self._told(scope) or _template(scope, root)
        if template is None:
            if status == 404:
                return f"{method} {NO_SUCH_PATH}"
            template = _without_ids(path, scope.get("path_params"))
            if status and template not in self._paths:  # whoever only asks for offers leaves nothing behind
                if len(self._paths) >= _MOST or _REFUSED <= status < _FAILED:  # strangers make no endpoints
                    return f"{method} {OTHER}"
                self._paths.add(template)
        return f"{method} {template}"

    def _told(self, scope: Scope) -> str | None:
        """What the program's own function says; nothing where it fails, for the request must not."""
        with suppress(Exception):
            told = None if self._route is None else self._route(scope)
            if isinstance(told, str) and told.strip():
                return told
        return None


class _Offered(Sequence["TypedMemory"]):
    """The optimisations of a request's endpoint, looked up when they are read: the route is known then."""

    def __init__(self, performance: PerformanceMemory, endpoint: Callable[[], str]) -> None:
        self._performance = performance
        self._endpoint = endpoint

    def _found(self) -> list[TypedMemory]:
        return self._performance.optimisations_at_once(self._endpoint())

    def __len__(self) -> int:
        return len(self._found())

    @overload
    def __getitem__(self, at: int) -> TypedMemory: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[TypedMemory]: ...
    def __getitem__(self, at: int | slice) -> TypedMemory | Sequence[TypedMemory]:
        return self._found()[at]

    def __repr__(self) -> str:
        return repr(self._found())


def _template(scope: Scope, root: str) -> str | None:
    """The template of the route that was found: Starlette's and FastAPI's, below what it is mounted at, or
    Litestar's; None where there is none."""
    route = scope.get("route")
    for found in (getattr(route, "path_format", None), getattr(route, "path", None)):
        if isinstance(found, str):
            mounted = str(scope.get("root_path", ""))
            below = mounted.removeprefix(root) if mounted.startswith(root) else ""
            return (_without_ids(below, scope.get("path_params")) if below else "") + found or "/"
    found = scope.get("path_template")
    return found if isinstance(found, str) and found else None


def _without_ids(path: str, parameters: object) -> str:
    """A path with what the framework took out of it by name, and what looks like an id, in braces."""
    names = {}
    if isinstance(parameters, dict):
        names = {str(value): str(name) for name, value in parameters.items()}
    parts = [_part(part, names) for part in path.split("/")]
    return "/".join(parts) or "/"


def _part(part: str, names: dict[str, str]) -> str:
    if part and part in names:
        return f"{{{names[part]}}}"
    return "{id}" if len(part) > _LONGEST or _ID.fullmatch(part) else part
