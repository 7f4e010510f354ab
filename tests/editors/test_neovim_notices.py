"""In a real Neovim: lines that are gone, a decision that does not hold, and what a person does about it."""

from __future__ import annotations

from pathlib import Path

from shop import DECISION, KEY_LINE, Shop
from test_neovim import neovim

SCRIPT = Path(__file__).with_name("notices.lua")


def test_neovim_tells_what_does_not_hold_and_mends_it(shop: Shop) -> None:
    line = lose_the_lines(shop)
    shop.memory("decide", "Retry for ever", "--status", "accepted")
    shop.memory("supersede", "ADR-2", "Retry three times")
    before = shop.git("status", "--porcelain")
    said = neovim(shop, SCRIPT, LOST_LINE=str(line))

    stale = said["stale"]
    assert (stale["line"], stale["severity"]) == (line, 3)  # information
    assert f"ADR-0001 “{DECISION}”: its lines are gone from here since" in stale["message"]
    assert "Its lines are gone from here" in said["hover"]
    assert said["superseded"]["message"] == (
        "ADR-0002 “Retry for ever” was superseded by ADR-0003 “Retry three times”"
    )
    assert DECISION in said["hover after"]
    assert "are gone" not in said["hover after"]
    assert f"ADR-0001 “{DECISION}” is not anchored at shop/payments.py:{line} any more" in said["messages"]
    assert [subject.split(" ADR")[0] for subject in shop.log()[:2]] == [
        "decision: retire an anchor of",
        "decision: re-anchor",
    ]
    assert shop.git("status", "--porcelain") == before


def lose_the_lines(shop: Shop) -> int:
    """Rewrite and commit all that the decision is anchored to, and take the bug off them; the line where it
    began."""
    source = shop.payments.read_text().splitlines(keepends=True)
    line = shop.line(KEY_LINE)
    source[line - 1 : line + 5] = ["    token = gateway.token(order)\n", "    return gateway.take(token)\n"]
    shop.payments.write_text("".join(source))
    shop.git("commit", "-q", "-a", "-m", "Let the gateway retry")
    shop.memory("anchor", "BUG-1", "--remove-stale")
    return line
