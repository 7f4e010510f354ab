"""In a real Neovim: a keyed value as JSON, and an error that gets its solution."""

from __future__ import annotations

import json
from pathlib import Path

from shop import Shop
from test_neovim import neovim

SCRIPT = Path(__file__).with_name("programs.lua")


def test_neovim_edits_a_value_and_writes_down_what_helped(shop: Shop) -> None:
    before = shop.git("status", "--porcelain")
    shop.memory("value", "set", "shop:currency", '{"name": "EUR"}')
    shop.memory("event", "error", "GatewayTimeout: No answer in 30 s", "--owner", "worker-1")
    said = neovim(shop, SCRIPT, NONE="")

    assert '- `shop:currency` is `{"name": "EUR"}`' in said["values"]
    assert said["filetype"] == "json"
    assert json.loads(shop.memory("value", "get", "shop:currency")) == {"name": "CHF"}
    assert "`GatewayTimeout: No answer in <num> s`" in said["errors"]
    assert "Ask the other bank" in shop.memory("errors", "--all")
    assert shop.git("status", "--porcelain") == before
