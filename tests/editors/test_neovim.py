"""The main job in a real Neovim, with nothing but its own LSP client and the set-up of the README."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from shop import BIN, BUG, DECISION, FREE_LINE, KEY_LINE, Shop

SCRIPT = Path(__file__).parent / "neovim.lua"
TITLE = "Give up on a payment after three attempts"


def test_neovim_shows_records_and_opens_the_memory(shop: Shop) -> None:
    before = shop.log()
    said = neovim(shop)

    assert said["hover"].index("ADR-0001") < said["hover"].index("BUG-1")
    assert DECISION in said["hover"]
    assert BUG in said["hover"]
    assert said["hover on a line without memory"] is None

    # The draft is outside of the work tree and belongs to the same server.
    assert Path(said["draft"]).is_relative_to(shop.root / ".git" / "git-memory" / "drafts")
    assert said["servers"] == 1

    assert f"ecorded ADR-0002 “{TITLE}”" in said["messages"]
    assert shop.log() == [f'decision: record ADR-0002 "{TITLE}"', *before]
    record = shop.show("decisions/0002-give-up-on-a-payment-after-three-attempts.md")
    assert f"# {TITLE}\n" in record
    assert "path: shop/payments.py" in record
    assert "ADR-0002" in said["hover on the new line"]

    assert Path(said["definition"]).name.startswith("ADR-0001")
    assert shop.git("status", "--porcelain") == ""


def neovim(shop: Shop, script: Path = SCRIPT, **more: str) -> dict[str, Any]:
    """Run a script in a headless Neovim: what it told, by name."""
    facts = more or {
        "KEY_LINE": str(shop.line(KEY_LINE)),
        "FREE_LINE": str(shop.line(FREE_LINE)),
        "TITLE": TITLE,
    }
    done = subprocess.run(
        [BIN / "nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", f"luafile {script}"],
        cwd=shop.root,
        env={
            **shop.environment,
            "SERVER": str(BIN / "git-memory-lsp"),
            "PAYMENTS": str(shop.payments),
            **facts,
        },
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    told = [line for line in done.stdout.splitlines() if line.startswith('["')]
    assert done.returncode == 0, f"{told}\n{done.stdout}\n{done.stderr}"
    return dict(json.loads(line) for line in told)
