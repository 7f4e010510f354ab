"""The script for pages, in a real Chromium: what a person does there is kept, and what is private is not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from web.browser import PROGRAM, Browser, browsing
from web.serving import TOKEN, serving

from lsp_server import EventEndpoint, EventMemory, TypedMemory

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here (Debian: apt install chromium)")

PATIENCE = 30.0
SECRET = "correct horse battery staple"
HTML = """<!doctype html><title>Shop</title>{before}
<script src="{script}" data-token="{token}" {more}></script>
<button id="pay">Pay
   now</button>
<a id="cart" href="#cart" data-memory="open the cart"><b id="inside">3 articles</b></a>
<input id="card"><div id="note" contenteditable>x</div><button id="editor"><i contenteditable>x</i></button>
<p id="text">Nothing to click</p>
<button id="fail" onclick="broken.price">Fail</button>
<button id="later" onclick="Promise.reject(new RangeError('too many'))">Later</button>
"""
CSP = b"script-src 'self' 'unsafe-inline' http://127.0.0.1:*; connect-src 'self' http://127.0.0.1:*"


class Site:
    """Pages, and the endpoint under ``/events/``: one application."""

    def __init__(self, endpoint: EventEndpoint) -> None:
        self.endpoint = endpoint
        self.script = "/events/page.js?v=1"
        self.more = self.before = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/events"):
            await self.endpoint(scope, receive, send)
            return
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-security-policy", CSP),
            (b"referrer-policy", b"no-referrer"),
        ]
        body = HTML.format(script=self.script, token=TOKEN, more=self.more, before=self.before).encode()
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Shop(NamedTuple):
    """A site in a browser, and what it remembers."""

    url: str
    site: Site
    page: Browser
    events: EventMemory

    def visit(self, path: str, session: str, more: str = "") -> None:
        self.site.more = f'data-session="{session}" {more}'
        self.page.open(self.url + path)

    def told(self, session: str, count: int, *, leaves: bool = True) -> list[TypedMemory]:
        """What a visit has told, once the page is left or five seconds have passed, in order: so many, and no
        more."""
        if leaves:
            self.page.open("about:blank")
        else:
            self.page.pass_time(5_500)
        until = time.monotonic() + PATIENCE
        while True:
            found = self.events.get_recent_memories(hours=None, owner=f"page:{session}")[::-1]
            if len(found) >= count:
                assert len(found) == count, found
                return found
            assert time.monotonic() < until, found
            time.sleep(0.05)


@pytest.fixture
def shop(open_shop: Shop) -> Shop:
    open_shop.page.new_page()
    return open_shop


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    places = tmp_path_factory.mktemp("shop")
    with EventMemory(f"dir:{places / 'events'}") as events:
        site = Site(EventEndpoint(events, token=TOKEN, max_rate=1e6))
        with serving(site) as url, browsing(places / "profile") as page:
            yield Shop(url, site, page, events)


def test_views_clicks_and_errors_are_told(shop: Shop) -> None:
    shop.visit("/checkout?order=42&key=private#top", "all")
    shop.page.click("#pay")
    shop.page.click("#inside")
    shop.page.click("#fail")
    shop.page.click("#later")
    seen = "addEventListener('unhandledrejection', () => done(), {once: true})"
    shop.page.run(f"new Promise((done) => {{ {seen}; Promise.reject('no error at all') }})")
    seen = "addEventListener('error', () => done(), {once: true})"
    shop.page.run(f"new Promise((done) => {{ {seen}; setTimeout(() => {{ throw 'a text' }}) }})")
    shop.page.run("history.pushState({}, '', '/thanks?order=42')")
    told = shop.told("all", 10)
    assert [(one.memory_type, one.title) for one in told] == [
        ("page_view", "/checkout"),
        ("user_action", "Pay now"),
        ("user_action", "open the cart"),
        ("user_action", "Fail"),
        ("ui_error", "ReferenceError: broken is not defined"),
        ("user_action", "Later"),
        ("ui_error", "RangeError: too many"),
        ("ui_error", "Error: no error at all"),
        ("ui_error", "Error: a text"),
        ("page_view", "/thanks"),
    ]
    assert told[1].metadata == {"page": "/checkout", "element": "button"}
    failed = told[4].metadata["error"]
    assert failed == {
        "type": "ReferenceError",
        "message": "broken is not defined",
        "where": f"{shop.url}/checkout:8",
    }
    assert "HTMLButtonElement.onclick" in told[4].content
    assert told[6].metadata["error"]["where"].startswith(f"{shop.url}/checkout:9:")
    assert told[7].metadata["error"]["where"] == ""
    assert all("private" not in repr(one) and "order=" not in repr(one) for one in told)


def test_what_is_typed_is_never_told(shop: Shop) -> None:
    shop.visit("/pay", "typing")
    for place in ("#card", "#note", "#editor i"):
        shop.page.click(place)
        shop.page.run(f"document.querySelector({json.dumps(place)}).focus()")
        shop.page.type(SECRET)
        shop.page.click(place)
    shop.page.click("#text")
    assert shop.page.run("document.querySelector('#card').value") == SECRET
    assert SECRET in shop.page.run("document.querySelector('#note').textContent")
    assert [one.title for one in shop.told("typing", 1)] == ["/pay"]


def test_clicks_can_be_left_out_but_for_marked_elements(shop: Shop) -> None:
    shop.visit("/", "marked", 'data-clicks="[data-memory]"')
    shop.page.click("#pay")
    shop.page.click("#cart")
    shop.page.run("document.querySelector('#cart').click()")  # no hand did that
    assert [one.title for one in shop.told("marked", 2)] == ["/", "open the cart"]


def test_a_page_out_of_its_mind_tells_no_more_than_fifty_things(shop: Shop) -> None:
    shop.visit("/mad", "mad")
    shop.page.run("for (let n = 0; n < 500; n++) setTimeout(() => { throw new Error('again') })")
    shop.page.run("new Promise((done) => setTimeout(done, 100))")
    text = "'é'.repeat(190) + '\\ud83d' + n + '\\u0001'.repeat(5000)"  # six bytes each, in JSON
    shop.page.run(f"for (let n = 0; n < 500; n++) Promise.reject(new Error({text})); 0")
    shop.page.run("for (let n = 0; n < 60; n++) history.replaceState({}, '', '/mad/' + n)")
    told = shop.told("mad", 50, leaves=False)
    titles = sorted(one.title for one in told)
    assert titles[:2] == ["/mad", "Error: again"]
    assert {title[:198] for title in titles[2:]} == {f"Error: {'é' * 190}\ufffd"}
    assert {len(one.content) for one in told} == {0, len(told[1].content), 1_500}


def test_pages_of_another_site_send_only_where_it_is_named(shop: Shop, tmp_path: Path) -> None:
    origin = shop.url.replace("127.0.0.1", "localhost")
    with EventMemory(f"dir:{tmp_path}") as events:
        for origins, titles in (([], ["bye"]), ([origin], ["/other", "bye"])):
            with serving(EventEndpoint(events, token=TOKEN, origins=origins)) as elsewhere:
                shop.site.script = f"{elsewhere}/page.js"
                try:
                    shop.site.more = f'data-session="{len(origins)}"'
                    shop.page.open(f"{origin}/other")
                    # An endpoint's own page, in the same visit: so that it is known when all is there.
                    shop.page.open(f"{elsewhere}/page.js")
                    body = [{"type": "user_action", "title": "bye"}]
                    first = json.dumps({"token": TOKEN, "session": str(len(origins))})
                    text = json.dumps(first + "\n" + json.dumps(body))
                    assert shop.page.run(f"navigator.sendBeacon('/', {text})")
                    until = time.monotonic() + PATIENCE
                    while len(found := events.get_recent_memories(owner=f"page:{len(origins)}")) < len(
                        titles
                    ):
                        assert time.monotonic() < until
                        time.sleep(0.05)
                    assert sorted(one.title for one in found) == titles
                finally:
                    shop.site.script = "/events/page.js"


def test_while_the_page_is_open_it_tells_every_five_seconds_and_again_what_was_refused(shop: Shop) -> None:
    shop.site.before = "<script>delete globalThis.navigation</script>"  # as in a browser of some years ago
    shop.visit("/open", "open")
    shop.site.before = ""
    assert shop.page.run("typeof navigation") == "undefined"
    shop.page.run(
        "window.busy = () => Promise.resolve({status: 503}); window.real = fetch; window.fetch = busy"
    )
    shop.page.pass_time(5_500)
    assert shop.events.get_recent_memories(hours=None, owner="page:open") == []
    shop.page.run("window.fetch = real; history.pushState({}, '', '/later'); 0")
    told = shop.told("open", 2, leaves=False)
    assert sorted(one.title for one in told) == ["/later", "/open"]
