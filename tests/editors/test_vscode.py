"""The main job in a real VS Code, as a person does it, with the packaged extension and the installed server.

The pictures of these tests are the README's: UPDATE_SCREENSHOTS=1 copies them to docs/images.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from code_window import FIRST, CodeWindow
from playwright.sync_api import expect
from shop import BIN, BUG, DECISION, FREE_LINE, KEY_LINE, LEARNING, ROUNDING_LINE, Shop, eventually

TITLE = "Give up on a payment after three attempts"
QUESTION = "The gateway is often slow in the evening. How long does a customer wait?"


@pytest.fixture
def path() -> str:
    """A PATH that has git-memory-lsp on it, as pipx leaves it."""
    return f"{BIN}:/usr/local/bin:/usr/bin:/bin"


def drafts(shop: Shop) -> list[Path]:
    return sorted((shop.root / ".git" / "git-memory" / "drafts").rglob("new-*.md"))


def fill_in(window: CodeWindow, draft: Path, title: str) -> None:
    """Write a title into an open draft, as a person does: on the line with the lonely ``#``."""
    expect(window.tab).to_contain_text(draft.stem)
    window.go_to(draft.read_text().splitlines().index("# ") + 1)
    window.press("End")
    window.type(title)


def test_a_hover_shows_what_is_known_about_a_line_that_has_moved(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    window = open_code(shop, shop.payments, path=path)
    window.hover_over(ROUNDING_LINE, "quantize", says=LEARNING, timeout=FIRST)
    expect(window.hover).not_to_contain_text(DECISION)
    window.hover_over(KEY_LINE, "order-", says=DECISION)
    expect(window.hover).to_contain_text("ADR-0001")
    expect(window.hover).to_contain_text(BUG)
    window.keep_picture("hover")

    window.hover.get_by_role("link", name=DECISION).click()
    expect(window.tab).to_contain_text("ADR-0001")


def test_a_decision_is_recorded_on_a_line_and_shown_there(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    window = open_code(shop, shop.payments, path=path)
    before = shop.log()
    window.go_to(shop.line(FREE_LINE))
    window.choose_code_action("Record a decision here", picture="code-actions")
    assert eventually(lambda: drafts(shop))
    [draft] = drafts(shop)
    fill_in(window, draft, TITLE)
    window.text_of("<!-- what the question is").click()
    window.press("Home", "Shift+End")
    window.type(QUESTION)
    window.keep_picture("draft")
    assert shop.log() == before

    window.press("Control+s")
    expect(window.notification("Recorded ADR-0002")).to_contain_text(TITLE)
    assert shop.log() == [f'decision: record ADR-0002 "{TITLE}"', *before]
    assert QUESTION in shop.show("decisions/0002-give-up-on-a-payment-after-three-attempts.md")
    assert shop.git("status", "--porcelain") == ""

    window.switch_to("payments.py")
    window.hover_over(FREE_LINE, "ATTEMPTS", says=TITLE)
    expect(window.hover).to_contain_text("ADR-0002")


def test_a_draft_that_vs_code_saves_by_itself_waits_for_a_persons_save(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    autosave = {"files.autoSave": "afterDelay", "files.autoSaveDelay": 200}
    window = open_code(shop, shop.payments, path=path, settings=autosave)
    before = shop.log()
    window.run("Git Memory: Record a Learning Here")
    assert eventually(lambda: drafts(shop), seconds=60)
    [draft] = drafts(shop)
    fill_in(window, draft, "Three attempts are enough")
    assert eventually(lambda: "Three attempts are enough" in draft.read_text())
    expect(window.page.locator(".tab.active.dirty")).to_have_count(0)
    # A save by hand that comes while VS Code still writes its own is taken for the same one.
    window.page.wait_for_timeout(1000)
    assert shop.log() == before

    window.press("Control+s")
    expect(window.notification("Three attempts are enough")).to_be_visible()
    label = "LEARN-" + draft.stem.removeprefix("new-learning-")
    assert shop.log() == [f'learning: record {label} "Three attempts are enough"', *before]


def test_the_palette_searches_the_memory_and_opens_what_is_found(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    window = open_code(shop, shop.payments, path=path)
    window.run("Git Memory: Search Memory…")
    window.pick("rounded invoices", LEARNING, picture="search")
    expect(window.tab).to_contain_text("LEARN-")

    window.run("Git Memory: Open Record…")
    window.pick("BUG-1", BUG)
    expect(window.tab).to_contain_text("BUG-1")


def test_a_label_in_a_text_leads_to_its_record_and_the_record_to_its_next_step(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    window = open_code(shop, shop.root / "README.md", path=path)
    sentence = "Payments are made as ADR-1 says."
    window.hover_over(sentence, "ADR-1", says=DECISION, timeout=FIRST)
    window.text_of(sentence).get_by_text(sentence.replace(" ", "\xa0")).click()
    window.press("Home", *["ArrowRight"] * sentence.index("DR-1"), "F12")
    expect(window.tab).to_contain_text("ADR-0001")
    window.choose_code_action("Deprecate ADR-0001")
    assert eventually(lambda: "deprecate" in shop.log()[0].lower())


def test_a_memory_is_started_from_the_palette_and_takes_a_checkpoint(
    plain_shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    window = open_code(plain_shop, plain_shop.payments, path=path)
    window.run("Git Memory: Start a Memory in This Repository")
    assert eventually(lambda: plain_shop.git("branch", "--list", "memory").strip(), seconds=60)

    window.run("Git Memory: Create a Checkpoint…")
    expect(window.page.locator(".quick-input-title")).to_have_text("Create a Checkpoint")
    window.quick_input.fill("Payments work end to end")
    window.press("Enter")
    assert eventually(lambda: "Payments work end to end" in plain_shop.log()[0])
    assert plain_shop.git("status", "--porcelain") == ""


def test_the_context_menu_records_a_bug_on_the_selected_lines(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    window = open_code(shop, shop.payments, path=path)
    window.hover_over(KEY_LINE, "order-", says=DECISION, timeout=FIRST)
    line = shop.line("def charge(order, gateway):")
    window.go_to(line)
    window.press("Shift+ArrowDown", "Shift+F10")
    menu = window.page.locator(".context-view .monaco-menu, .shadow-root-host >> .monaco-menu")
    menu.get_by_text("Git Memory", exact=True).hover()
    # VS Code takes a click that comes at once for a part of the one that opened the menu: so by key.
    window.page.get_by_role("menuitem", name="Record a Bug Here").hover()
    window.press("Enter")
    assert eventually(lambda: drafts(shop))
    [draft] = drafts(shop)
    fill_in(window, draft, "An empty order is charged")
    window.press("Control+s")
    assert eventually(lambda: "An empty order is charged" in shop.log()[0])
    assert f"lines: {line}\n" in shop.show("bugs/0002-an-empty-order-is-charged.md")
