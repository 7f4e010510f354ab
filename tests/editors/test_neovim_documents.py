"""In a real Neovim: a living document with its completion and symbols, and the start of a session."""

from __future__ import annotations

from pathlib import Path

from shop import BUG, Shop
from test_neovim import neovim

SCRIPT = Path(__file__).with_name("documents.lua")


def test_neovim_writes_a_living_document_and_starts_a_session(shop: Shop) -> None:
    before = shop.git("status", "--porcelain")
    said = neovim(shop, SCRIPT, NONE="")

    assert said["filetype"] == "markdown"
    assert said["sections"] == [
        "Code Patterns",
        "Performance Patterns",
        "Anti-Patterns (Things That Don't Work)",
    ]
    assert [name.split("] ")[-1] for name in said["symbols"]][:2] == ["Learned Patterns", "Testing Patterns"]
    assert any("Anti-Patterns" in name for name in said["symbols"])
    written = shop.show("patterns-learned.md")
    assert "## Anti-Patterns (Things That Don't Work)\n- A lock without an end\n" in written
    assert "note: write patterns" in shop.log()
    assert "- Real git\n- No mocks\n" in said["noted"]
    assert said["modified"] is False

    assert "Charge once" in said["briefing"]
    assert BUG in said["briefing"]
    assert "A lock without an end" in said["briefing"]
    assert said["read-only"] is True
    assert BUG in said["hover"]
    assert "# Checklist" in said["checklist"]
    assert "Charge once" in said["checklist"]
    assert shop.git("status", "--porcelain") == before
