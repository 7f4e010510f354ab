"""Whatever a client does, the endpoint's memory is bounded, others are served, its answer is clear."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from web.serving import BEARER, TOKEN, Served, asked, serving

from lsp_server import EventEndpoint, EventMemory, Journal, TypedMemory

VIEW = json.dumps({"type": "page_view", "title": "/checkout"}).encode()
HEADERS = {**BEARER, "content-type": "application/json"}


@pytest.fixture
def events(tmp_path: Path) -> Iterator[EventMemory]:
    with EventMemory(f"dir:{tmp_path / 'events'}") as events:
        yield events


def raw(served: Served, request: bytes, *, closes: bool = True) -> bytes:
    """What comes back for these bytes until the server closes."""
    place = urlsplit(served.url)
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=10) as connection:
        connection.sendall(request)
        if not closes:
            return b""
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
        return answer


def head(*more: str) -> bytes:
    lines = [
        "POST / HTTP/1.1",
        "Host: x",
        "Content-Type: application/json",
        f"Authorization: Bearer {TOKEN}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


# Bodies


def test_a_body_said_to_be_huge_is_not_waited_for(served: Served) -> None:
    answer = raw(served, head("Content-Length: 9999999999999999999"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer


def test_a_body_without_end_is_read_to_the_bound_and_no_further(served: Served) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 2_000:  # 64 MB, if anybody wanted them
            sent += 1
            yield b" " * 32_768

    try:
        answer = served.http.post("/", content=endless(), headers=HEADERS)
    except httpx.TransportError:  # the connection was closed while this client still wrote
        pass
    else:
        assert answer.status_code == 413
    assert 2 < sent < 2_000
    assert served.http.post("/", content=b"[]", headers=HEADERS).status_code == 202


def test_a_client_that_has_sent_a_little_too_much_reads_why(served: Served) -> None:
    answer = raw(served, head("Transfer-Encoding: chunked") + b"10001\r\n" + b" " * 0x10001 + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_body_that_does_not_come_is_not_waited_for_long(served: Served) -> None:
    answer = raw(served, head("Content-Length: 100") + b"[")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the body was not there within 0.2 s" in answer


def test_of_a_client_that_goes_in_the_middle_nothing_is_kept(served: Served) -> None:
    before = len(served.kept())
    raw(served, head(f"Content-Length: {len(VIEW) + 1}") + VIEW, closes=False)
    raw(served, head("Transfer-Encoding: chunked") + b"%x\r\n" % len(VIEW) + VIEW, closes=False)
    assert served.http.post("/", content=b"[]", headers=HEADERS).status_code == 202
    assert len(served.kept()) == before


def test_a_request_must_say_how_long_it_is_and_each_thing_once(served: Served) -> None:
    assert raw(served, head("Connection: close")).startswith(b"HTTP/1.1 411 ")
    for twice in (f"Authorization: Bearer {TOKEN}", "Content-Type: text/plain"):
        answer = raw(served, head(twice, "Content-Length: 2") + b"[]")
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"is there twice" in answer


async def test_no_header_of_a_client_comes_back_as_another(events: EventMemory) -> None:
    app = EventEndpoint(events, token=TOKEN, origins=["https://shop.example"])
    headers = [
        (b"content-type", b"text/plain"),
        (b"origin", b"https://shop.example\r\nset-cookie: a=b"),
        (b"authorization", f"Bearer {TOKEN}".encode()),
    ]
    for method in ("POST", "OPTIONS"):
        start, _ = await asked(app, VIEW, method=method, headers=headers)
        assert start["status"] == 403
        assert not any(b"\n" in value for _, value in start["headers"])


async def test_the_connection_is_ended_only_where_the_protocol_has_a_word_for_it(events: EventMemory) -> None:
    app = EventEndpoint(events, token="another")
    for version, ended in (("1.1", True), ("2", False)):
        start, body = await asked(app, VIEW, http_version=version)
        assert start["status"] == 401
        assert ((b"connection", b"close") in start["headers"]) is ended
        assert json.loads(body["body"]) == {"error": "this token is not known here"}


# Memory


async def test_bodies_that_are_on_their_way_take_no_more_memory_than_is_allowed(events: EventMemory) -> None:
    app = EventEndpoint(events, token=TOKEN, max_pending=2, max_body=1_024, max_rate=1e9, patience=5)
    waits = asyncio.Event()

    async def slow(answers: list[int]) -> None:
        messages = iter([b" " * 1_000, b"[]"])

        async def receive() -> dict[str, object]:
            data = next(messages)
            if data == b"[]":
                await waits.wait()
            return {"type": "http.request", "body": data, "more_body": data != b"[]"}

        async def send(message: dict[str, int]) -> None:
            if "status" in message:
                answers.append(message["status"])

        headers = [(b"authorization", f"Bearer {TOKEN}".encode()), (b"content-type", b"text/plain")]
        scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "http_version": "2"}
        await app(scope, receive, send)  # type: ignore[arg-type]  # plain dictionaries

    answers: list[int] = []
    clients = [asyncio.create_task(slow(answers)) for _ in range(5)]
    await asyncio.sleep(0.05)
    assert answers == [503, 503, 503]
    waits.set()
    await asyncio.gather(*clients)
    assert answers == [503, 503, 503, 202, 202]
    # All that was taken has been given back.
    assert (await asked(app, b" " * 1_000, b"[]"))[0]["status"] == 202


async def test_a_million_owners_cost_the_endpoint_nothing(events: EventMemory) -> None:
    app = EventEndpoint(events, token=lambda token: token, max_rate=1, max_body=1_024, max_batch=1)
    app._callers._allowances._remembered = 50  # the bound itself, small enough to be passed here
    for number in range(200):
        headers = [(b"authorization", b"Bearer visit-%d" % number), (b"content-type", b"text/plain")]
        start, _ = await asked(app, VIEW, headers=headers, http_version="2")
        assert start["status"] == 202
    assert len(app._callers._allowances._by_key) == 50


# Too much


async def test_a_token_that_brings_too_much_waits_and_the_others_do_not(events: EventMemory) -> None:
    app = EventEndpoint(events, token=lambda token: token, max_rate=10, max_batch=10, max_body=8 * 1_024)
    batch = json.dumps([json.loads(VIEW)] * 10).encode()
    headers = [(b"authorization", b"Bearer one"), (b"content-type", b"text/plain")]
    answers = [await asked(app, batch, headers=headers, http_version="2") for _ in range(3)]
    statuses = [start["status"] for start, _ in answers]
    assert statuses == [202, 429, 429]
    after = dict(answers[-1][0]["headers"])[b"retry-after"]
    assert 1 <= int(after) <= 2
    other = [(b"authorization", b"Bearer two"), (b"content-type", b"text/plain")]
    assert (await asked(app, batch, headers=other, http_version="2"))[0]["status"] == 202
    assert len(events.get_recent_memories()) == 20


async def test_large_events_count_by_their_size(events: EventMemory) -> None:
    app = EventEndpoint(events, token=TOKEN, max_rate=1, max_batch=1, max_body=8 * 1_024)
    large = json.dumps({**json.loads(VIEW), "content": "x" * 8_000}).encode()
    half = len(large) // 2
    assert (await asked(app, large[:half], large[half:]))[0]["status"] == 202
    assert (await asked(app, large[:half], large[half:]))[0]["status"] == 429
    assert len(events.get_recent_memories()) == 1


def test_a_page_that_sends_all_at_once_is_kept_whole_and_in_few_writes(tmp_path: Path) -> None:
    async def send_all(url: str) -> list[int]:
        async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=30) as http:
            answers = await asyncio.gather(*(http.post("/", content=VIEW) for _ in range(60)))
        return [answer.status_code for answer in answers]

    with EventMemory(f"dir:{tmp_path}") as events:
        app = EventEndpoint(events, token=TOKEN, max_rate=1e9)
        with serving(app) as url:
            assert asyncio.run(send_all(url)) == [202] * 60
        ids = [memory.id for memory in events.get_recent_memories()]
        assert len(ids) == len(set(ids)) == 60


class SlowDisk(EventMemory):
    """Events on a disk that takes as long as it is told to."""

    def __init__(self, place: Path) -> None:
        super().__init__(f"dir:{place}")
        self.begun, self.ready = threading.Event(), threading.Event()
        self.writes: list[int] = []

    def keep(self, memories: Sequence[TypedMemory]) -> list[TypedMemory]:
        self.begun.set()
        self.ready.wait(20)
        self.writes.append(len(memories))
        return super().keep(memories)


async def test_while_the_disk_is_slow_others_are_answered_and_what_waits_is_kept_in_one_write(
    tmp_path: Path,
) -> None:
    with SlowDisk(tmp_path) as events:
        app = EventEndpoint(events, token=TOKEN, max_pending=5)
        first = asyncio.create_task(asked(app, VIEW))
        await asyncio.to_thread(events.begun.wait, 20)
        rest = [asyncio.create_task(asked(app, VIEW)) for _ in range(7)]
        while sum(task.done() for task in rest) < 2:
            await asyncio.sleep(0.01)
        assert (await asked(app, method="GET", path="/page.js"))[0]["status"] == 200
        assert not first.done()
        events.ready.set()
        assert (await first)[0]["status"] == 202
        statuses = [sent[0]["status"] for sent in await asyncio.gather(*rest)]
        assert sorted(statuses) == [202] * 5 + [503] * 2
        assert events.writes == [1, 5]
        assert len(events.get_recent_memories()) == 6


async def test_one_event_that_cannot_be_kept_does_not_take_another_clients_down(tmp_path: Path) -> None:
    with EventMemory(journal=Journal(tmp_path, budget=8_192, segment_size=4_096)) as events:
        app = EventEndpoint(events, token=TOKEN, max_rate=1e9)
        large = json.dumps({**json.loads(VIEW), "content": "x" * 5_000}).encode()
        both = b"[" + large + b"," + VIEW + b"]"
        answers = await asyncio.gather(*(asked(app, body) for body in (VIEW, both, VIEW, large)))
        bodies = [json.loads(body["body"]) for _, body in answers]
        assert [body["kept"] for body in bodies] == [1, 1, 1, 0]
        assert [one["index"] for one in bodies[1]["refused"]] == [0]
        assert len(events.get_recent_memories()) == 3


async def test_a_server_that_gives_a_request_up_leaves_the_others_alone(events: EventMemory) -> None:
    app = EventEndpoint(events, token=TOKEN)
    given_up = [asyncio.create_task(asked(app, VIEW)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in given_up:
        task.cancel()
    await asyncio.gather(*given_up, return_exceptions=True)
    assert (await asked(app, VIEW))[0]["status"] == 202


async def test_an_unfinished_request_is_no_event(events: EventMemory) -> None:
    assert await asked(EventEndpoint(events, token=TOKEN), VIEW, gone=True) == []
    assert events.get_recent_memories() == []


def test_the_loop_waits_for_no_slow_client_and_no_slow_token(tmp_path: Path) -> None:
    asks = threading.Event()

    def owner(token: str) -> str:
        if token == "slow":
            asks.wait(20)
        return ""

    async def drip() -> AsyncIterator[bytes]:
        yield b"["
        while not asks.is_set():
            await asyncio.sleep(0.01)
        yield b"]"

    async def ask(url: str) -> list[int]:
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            headers = {"content-type": "text/plain"}
            slow = [
                asyncio.create_task(http.post("/", content=content, headers={**headers, **bearer}))
                for content, bearer in ((drip(), BEARER), (b"[]", {"authorization": "Bearer slow"}))
            ]
            await asyncio.sleep(0.05)
            quick = await http.post("/", content=VIEW, headers={**headers, **BEARER})
            assert not any(task.done() for task in slow)
            asks.set()
            return [answer.status_code for answer in (quick, *await asyncio.gather(*slow))]

    app = EventEndpoint(f"dir:{tmp_path}", token=owner)
    with serving(app) as url:
        assert asyncio.run(ask(url)) == [202, 202, 202]
