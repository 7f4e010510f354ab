"""What is sent to the endpoint is kept, and what is no event is named: over a real connection."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from web.serving import BEARER, SHOP, TOKEN, Served

JSON = {**BEARER, "content-type": "application/json"}
TEXT = {"content-type": "text/plain;charset=UTF-8"}
VIEW = {"type": "page_view", "title": "/checkout"}
KEY = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF" + "3hJ6"


def sent(served: Served, body: bytes | str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = served.http.post("/", content=body, headers=headers or JSON)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


# What is kept


def test_a_batch_is_kept_as_typed_memories(served: Served) -> None:
    error = {"type": "TypeError", "message": "x is null", "where": "/app.js:3"}
    batch = [
        VIEW,
        {"type": "user_action", "title": "Pay", "metadata": {"page": "/checkout"}, "tags": ["cart"]},
        {
            "type": "ui_error",
            "title": "TypeError: x is null",
            "content": "at pay",
            "metadata": {"error": error},
        },
    ]
    assert sent(served, json.dumps(batch)) == {"kept": 3, "refused": []}
    failed, paid, seen = served.kept()[:3]
    assert (seen.memory_type, seen.title, seen.owner) == ("page_view", "/checkout", "")
    assert (paid.tags, paid.metadata) == (("cart",), {"page": "/checkout"})
    assert (failed.content, failed.metadata) == ("at pay", {"error": error})


@pytest.mark.parametrize(
    ("body", "kind", "count"),
    [
        (json.dumps(VIEW), "application/json", 1),
        (json.dumps(VIEW, indent=2), "text/plain", 1),
        ("\ufeff" + json.dumps([VIEW]), "text/plain; charset=utf-8", 1),
        (f"{json.dumps(VIEW)}\n\n{json.dumps(VIEW)}\n", "application/json", 2),
        (f"{json.dumps(VIEW)}\r\n{json.dumps(VIEW)}", "application/x-ndjson", 2),
        ("[]", "application/json", 0),
        (" \n", "application/jsonl", 0),
    ],
)
def test_an_object_an_array_and_lines_will_do(served: Served, body: str, kind: str, count: int) -> None:
    before = len(served.kept())
    assert sent(served, body, {**BEARER, "content-type": kind}) == {"kept": count, "refused": []}
    assert len(served.kept()) == before + count


def test_a_page_that_cannot_set_headers_has_the_token_in_the_first_line(served: Served) -> None:
    first = json.dumps({"token": TOKEN, "session": "visit-1"})
    assert sent(served, f"{first}\n{json.dumps([VIEW, VIEW])}", TEXT)["kept"] == 2
    assert sent(served, f"{first}\n{json.dumps(VIEW)}\n{json.dumps(VIEW)}", TEXT)["kept"] == 2
    assert [memory.owner for memory in served.kept()[:4]] == ["page:visit-1"] * 4


def test_what_a_page_calls_itself_is_nobody_elses_name(served: Served) -> None:
    batch = [{**VIEW, "owner": "worker-1"}, {**VIEW, "user_id": "worker-2"}]
    assert sent(served, json.dumps(batch))["kept"] == 2
    assert [memory.owner for memory in served.kept()[:2]] == ["page:worker-2", "page:worker-1"]
    assert served.events.get_context_window("worker-1").recent == []


def test_a_password_of_a_whole_site_is_not_taken_for_a_token(served: Served) -> None:
    first = json.dumps({"token": TOKEN})
    assert sent(served, f"{first}\n[]", {**TEXT, "authorization": "Basic eDp5"})["kept"] == 0


def test_secrets_do_not_get_in(served: Served) -> None:
    batch = [{"type": "ui_error", "title": "Error: no access", "content": f"token {KEY}"}]
    sent(served, json.dumps(batch))
    assert KEY not in served.kept()[0].content
    assert "[redacted" in served.kept()[0].content


# What is no event


def test_what_cannot_be_kept_is_named_by_its_place_and_the_others_are_kept(served: Served) -> None:
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    wrong = [
        {"type": "error", "title": "Not from a page"},
        {"title": "No type"},
        {"type": [], "title": "A list as type"},
        {"type": "Page View", "title": "x"},
        {"type": "page_view"},
        {"type": "page_view", "title": " "},
        {"type": "page_view", "title": "x", "owner": "a b"},
        {"type": "page_view", "title": "x", "owner": ["a"]},
        {"type": "page_view", "title": "x", "colour": "red" * 999},
        {"type": "page_view", "title": "x", "metadata": {"deep": deep}},
        {"type": "page_view", "title": "x", "metadata": [1]},
        ["page_view"],
        "page_view",
        None,
    ]
    body = json.dumps([*wrong, VIEW])
    before = len(served.kept())
    answer = sent(served, body)
    assert answer["kept"] == 1
    assert len(served.kept()) == before + 1
    assert [one["index"] for one in answer["refused"]] == list(range(len(wrong)))
    said = [one["error"] for one in answer["refused"]]
    assert said[0] == "type is 'error': taken here are page_view, ui_error, user_action"
    assert said[1] == said[2] == "type is no text: taken here are page_view, ui_error, user_action"
    assert said[11] == "an event is an object with a type and a title"
    assert all(len(one) <= 300 for one in said)


def test_a_line_that_is_no_json_does_not_take_the_others_down(served: Served) -> None:
    lines = [
        json.dumps(VIEW),
        '{"type": "page_view", "title": "x", "metadata": {"ms": NaN}}',
        '{"type": "page_view", "title": "x", "title": "y"}',
        '{"type": "page_view", "title": "x", "metadata": {"ms": 1e999}}',
        '{"type": "page_view", "title": "x", "metadata": {"ms": ' + "9" * 5_000 + "}}",
        "[" * 5_000,
        '{"type"',
        json.dumps(VIEW),
    ]
    answer = sent(served, "\n".join(lines))
    assert answer["kept"] == 2
    assert [one["index"] for one in answer["refused"]] == [1, 2, 3, 4, 5, 6]
    said = [one["error"] for one in answer["refused"]]
    assert said[0] == "not JSON: NaN is no number of JSON"
    assert said[1] == "not JSON: an object has one key twice"
    assert said[2] == "metadata['ms'] is inf: JSON has only finite numbers"
    assert said[4] == "not JSON: nested too deeply"


@pytest.mark.parametrize(
    ("body", "headers", "status", "said"),
    [
        (b'[{"type": "page_view", "title": "\xff"}]', JSON, 400, "not UTF-8: byte 34"),
        (b"{", JSON, 400, "not JSON"),
        (b"[" * 60_000, JSON, 400, "not JSON: nested too deeply"),
        (b'[{"a": NaN}]', JSON, 400, "not JSON: NaN is no number of JSON"),
        (b'[{"a": 1, "a": 2}]', JSON, 400, "not JSON: an object has one key twice"),
        (json.dumps(VIEW).encode("utf-16"), JSON, 400, "not UTF-8"),
        (json.dumps([VIEW] * 101).encode(), JSON, 413, "more than 100 events"),
        (b"{}\n" * 101, JSON, 413, "more than 100 events"),
        (b" " * 65_537, JSON, 413, "more than 65,536 bytes"),
        (gzip.compress(b"[]"), {**JSON, "content-encoding": "gzip"}, 415, "compressed"),
        (
            b"a=1",
            {**BEARER, "content-type": "application/x-www-form-urlencoded"},
            415,
            "send application/json",
        ),
        (b"[]", BEARER, 415, "send application/json"),
        (b"[]", {**BEARER, "content-type": "text/plain; charset=latin-1"}, 415, "in UTF-8"),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused_in_one_line(
    served: Served, body: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    before = len(served.kept())
    answer = served.http.post("/", content=body, headers=headers)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert said in answer.json()["error"]
    assert "\n" not in answer.json()["error"]
    assert len(served.kept()) == before


# Who may send


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer"},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Bearer {TOKEN} {TOKEN}"},
        {"authorization": TOKEN},
        {"authorization": b"Bearer \xff\xfe"},
        {"authorization": "Bearer " + "x" * 9_000},
    ],
)
def test_without_the_token_nothing_is_kept(served: Served, headers: Any) -> None:
    before = len(served.kept())
    answer = served.http.post("/", content=json.dumps([VIEW]), headers={**TEXT, **headers})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in answer.text
    assert len(served.kept()) == before


@pytest.mark.parametrize(
    "first",
    [
        '{"token": "no"}\n',
        '{"token": 5}\n',
        f'{{"token": "{TOKEN}", "more": 1}}\n',
        f'[{{"token": "{TOKEN}"}}]\n',
        f'{{"session": "{TOKEN}"}}\n',
        f'{{"token": "{TOKEN}"}} ',
        " " * 1_100 + f'{{"token": "{TOKEN}"}}\n',
        "[" * 1_000 + "\n",
    ],
)
def test_a_first_line_without_the_token_is_none(served: Served, first: str) -> None:
    answer = served.http.post("/", content=first + json.dumps([VIEW]), headers=TEXT)
    assert answer.status_code == 401


def test_the_token_is_not_read_from_the_address(served: Served) -> None:
    answer = served.http.post(f"/?token={TOKEN}", content=json.dumps([VIEW]), headers=TEXT)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"origin": SHOP}, True),
        ({"origin": "HTTPS://Shop.Example"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://shop.example.evil.example"}, False),
        ({"origin": "http://shop.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "https://evil.example", "sec-fetch-site": "same-site"}, False),
        ({"origin": "http://own.example:81", "host": "own.example:81"}, True),
        ({"origin": "http://own.example", "host": "own.example:81"}, False),
        ({}, True),
    ],
)
def test_only_pages_of_named_sites_and_its_own_may_send(
    served: Served, headers: dict[str, str], allowed: bool
) -> None:
    before = len(served.kept())
    answer = served.http.post("/", content=json.dumps(VIEW), headers={**BEARER, **TEXT, **headers})
    assert answer.status_code == (202 if allowed else 403)
    assert len(served.kept()) == before + allowed
    cross = headers.get("origin", "").lower() == SHOP
    assert answer.headers.get("access-control-allow-origin") == (SHOP if cross else None)
    assert "access-control-allow-credentials" not in answer.headers


def test_a_page_of_a_named_site_may_read_what_is_wrong(served: Served) -> None:
    answer = served.http.post("/", content=b"{", headers={**JSON, "origin": SHOP})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (400, SHOP)


def test_a_preflight_is_answered_for_named_sites_alone(served: Served) -> None:
    asks = {"origin": SHOP, "access-control-request-method": "POST"}
    answer = served.http.options("/", headers=asks)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["access-control-allow-headers"] == "authorization, content-type"
    assert answer.headers["vary"] == "origin"
    answer = served.http.options("/", headers={**asks, "origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


# Methods and the script


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_events_come_by_post(served: Served, method: str) -> None:
    answer = served.http.request(method, "/", headers=BEARER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


def test_the_script_for_pages_is_served_and_seldom_twice(served: Served) -> None:
    answer = served.http.get("/page.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "page_view" in answer.text
    head = served.http.head("/deep/down/page.js")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(answer.content)))
    again = served.http.get("/page.js", headers={"if-none-match": f"W/{answer.headers['etag']}"})
    assert (again.status_code, again.content) == (304, b"")
    assert served.http.post("/page.js", content=b"[]", headers=JSON).headers["allow"] == "GET, HEAD"
