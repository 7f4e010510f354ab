"""In a real VS Code: values that programs keep, their errors with what helped, and decisions that are due."""

from __future__ import annotations

import json
from collections.abc import Callable

from code_window import FIRST, CodeWindow
from playwright.sync_api import expect
from shop import BIN, Shop, eventually

PATH = f"{BIN}:/usr/local/bin:/usr/bin:/bin"
FAILED = "GatewayTimeout: No answer from the bank in 30 s"


def test_values_are_edited_as_json_and_an_error_gets_its_solution(
    shop: Shop, open_code: Callable[..., CodeWindow]
) -> None:
    shop.memory("value", "set", "shop:currency", '{"name": "EUR", "digits": 2}')
    shop.memory("event", "error", FAILED, "--owner", "worker-1", "--content", "charge(order 42)")
    shop.memory("decide", "Retry three times", "--due", "2026-01-01")
    window = open_code(shop, shop.payments, path=PATH)

    window.run("Git Memory: Open Value…")
    window.pick("shop", "shop:currency", picture="values")
    expect(window.tab).to_contain_text("shop.currency", timeout=FIRST)
    window.text_of('"name": "EUR"').click()
    window.press("Control+a", "Delete")
    window.type('{"name": "CHF"}')
    window.press("Escape", "Control+s")
    expect(window.notification("Stored shop:currency")).to_be_visible()
    assert json.loads(shop.memory("value", "get", "shop:currency")) == {"name": "CHF"}

    window.run("Git Memory: Show Errors")
    expect(window.tab).to_contain_text("errors")
    lens = window.page.get_by_role("button", name="Record a solution")
    lens.wait_for(timeout=FIRST)
    window.keep_picture("errors")
    lens.click()
    expect(window.tab).to_contain_text("solution-")
    window.text_of("What made it go away").wait_for()
    window.type("Ask the other bank")
    window.press("Escape", "Control+s")
    expect(window.notification("Recorded the solution")).to_contain_text("Ask the other bank")
    window.run("Git Memory: Show Errors")
    window.text_of("helped: Ask the other bank").wait_for()

    window.run("Git Memory: Show Decisions Due")
    lens = window.page.get_by_role("button", name="ADR-0002 turned out well")
    lens.wait_for()
    window.keep_picture("decisions-due")
    lens.click()
    window.text_of("No outcome is due").wait_for()
    expect(lens).to_have_count(0)
    assert "outcome: success" in shop.show("decisions/0002-retry-three-times.md")

    window.press("Control+Shift+e")
    title = window.page.get_by_role("button", name="Git Memory Section")
    title.click()
    rows = window.page.locator(".pane").filter(has=title).locator(".monaco-list-row")
    for branch in ("Values", "Errors"):
        rows.filter(has_text=branch).first.click()
    rows.filter(has_text="GatewayTimeout").first.wait_for()
    assert eventually(lambda: rows.filter(has_text="shop:currency").count())
    window.keep_picture("programs-view")
    assert shop.git("status", "--porcelain") == ""
