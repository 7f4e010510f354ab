"""Requests are timed by route, whatever the application is, and never held up or changed by it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from web.serving import serving

from lsp_server import EventMemory, PerformanceMemory, TimingMiddleware
from lsp_server.web.timing import OFFERED


@pytest.fixture
def performance(tmp_path: Path) -> Iterator[PerformanceMemory]:
    with PerformanceMemory(f"dir:{tmp_path}/events") as memory:
        yield memory


def answering(status: int = 200, *, parts: int = 1, pause: float = 0.0, **found: Any) -> Any:
    """An application that notes in the scope what a framework's router found, and answers."""

    async def application(scope: Any, _receive: Any, send: Any) -> None:
        scope.update(found)
        await send({"type": "http.response.start", "status": status, "headers": []})
        for number in range(parts):
            await asyncio.sleep(pause)
            await send({"type": "http.response.body", "body": b"x", "more_body": number < parts - 1})

    return application


def asked(app: Any, path: str, method: str = "GET") -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
            return await client.request(method, path)

    return asyncio.run(ask())


def told(performance: PerformanceMemory) -> dict[str, int]:
    return {one.endpoint: one.n for one in performance.endpoints()}


def test_a_request_goes_by_the_route_that_the_framework_found(performance: PerformanceMemory) -> None:
    for route, path, endpoint in (
        ({"route": SimpleNamespace(path="/users/{id}")}, "/users/7", "GET /users/{id}"),
        ({"route": SimpleNamespace(path="/f/{a:path}", path_format="/f/{a}")}, "/f/x/y", "GET /f/{a}"),
        (
            {"route": SimpleNamespace(path="/hi"), "root_path": "/shops/7"},
            "/shops/7/hi",
            "GET /shops/{id}/hi",
        ),
        ({"route": SimpleNamespace(path="/gone/{id}")}, "/gone/7", "GET /gone/{id}"),
        ({"path_template": "/litestar/{id}"}, "/litestar/3", "GET /litestar/{id}"),
        ({"path_params": {"name": "ada", "n": 5}}, "/p/ada/5/ada", "GET /p/{name}/{n}/{name}"),
    ):
        asked(TimingMiddleware(answering(404 if "gone" in path else 200, **route), performance), path)
        assert endpoint in told(performance)
    assert all(one.kind == "request" for one in performance.endpoints())


def test_where_no_framework_tells_ids_are_masked(performance: PerformanceMemory) -> None:
    app = TimingMiddleware(answering(), performance)
    for path in (
        *("/", "/about", "/users/7", "/users/8/orders", "/static/app.js"),
        *("/o/0f8fad5b-d9cb-469f-a165-70867728950e", "/o/3f9a1c2b44", "/o/ada@example.com"),
        "/t/eyJhbGciOiJIUzI1NiJ9-e30-x",
    ):
        asked(app, path)
    assert told(performance) == {
        "GET /": 1,
        "GET /about": 1,
        "GET /users/{id}": 1,
        "GET /users/{id}/orders": 1,
        "GET /static/app.js": 1,
        "GET /o/{id}": 3,
        "GET /t/{id}": 1,
    }


def test_a_program_says_itself_what_a_route_is_where_no_framework_does(
    performance: PerformanceMemory,
) -> None:
    def route(scope: Any) -> str | None:
        known = {"/users/ann": "/users/<name>", "/elsewhere": None, "/blank": " "}
        found: str | None = known[scope["path"]]
        return found

    app = TimingMiddleware(answering(HTTPStatus.OK), performance, route=route)
    for path in ("/users/ann", "/elsewhere", "/blank", "/not-known-to-it"):
        assert asked(app, path).status_code == 200
    assert told(performance) == {
        "GET /users/<name>": 1,
        "GET /elsewhere": 1,
        "GET /blank": 1,
        "GET /not-known-to-it": 1,
    }


def test_strangers_make_no_endpoints_without_end(performance: PerformanceMemory) -> None:
    missing = TimingMiddleware(answering(404), performance)
    for path in ("/wp-admin", "/.env", "/backup.zip"):
        asked(missing, path)
    asked(TimingMiddleware(answering(401), performance), "/locked")
    asked(TimingMiddleware(answering(), performance), "/", "BREW")

    async def many() -> None:
        app = TimingMiddleware(answering(), performance)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://a.example"
        ) as client:
            for number in range(320):
                await client.get(f"/page-of-{chr(97 + number % 26) * (1 + number // 26)}")

    asyncio.run(many())
    found = told(performance)
    assert found["GET (no such path)"] == 3
    assert found["(other) /"] == 1
    assert found["GET (other)"] == 21
    assert len(found) == 303


def test_a_streamed_response_counts_to_its_end(performance: PerformanceMemory) -> None:
    assert asked(TimingMiddleware(answering(parts=3, pause=0.02), performance), "/stream").content == b"xxx"
    (found,) = performance.endpoints()
    assert found.p50 >= 60


def test_a_status_of_500_and_an_exception_are_failures_and_go_on(performance: PerformanceMemory) -> None:
    async def broken(_scope: Any, _receive: Any, _send: Any) -> None:
        raise ValueError("broken")

    asked(TimingMiddleware(answering(503), performance), "/a")
    assert asked(TimingMiddleware(broken, performance), "/a").status_code == 500
    asked(TimingMiddleware(answering(404, route=SimpleNamespace(path="/a")), performance), "/a")
    (found,) = performance.endpoints()
    assert (found.n, found.failures) == (3, 2)
    statuses = sorted(memory.metadata["status"] for memory in performance.events.memories("metric"))
    assert statuses == [404, 500, 503]


def test_a_client_that_goes_away_leaves_nothing(performance: PerformanceMemory) -> None:
    async def cancelled() -> None:
        app = TimingMiddleware(answering(pause=60), performance)

        async def send(_message: Any) -> None:
            return None

        task = asyncio.create_task(app({"type": "http", "method": "GET", "path": "/a"}, None, send))  # type: ignore[arg-type] # nothing is received
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert performance.endpoints() == []


def test_websockets_are_passed_on_untouched(performance: PerformanceMemory) -> None:
    seen = []

    async def application(*given: Any) -> None:
        seen.append(given)

    given = ({"type": "websocket", "path": "/ws"}, object(), object())
    asyncio.run(TimingMiddleware(application, performance)(*given))  # type: ignore[arg-type] # passed on only
    assert seen == [given]
    assert given[0] == {"type": "websocket", "path": "/ws"}
    assert performance.endpoints() == []


def test_what_made_a_route_faster_is_offered_while_it_is_handled(performance: PerformanceMemory) -> None:
    kept = performance.optimisation("GET /users/{id}", "Load the roles in the same query")
    performance.optimisations("GET /users/{id}")
    offered: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scope["route"] = SimpleNamespace(path="/users/{id}")
        offered.extend(scope[OFFERED])
        await answering()(scope, receive, send)

    asked(TimingMiddleware(application, performance), "/users/7")
    assert offered == [kept]


def test_a_served_application_writes_all_when_it_ends(tmp_path: Path) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await answering()(scope, receive, send)

    app = TimingMiddleware(application, f"dir:{tmp_path}/events", owner="shop")
    with serving(app) as url:
        assert httpx.get(f"{url}/users/7").status_code == 200
    with EventMemory(f"dir:{tmp_path}/events") as events:
        (kept,) = events.memories("metric")
    assert (kept.title, kept.owner, kept.metadata["status"]) == ("GET /users/{id}", "shop", 200)
