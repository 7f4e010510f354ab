"""``git memory outcome``, and what ``git memory decide`` tells of similar decisions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


@pytest.fixture
def judged(repo: Repo) -> Repo:
    """Two decisions about caches: one failed, one did well."""
    repo.do("decide", "Cache prices in memory", "--confidence", "80%", "--due", "2020-01-01")
    repo.do("decide", "Cache sessions in Redis", "--tag", "cache")
    repo.do("outcome", "ADR-1", "failure", "Stale after each deployment.")
    repo.do("outcome", "adr-2", "success", "--on", "today")
    return repo


def test_a_decision_is_answered_as_ever_and_similar_ones_are_a_remark(judged: Repo) -> None:
    answer = judged.run("decide", "Cache user profiles", "--tag", "cache")
    assert answer.out.startswith("ADR-0003 ")
    assert answer.out.count("\n") == 1
    today = date.today().isoformat()
    assert answer.err.splitlines() == [
        "similar decisions: 1 of 1 turned out well (100%, 95% interval 21 to 100%)",
        f"  success  ADR-0002  Cache sessions in Redis ({today})",
    ]
    other = judged.run("decide", "Adopt a style guide")
    assert other.err == ""
    document = judged.json("decide", "Cache prices")
    assert list(document)[-2:] == ["fields", "similar"]
    assert [one["label"] for one in document["similar"]["decisions"]] == ["ADR-0001", "ADR-0002"]
    assert document["similar"]["success_rate"] == 0.5


def test_it_can_be_asked_without_recording(judged: Repo) -> None:
    before = judged.git("rev-parse", "memory")
    assert judged.do("decide", "--similar", "prices in memory").splitlines()[1:] == [
        f"  failure  ADR-0001  Cache prices in memory (confidence 80%, {date.today()})",
        "                     Stale after each deployment.",
    ]
    none = judged.run("decide", "--similar", "quantum", "--json")
    assert (none.code, none.json["n"], none.json["success_rate"]) == (1, 0, None)
    assert "leave everything else out" in judged.fails("decide", "A title", "--similar", "x", code=2)
    assert judged.git("rev-parse", "memory") == before


def test_due_outcomes_are_listed_and_put_off(judged: Repo) -> None:
    judged.do("decide", "Shard the orders", "--due", "2020-02-01", "--status", "accepted")
    judged.do("decide", "Later", "--due", "30d")
    assert judged.do("outcome", "--due").split() == [
        "ADR-0003", "due", "2020-02-01", "accepted", "Shard", "the", "orders",
    ]  # fmt: skip
    assert [one["label"] for one in judged.json("outcome", "--due")] == ["ADR-0003"]
    assert "ADR-0003  due 2020-02-01: Shard the orders" in judged.do("session", "start", "--print-only")
    assert "what came of ADR-0003 should be known" in judged.do("checklist")
    for label in ("ADR-1", "ADR-2", "ADR-4"):
        judged.do("mark", label, "accepted")
    assert "git memory outcome ADR-0003 RESULT" in judged.do("checklist")
    later = (date.today() + timedelta(days=14)).isoformat()
    assert judged.do("outcome", "ADR-3", "--postpone", "2 weeks").splitlines()[1] == f"  outcome due {later}"
    nothing = judged.run("outcome", "--due")
    assert (nothing.code, nothing.out, nothing.err) == (1, "", "no outcome is due\n")


def test_confidence_is_compared_with_what_came_of_it(judged: Repo) -> None:
    lines = judged.do("outcome", "--calibration").splitlines()
    assert lines[1].split() == ["80%", "to", "90%", "1", "0%,", "95%", "interval", "0", "to", "79%"]
    assert lines[-2].startswith("Brier score 0.640: 0 is always right")
    assert judged.json("outcome", "--calibration")["ranges"][0]["low"] == 0.8


def test_what_makes_no_sense_is_refused_in_one_line(repo: Repo) -> None:
    repo.do("decide", "Use JWT")
    for arguments, why, code in (
        (["outcome"], "name a decision", 2),
        (["outcome", "ADR-1"], "say success, failure or mixed", 2),
        (["outcome", "ADR-1", "great"], "choose from success, failure, mixed", 2),
        (["outcome", "ADR-1", "success", "--postpone", "1d"], "or --postpone DAY", 2),
        (["outcome", "ADR-1", "success", "--on", "soon"], "is not understood", 2),
        (["outcome", "--due", "--calibration"], "leave everything else out", 2),
        (["outcome", "ADR-9", "success"], "there is no 'ADR-9'", 1),
        (["decide", "x", "--confidence", "80"], "write 0.8 or 80%", 2),
        (["decide", "x", "--due", "99999y"], "is not understood", 2),
    ):
        assert why in repo.fails(*arguments, code=code)
