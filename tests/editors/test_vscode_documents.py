"""In a real VS Code: living documents with completion and outline, a session from its start to its end,
pictures and conversations that the memory keeps."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable

import pytest
from code_window import FIRST, CodeWindow
from playwright.sync_api import Locator, expect
from shop import BIN, BUG, Shop, eventually

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CONVERSATION = """
import sys
from lsp_server import Memory
from lsp_server.records.sessions.model import Session
said = ({"role": "user", "content": "Why twice?"}, {"role": "assistant", "content": "The gateway timed out."})
with Memory.open(sys.argv[1]) as memory:
    memory.save_session(
        Session(
            id="9f3c1a2b-1111-4111-8111-111111111111",
            created_at="2026-11-20T10:00:00+00:00",
            goal="Understand the double charge",
            messages=said,
        )
    )
"""


@pytest.fixture
def path() -> str:
    """A PATH that has git-memory-lsp on it, as pipx leaves it."""
    return f"{BIN}:/usr/local/bin:/usr/bin:/bin"


def suggestion(window: CodeWindow, label: str) -> Locator:
    return window.page.locator(".suggest-widget.visible .monaco-list-row").filter(has_text=label).first


def test_a_document_is_written_with_what_is_proposed_and_saved(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    window = open_code(shop, shop.payments, path=path)
    window.run("Git Memory: Open Document…")
    window.pick("patterns", "patterns-learned.md", picture="documents")
    expect(window.tab).to_contain_text("patterns-learned", timeout=FIRST)
    window.text_of("# Learned Patterns").click()
    window.press("Control+a")
    window.type("# Learned Patterns\n\n#")
    suggestion(window, "Testing Patterns").wait_for(timeout=FIRST)
    window.keep_picture("document-completion")
    suggestion(window, "Testing Patterns").click()
    window.text_of("## Testing Patterns").wait_for()
    window.press("End")
    window.type("\n- Real git, no mocks\n**Focus**: the command line")
    window.press("Escape", "Control+s")
    expect(window.notification("Saved patterns-learned.md")).to_be_visible()
    assert "## Testing Patterns\n- Real git, no mocks\n" in shop.show("patterns-learned.md")
    window.press("Control+Shift+o")
    rows = window.page.locator(".quick-input-list .monaco-list-row")
    assert eventually(lambda: rows.filter(has_text="Focus").count())
    assert rows.filter(has_text="Testing Patterns").count() == 1  # VS Code has the headings itself
    window.keep_picture("document-outline")
    window.press("Escape")
    assert shop.git("status", "--porcelain") == ""

    window.run("Git Memory: Add a Note…")
    window.pick("patterns/anti", "patterns/anti-patterns")
    expect(window.quick_input).to_have_value("")
    window.type("A lock without an end")
    window.press("Enter")
    expect(window.notification("Noted in patterns/anti-patterns")).to_be_visible()
    assert "- A lock without an end" in shop.show("patterns-learned.md")
    window.text_of("- A lock without an end").wait_for()  # the open document is read again


def test_a_session_starts_with_what_to_know_and_ends_with_a_summary(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    window = open_code(shop, shop.payments, path=path)
    window.run("Git Memory: Start a Session…")
    expect(window.quick_input).to_have_attribute("placeholder", "Make the login work")
    window.type("Charge once")
    window.press("Enter")
    expect(window.tab).to_contain_text("session-start", timeout=FIRST)
    window.text_of("What to know now").wait_for()
    window.text_of(BUG).wait_for()
    window.keep_picture("session-start")
    window.text_of("BUG-1").click()
    window.press("x")
    expect(window.page.get_by_text("Cannot edit in read-only editor").first).to_be_visible()

    window.run("Git Memory: Show the Checklist")
    expect(window.tab).to_contain_text("checklist")
    window.text_of("Project summary").wait_for()
    lens = window.page.get_by_role("button", name="Open the Project")
    lens.wait_for()
    window.keep_picture("checklist")
    lens.click()
    expect(window.tab).to_contain_text("project")

    window.run("Git Memory: End the Session")
    expect(window.tab).to_contain_text("session-end")
    window.text_of("## Next steps").click()
    window.press("End")
    window.type("\n- Ask the bank")
    window.press("Escape", "Control+s")
    expect(window.notification("has ended")).to_contain_text("Charge once")
    assert "Ask the bank" in shop.show("project-context.md")
    assert shop.git("status", "--porcelain") == ""


def test_pictures_and_conversations_are_opened_from_the_palette(
    shop: Shop, open_code: Callable[..., CodeWindow], path: str
) -> None:
    picture = shop.root.parent / "double charge.png"
    picture.write_bytes(base64.b64decode(DOT))
    shop.memory("artifact", "add", str(picture))
    subprocess.run(
        [BIN / "python", "-c", CONVERSATION, shop.root], env=shop.environment, check=True, timeout=60
    )
    window = open_code(shop, shop.payments, path=path)
    window.run("Git Memory: Open Artifact…")
    window.pick("double", "double charge.png")
    expect(window.tab).to_contain_text("double charge", timeout=FIRST)
    expect(window.page.locator(".monaco-workbench .statusbar")).to_contain_text("1x1")

    window.run("Git Memory: Open Session…")
    window.pick("double", "Understand the double charge")
    expect(window.tab).to_contain_text("SESSION-9f3c1a2b")
    window.text_of("goal: Understand").click()
    window.press("Control+Shift+o")
    rows = window.page.locator(".quick-input-list .monaco-list-row")
    assert eventually(lambda: rows.filter(has_text="assistant: The gateway timed out.").count())
    window.keep_picture("session-outline")
