"""A small repository as people have them, with a memory, made by git and by ``git memory`` itself."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent

PAYMENTS = '''\
"""Taking money: the one place that talks to the payment gateway."""

from decimal import ROUND_HALF_EVEN, Decimal

from shop.errors import GatewayTimeout, PaymentPending

ATTEMPTS = 3


def total(lines, discount=Decimal(0)):
    """What the customer pays, in cents."""
    amount = sum(line.price * line.quantity for line in lines)
    amount -= amount * discount
    return amount.quantize(Decimal("1"), rounding=ROUND_HALF_EVEN)


def charge(order, gateway):
    """Charge an order once, however often the gateway times out."""
    key = f"order-{order.id}"
    for _ in range(ATTEMPTS):
        try:
            return gateway.charge(order.total, idempotency_key=key)
        except GatewayTimeout:
            continue
    raise PaymentPending(order.id)
'''
KEY_LINE = '    key = f"order-{order.id}"'
ROUNDING_LINE = '    return amount.quantize(Decimal("1"), rounding=ROUND_HALF_EVEN)'
FREE_LINE = "ATTEMPTS = 3"
DECISION = "Charge with one idempotency key per order"
LEARNING = "Banks round half to even"
BUG = "A slow gateway charged customers twice"


@dataclass(frozen=True)
class Shop:
    """The repository's folder and the environment that every program in a test runs with."""

    root: Path
    environment: Mapping[str, str]

    @property
    def payments(self) -> Path:
        return self.root / "shop" / "payments.py"

    def line(self, text: str) -> int:
        """The number of a line of payments.py, 1-based."""
        return self.payments.read_text().splitlines().index(text) + 1

    def git(self, *arguments: str) -> str:
        return self._run("git", *arguments)

    def memory(self, *arguments: str) -> str:
        """Run the installed ``git-memory``."""
        return self._run(str(BIN / "git-memory"), *arguments)

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"
        return done.stdout

    def log(self) -> list[str]:
        """The subjects of the memory branch, newest first."""
        return self.git("log", "--format=%s", "memory", "--").splitlines()

    def show(self, path: str) -> str:
        return self.git("show", f"memory:{path}")


def make(folder: Path, *, memory: bool = True) -> Shop:
    """The shop in ``folder``, two commits old; with a memory of a decision, a learning and a bug."""
    home = folder / "home"
    home.mkdir(parents=True)
    user = "[user]\n\tname = Shop developers\n\temail = developers@shop.example\n"
    (home / ".gitconfig").write_text(user + "[init]\n\tdefaultBranch = main\n")
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    shop = Shop(
        folder / "shop", {**kept, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    )
    shop.root.mkdir()
    shop.git("init", "-q")
    shop.payments.parent.mkdir()
    shop.payments.write_text(PAYMENTS)
    (shop.root / "shop" / "errors.py").write_text(
        "class GatewayTimeout(Exception): ...\n\n\nclass PaymentPending(Exception): ...\n"
    )
    (shop.root / "README.md").write_text("# Shop\n\nPayments are made as ADR-1 says.\n")
    shop.git("add", ".")
    shop.git("commit", "-q", "-m", "Take money for orders")
    if memory:
        _remember(shop)
        # The code goes on: what is remembered must follow its lines.
        source = shop.payments.read_text()
        shop.payments.write_text(source.replace("ATTEMPTS = 3\n", 'ATTEMPTS = 3\nCURRENCY = "EUR"\n'))
        shop.git("commit", "-q", "-a", "-m", "Name the currency")
    return shop


def _remember(shop: Shop) -> None:
    key, rounding = shop.line(KEY_LINE), shop.line(ROUNDING_LINE)
    shop.memory("init")
    shop.memory(
        "decide", DECISION, "--status", "accepted", "--at", f"shop/payments.py:{key}-{key + 5}",
        "--context", "The gateway may take the money and still time out, so a retry must not charge again.",
        "--decision", "Every attempt for an order carries the same key, made from the order's id.",
        "--tag", "payments",
    )  # fmt: skip
    shop.memory(
        "learn", LEARNING, "--at", f"shop/payments.py:{rounding}",
        "--lesson", "Our totals were a cent off in one of 200 invoices until we rounded as the bank does.",
        "--tag", "payments",
    )  # fmt: skip
    # Records are ordered by their second: the decision shall be the first of the two on its line.
    decided = int(time.time())
    eventually(lambda: int(time.time()) > decided)
    shop.memory("bug", BUG, "--severity", "high", "--at", f"shop/payments.py:{key}", "--tag", "payments")


def eventually(said: Callable[[], object], *, seconds: float = 20) -> object:
    """What ``said`` answers once that is true; the last answer when time is up."""
    end = time.monotonic() + seconds
    while True:
        answer = said()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.1)
