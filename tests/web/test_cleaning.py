"""What is made of what pages tell, whoever sends it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from lsp_server import EventMemory
from lsp_server.web.batches import Rules, batch_of
from lsp_server.web.cleaning import cleaned
from lsp_server.web.endpoint import SCRIPT

KEY = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF" + "3hJ6"
ROOT = Path(__file__).parents[2]


def told(title: str, kind: str = "user_action", **more: Any) -> dict[str, Any]:
    return cleaned({"type": kind, "title": title, **more}, kind)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("/checkout?order=42#top", "/checkout"),
        ("/checkout#token=5", "/checkout"),
        ("Really delete? #5", "Really delete? #5"),
        ("no answer from https://shop.example/pay?card=4111", "no answer from https://shop.example/pay"),
        ("GET '/api/user?id=7' failed", "GET '/api/user failed"),
        ("at pay (https://shop.example/a.js?v=3:14:2)", "at pay (https://shop.example/a.js:14:2)"),
        ("pay@https://shop.example/a.js?v=3#x:14:2", "pay@https://shop.example/a.js:14:2"),
        ("https://a.example/?x=https://b.example/?y=z", "https://a.example/"),
        ("ws://shop.example/live?key=k\nblob:https://shop.example/1#k", None),
    ],
)
def test_what_stands_behind_an_address_is_not_kept(said: str, kept: str | None) -> None:
    kept = kept or "ws://shop.example/live\nblob:https://shop.example/1"
    event = told(said, content=said, tags=[said], metadata={"page": said, "deep": [{"where": said}]})
    assert (event["title"], event["content"], event["tags"]) == (kept, kept, [kept])
    assert event["metadata"] == {"page": kept, "deep": [{"where": kept}]}


def test_of_types_that_are_not_of_pages_addresses_stay_whole() -> None:
    assert told("GET /orders?after=42", "api_call")["title"] == "GET /orders?after=42"


def test_half_characters_are_mended() -> None:
    assert told("é\ud83d")["title"] == "é\ufffd"
    assert told("\ud83d\ude00", "api_call", content="a\ude00b")["content"] == "a\ufffdb"


def test_long_titles_and_texts_are_cut_once_secrets_are_taken_out(tmp_path: Path) -> None:
    with EventMemory(f"dir:{tmp_path}") as events:
        given = {"type": "user_action", "title": "x" * 180 + " " + KEY, "content": "y" * 30_000}
        rules = Rules({"user_action"}, 1)
        body = json.dumps(given).encode()
        batch = batch_of(body, rules, events.prepared, is_lines=False, owner="", session=None)
        ((_, memory),) = batch.ready
    assert memory.title.startswith("x" * 180 + " [redacted")
    assert (len(memory.title), len(memory.content)) == (200, 20_000)


STACKS = [
    "Error: https://api.example/ is away\n    at async pay (https://shop.example/a.js?v=1:3:7)\n    at x",
    "pay@https://shop.example/a.js:3:7\n@https://shop.example/b.js:1:1",
    "TypeError: x\n    at https://shop.example/a.js:3:7",
]


@pytest.mark.parametrize("stack", STACKS)
def test_an_error_tells_its_type_message_and_place_whoever_sends_it(stack: str) -> None:
    error = told("TypeError: x: is null", "ui_error", content=stack, metadata={"page": "/"})["metadata"]
    assert error["error"] == {
        "type": "TypeError",
        "message": "x: is null",
        "where": "https://shop.example/a.js:3:7",
    }
    assert error["page"] == "/"


def test_what_a_client_tells_of_an_error_stays() -> None:
    given = {"type": "Mine", "where": "/app.js:3", "code": 5}
    event = told("something broke: badly", "ui_error", metadata={"error": given})
    assert event["metadata"]["error"] == {**given, "message": "something broke: badly"}
    for odd in (None, "", 5, [1]):
        event = told("broke", "ui_error", metadata={"error": odd})
        assert event["metadata"]["error"] == {"type": "Error", "message": "broke", "where": ""}
    assert told("broke", "ui_error", metadata=[1])["metadata"] == [1]  # refused for that, a moment later


@pytest.mark.parametrize(
    "unit", ["http://", "/?", ":1", "@https:/", " at ", "x@", "\n at ", "a/b?:1)", "\ud83d"]
)
def test_no_text_takes_long(unit: str) -> None:
    text = (unit * 65_536)[:65_536]
    begun = time.thread_time()
    told("x", "ui_error", content=text, metadata={"page": text})
    assert time.thread_time() - begun < 1


def test_what_is_nested_without_end_is_refused() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="nested too deeply"):
        told("x", metadata={"deep": deep})


def test_the_script_is_as_short_as_its_page_says() -> None:
    lines = (ROOT / "lsp_server" / "web" / SCRIPT).read_text("utf-8").splitlines()
    assert f"The script is {len(lines)} lines" in (ROOT / "docs" / "web.md").read_text("utf-8")
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 110
