"""In a real VS Code: the notices about code, their quick fixes, and the setting that switches them off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from code_window import FIRST, LATER, CodeWindow
from playwright.sync_api import expect
from shop import BIN, DECISION, FREE_LINE, Shop
from test_neovim_notices import lose_the_lines

TOKEN_LINE = "    token = gateway.token(order)"


@pytest.fixture
def path() -> str:
    """A PATH that has git-memory-lsp on it, as pipx leaves it."""
    return f"{BIN}:/usr/local/bin:/usr/bin:/bin"


def test_a_record_whose_lines_are_gone_is_anchored_anew_by_a_quick_fix(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    line = lose_the_lines(shop)
    window = open_code(shop, shop.payments, path=path)
    window.hover_over(TOKEN_LINE, "gateway", says="its lines are gone from here", timeout=FIRST)
    shown = window.page.locator(".monaco-hover:not(.hidden)")
    expect(shown).to_contain_text("re-anchor ADR-0001 or retire the anchor")
    expect(shown).to_contain_text("Quick Fix")
    window.keep_picture("notice")

    window.go_to(line)
    window.choose_code_action("Re-anchor ADR-0001 here", picture="notice-fixes")
    expect(window.notification("anchored ADR-0001")).to_contain_text(f"shop/payments.py:{line}")
    assert shop.log()[0].startswith("decision: re-anchor ADR-0001")
    window.page.locator(".monaco-editor .squiggly-info").first.wait_for(state="detached")
    window.hover_over(TOKEN_LINE, "gateway", says="Every attempt for an order carries the same key")
    assert shop.git("status", "--porcelain") == ""


def test_a_decision_that_does_not_hold_is_marked_while_it_is_typed(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    shop.memory("supersede", "ADR-1", "Let the gateway retry")
    window = open_code(shop, shop.payments, path=path)
    window.go_to(shop.line(FREE_LINE))
    window.press("End")
    window.type("  # see ADR-1")
    marked = window.page.locator(".monaco-editor .squiggly-info")
    marked.first.wait_for(timeout=FIRST)
    window.hover_over("ATTEMPTS = 3  # see ADR-1", "ADR-1", says="was superseded by ADR-0002")
    expect(window.hover).to_contain_text(DECISION)
    window.keep_picture("notice-superseded")

    window.server.set("gitMemory.diagnostics", False)
    marked.first.wait_for(state="detached", timeout=LATER)
