"""Syncing, settling what is in conflict, and proposing, in a real VS Code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from code_window import FIRST, CodeWindow
from playwright.sync_api import expect
from shop import BIN, DECISION, KEY_LINE, Shop, eventually

OURS = "A customer waits for ten seconds."
THEIRS = "A customer waits for a minute."


@pytest.fixture
def path() -> str:
    """A PATH that has git-memory-lsp on it, as pipx leaves it."""
    return f"{BIN}:/usr/local/bin:/usr/bin:/bin"


def clone(shop: Shop) -> Shop:
    """A colleague's clone of the shop, and the remote between the two."""
    hub, colleague = shop.root.parent / "hub.git", shop.root.parent / "colleague"
    shop.git("clone", "-q", "--bare", str(shop.root), str(hub))
    shop.git("remote", "add", "origin", str(hub))
    shop.memory("sync")
    shop.git("clone", "-q", str(hub), str(colleague))
    theirs = replace(shop, root=colleague)
    theirs.memory("init")
    return theirs


def say(shop: Shop, sentence: str) -> None:
    """Put a sentence in the place of the decision's context."""
    editor = f"sed -i 's/^The gateway may take.*/{sentence}/'"
    replace(shop, environment={**shop.environment, "EDITOR": editor}).memory("edit", "ADR-1")


def test_what_two_people_wrote_at_once_is_shown_with_both_texts_and_settled_by_a_choice(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    colleague = clone(shop)
    say(shop, OURS)
    say(colleague, THEIRS)
    colleague.memory("sync")

    window = open_code(shop, shop.payments, path=path)
    window.run("Git Memory: Sync with the Remote")
    assert eventually(lambda: shop.log()[0].startswith("merge:"), seconds=60)
    window.hover_over(KEY_LINE, "order-", says="conflict", timeout=FIRST)
    window.hover.get_by_role("link", name=DECISION).click()
    expect(window.tab).to_contain_text("ADR-0001")
    window.go_to(shop.show(_path(shop)).splitlines().index(OURS) + 1)
    expect(window.text_of(OURS)).to_be_visible()
    expect(window.text_of(THEIRS)).to_be_visible()
    choice = window.page.get_by_role("button", name="Accept Incoming Change").first
    choice.wait_for()
    expect(window.page.locator(".squiggly-error, .squiggly-warning").first).to_be_attached()
    window.keep_picture("conflict")

    choice.click()
    expect(window.text_of("=======")).to_have_count(0)
    # A save by hand that comes while VS Code still writes its own is taken for the same one.
    window.page.wait_for_timeout(1500)
    window.press("Control+s")
    assert eventually(lambda: "conflicts:" not in shop.show(_path(shop)))
    kept = shop.show(_path(shop))
    assert (OURS in kept) is not (THEIRS in kept)
    assert "<<<<" not in kept


def test_a_proposal_is_begun_written_to_and_adopted_from_the_palette(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    window = open_code(shop, shop.payments, path=path)
    before = shop.log()
    window.run("Git Memory: Propose…")
    expect(window.page.locator(".quick-input-title")).to_have_text("Begin a Proposal")
    window.quick_input.fill("retire-the-key")
    window.press("Enter")
    expect(window.notification("retire-the-key")).to_be_visible()
    sign = window.page.locator(".statusbar-item", has_text="retire-the-key")
    expect(sign).to_be_visible()
    window.run("Git Memory: Create a Checkpoint…")
    expect(window.page.locator(".quick-input-title")).to_have_text("Create a Checkpoint")
    window.quick_input.fill("The key can go")
    window.press("Enter")
    expect(window.notification("The key can go")).to_be_visible()
    assert "The key can go" in shop.git("log", "-1", "--format=%s", "memory-proposals/retire-the-key")
    assert shop.log() == before

    window.run("Git Memory: Adopt a Proposal…")
    window.pick("retire", "retire-the-key", picture="proposal")
    assert eventually(lambda: "memory-proposals" not in shop.git("branch", "--list"))
    expect(sign).to_be_hidden()
    assert "The key can go" in shop.memory("list", "checkpoint")


def _path(shop: Shop) -> str:
    return shop.git("ls-tree", "-r", "--name-only", "memory", "decisions/").strip()
