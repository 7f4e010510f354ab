"""``git memory performance``: how long things take, and what has changed, from a shell."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from terminals import run_on_a_terminal

from lsp_server import EventMemory, PerformanceMemory
from lsp_server.cli.performance import time_text

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def fill(repo: Repo, orders: str = "POST /orders") -> None:
    """Eight days of durations, up to now: on the last day orders take half as long again."""
    chance = random.Random(1)
    now = datetime.now(timezone.utc) - timedelta(days=8)
    with EventMemory(repo.path, clock=lambda: now) as events, PerformanceMemory(events) as performance:
        for number in range(8 * 72):
            now += timedelta(minutes=20)
            slower = 1.5 if number >= 7 * 72 else 1.0
            performance.record(orders, slower * 100 * chance.lognormvariate(0, 0.2), kind="request")
            performance.record("GET /users", 20, outcome="failure" if number == 8 * 72 - 1 else "success")


def test_endpoints_and_trends_are_told_to_people_and_to_programs(repo: Repo) -> None:
    fill(repo)
    head, orders, users = (line.split() for line in repo.do("performance").splitlines())
    assert head == ["n", "p50", "p95", "p99", "in", "all", "failed", "endpoint"]
    assert (orders[0], orders[-2:]) == ("72", ["POST", "/orders"])
    assert " ".join(users) == "72 20 ms 20 ms 20 ms 1.4 s 1.4% (0.2% to 7.5%) GET /users"
    first, _ = repo.json("performance", "list", "--hours", "48")
    assert (first["endpoint"], first["kind"], first["n"]) == ("POST /orders", "request", 144)
    assert [one["endpoint"] for one in repo.json("performance", "-n", "1")] == ["POST /orders"]

    (line,) = repo.do("performance", "trends").splitlines()
    assert line.split()[1] == "slower"
    assert line.endswith("POST /orders")
    (trend,) = repo.json("performance", "trends")
    assert (trend["direction"], trend["shift"]) == ("slower", pytest.approx(0.5, abs=0.1))


def test_a_long_name_is_told_whole_at_a_narrow_terminal(repo: Repo) -> None:
    name = "POST /shops/{shop_id}/orders/{order_id}"
    fill(repo, name)
    _, seen = run_on_a_terminal(
        ["git-memory", "performance", "trends"],
        repo.path,
        {**repo.environment, "COLUMNS": "80", "NO_COLOR": "1"},
    )
    assert max(map(len, seen.splitlines())) <= 80
    assert " ".join(seen.split()).endswith(name)


def test_what_is_not_there_is_said(repo: Repo) -> None:
    for arguments, why in (
        (["performance"], "no durations in the last 24 hours"),
        (["performance", "trends"], "nothing that can be told from chance"),
    ):
        answer = repo.run(*arguments)
        assert (answer.code, answer.out, answer.err) == (1, "", f"{why}\n")
        assert repo.run(*arguments, "--json").json == []
    assert repo.run("performance", "--hours", "0").code == 2
    assert repo.run("performance", "trend").code == 2


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 µs"),
        (0.0123, "12 µs"),
        (0.9999, "1.0 ms"),
        (9.96, "10 ms"),
        (999.7, "1.0 s"),
        (59_960, "1.0 min"),
        (7.2e6, "2.0 h"),
    ],
)
def test_times_are_told_in_the_unit_that_fits(ms: float, text: str) -> None:
    assert time_text(ms) == text
