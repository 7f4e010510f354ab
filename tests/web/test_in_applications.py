"""An endpoint in somebody's application: its tokens, its server, its disk, and what it may be given."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import Repo
from web.serving import BEARER, TOKEN, asked, serving

from lsp_server import AsyncEventMemory, EventEndpoint, EventMemory, UsageError

VIEW = json.dumps({"type": "page_view", "title": "/checkout", "owner": "visit-1"}).encode()
HEADERS = {**BEARER, "content-type": "application/json"}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "web.md"


@pytest.fixture
def events(tmp_path: Path) -> Iterator[EventMemory]:
    with EventMemory(f"dir:{tmp_path / 'events'}") as events:
        yield events


# Tokens


async def async_owner(token: str) -> str | None:
    return {"token-of-ann": "ann", "token-of-nobody": ""}.get(token)


@pytest.mark.parametrize(
    "owner_of", [{"token-of-ann": "ann", "token-of-nobody": ""}.get, async_owner], ids=["plain", "async"]
)
@pytest.mark.parametrize(
    ("token", "status", "owner"),
    [("token-of-ann", 202, "ann"), ("token-of-nobody", 202, "page:visit-1"), ("token-of-bob", 401, None)],
)
async def test_a_function_tells_whose_a_token_is(
    events: EventMemory, owner_of: Callable[[str], Any], token: str, status: int, owner: str | None
) -> None:
    app = EventEndpoint(events, token=owner_of)
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"text/plain")]
    start, _ = await asked(app, VIEW, headers=headers, http_version="2")
    assert start["status"] == status
    assert [memory.owner for memory in events.get_recent_memories()] == ([] if owner is None else [owner])


async def test_what_is_wrong_with_such_a_function_its_owner_sees(events: EventMemory) -> None:
    def broken(token: str) -> str:
        raise LookupError(token)

    with pytest.raises(LookupError):
        await asked(EventEndpoint(events, token=broken), VIEW)
    with pytest.raises(TypeError, match="answers an owner or None, not True"):
        await asked(EventEndpoint(events, token=bool), VIEW)  # type: ignore[arg-type]  # as programs do
    app = EventEndpoint(events, token=broken)
    with serving(app) as url:
        answer = httpx.post(url, content=VIEW, headers=HEADERS)
        assert (answer.status_code, TOKEN in answer.text) == (500, False)


# Servers


async def test_it_works_wherever_it_is_mounted(events: EventMemory) -> None:
    app = EventEndpoint(events, token=TOKEN)
    for scope in (
        {"path": "/events/", "root_path": "/events"},
        {"path": "/", "root_path": "/events"},
        {"path": "/a/b/events", "root_path": ""},
    ):
        assert (await asked(app, VIEW, **scope))[0]["status"] == 202
        script = {**scope, "path": scope["path"].rstrip("/") + "/page.js"}
        start, body = await asked(app, method="GET", **script)
        assert (start["status"], body["body"][:2]) == (200, b"//")
    assert (await asked(app, method="GET", path="/events/homepage.js"))[0]["status"] == 405


async def test_without_a_lifespan_it_serves_and_after_its_end_it_says_so(tmp_path: Path) -> None:
    app = EventEndpoint(f"dir:{tmp_path}", token=TOKEN)
    assert (await asked(app, VIEW))[0]["status"] == 202
    app.close()
    app.close()
    start, body = await asked(app, VIEW)
    assert (start["status"], json.loads(body["body"])) == (503, {"error": "this server is stopping"})
    with EventMemory(f"dir:{tmp_path}") as events:
        assert len(events.get_recent_memories()) == 1


async def test_the_servers_beginning_and_end_are_answered(tmp_path: Path) -> None:
    async with AsyncEventMemory(f"dir:{tmp_path}") as events:
        app = EventEndpoint(events, token=TOKEN)
        messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        sent: list[str] = []

        async def receive() -> dict[str, str]:
            return messages.pop(0)

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await app({"type": "lifespan"}, receive, send)  # type: ignore[arg-type]  # plain dictionaries
        assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
        # Whoever opened the memory goes on with it.
        await events.create_memory("Still open")


async def test_no_other_protocol_is_spoken(events: EventMemory) -> None:
    app = EventEndpoint(events, token=TOKEN)
    assert await asked(app, type="websocket") == [{"type": "websocket.close", "code": 1008}]
    with pytest.raises(ValueError, match="no such thing is served here"):
        await asked(app, type="webtransport")


def test_the_application_of_the_documentation_is_served_by_uvicorn(repo: Repo) -> None:
    page = PAGE.read_text(encoding="utf-8")
    block = re.search(r"^```python\n(# shop\.py\n.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert block is not None
    repo.write("shop.py", block[1])
    code = "import uvicorn; uvicorn.run('shop:app', port=0, access_log=False)"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=repo.root,
        env={**os.environ, "PAGE_TOKEN": TOKEN},
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stderr is not None
            address = next(
                found[0] for line in server.stderr if (found := re.search(r"http://[\d.:]+", line))
            )
            assert httpx.get(f"{address}/events/page.js").status_code == 200
            assert httpx.get(address).status_code == 200
            answer = httpx.post(f"{address}/events/", content=VIEW, headers=HEADERS)
            assert answer.json() == {"kept": 1, "refused": []}
        finally:
            server.kill()  # what has been answered is kept whatever comes
    with EventMemory(repo.root) as events:
        assert [memory.title for memory in events.get_recent_memories()] == ["/checkout"]


# Disks


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.getuid() or shutil.which("mount") is None:
        pytest.skip("only root can make a disk that fills up")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


async def test_a_full_disk_is_told_to_the_client_and_to_those_who_run_it(
    disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(b"x" * 300_000)
    large = json.dumps([{"type": "ui_error", "title": "Error", "content": "x" * 9_000}] * 6).encode()
    with EventMemory(f"dir:{disk / 'events'}") as events:
        app = EventEndpoint(events, token=TOKEN, max_rate=1e9)
        kept = 0
        for _ in range(20):
            start, body = await asked(app, large)
            told = json.loads(body["body"])
            kept += told.get("kept", 0)
            if start["status"] != 202:
                break
        assert start["status"] == 503
        assert dict(start["headers"])[b"retry-after"] == b"30"
        assert told["error"] == "events cannot be kept now: try again"
        assert str(disk) not in body["body"].decode()
        await asked(app, large)
        assert [record.levelname for record in caplog.records] == ["ERROR"]  # once, not every time
        assert "No space left on device" in caplog.text
        assert len(events.get_recent_memories()) == kept > 0
        ballast.unlink()
        assert (await asked(app, VIEW))[0]["status"] == 202
        app.close()


# What makes no sense


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"token": ""}, "a token is letters, digits"),
        ({"token": "a b"}, "a token is letters, digits"),
        ({"token": "schlüssel"}, "a token is letters, digits"),
        ({"token": None}, "token is a text, or a function"),
        ({"types": ["Page View"]}, "is no type of memory"),
        ({"origins": ["*"]}, "is no origin"),
        ({"origins": ["https://shop.example/"]}, "is no origin"),
        ({"origins": "null"}, "is no origin"),
        ({"max_body": 0}, "max_body is 0: it must be a whole number, 1 or more"),
        ({"max_batch": 1.5}, "max_batch is 1.5"),
        ({"max_pending": True}, "max_pending is True"),
        ({"max_rate": 0}, "max_rate is 0: it must be a number above 0"),
        ({"max_rate": float("nan")}, "max_rate is nan"),
        ({"patience": "long"}, "patience is 'long'"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(
    events: EventMemory, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        EventEndpoint(events, **{"token": TOKEN, **wrong})


async def test_a_program_takes_its_own_types_too(events: EventMemory) -> None:
    app = EventEndpoint(events, token=TOKEN, types=["order.placed", "system_error"])
    batch = [{"type": kind, "title": "x"} for kind in ("order.placed", "error", "system_error", "page_view")]
    _, body = await asked(app, json.dumps(batch).encode())
    assert [one["index"] for one in json.loads(body["body"])["refused"]] == [3]
    kinds = [memory.memory_type for memory in events.get_recent_memories()]
    assert kinds == ["error", "error", "order.placed"]
