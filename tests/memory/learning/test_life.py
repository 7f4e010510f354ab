"""What is done about a finding, and what is not worth a commit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from memory.learning.streams import at

from lsp_server.memory.learning.life import plan
from lsp_server.memory.learning.model import ERRORS, SLOWEST, Finding, Standing
from lsp_server.records.model import Kind, Record


def done(finder: str, count: int, moved: timedelta, *, daily: bool) -> list[str]:
    kind = Kind.BUG if finder == ERRORS else Kind.LEARNING
    record = Record("5d2f", kind, "T", "BUG-1", at(0), "bugs/0001-t.md", status="open")
    stands = Standing(record, finder, "k", at(0), at(1), 10)
    found = Finding(finder, "k", "T", "", at(0), at(1) + moved, count)
    steps = plan([found], [stands], daily=daily, spent=frozenset, settled_at=lambda _: None)
    return [step.what for step in steps]


@pytest.mark.parametrize(
    ("finder", "count", "moved", "daily", "steps"),
    [
        (ERRORS, 19, timedelta(days=3), False, []),
        (ERRORS, 20, timedelta(minutes=1), False, ["update"]),
        (ERRORS, 11, timedelta(hours=1), True, []),
        (ERRORS, 11, timedelta(hours=7), True, ["update"]),
        (SLOWEST, 10, timedelta(days=2), True, []),
        (SLOWEST, 10, timedelta(days=7), True, ["update"]),
    ],
)
def test_figures_are_written_when_they_doubled_or_by_the_first_run_of_a_day(
    finder: str, count: int, moved: timedelta, daily: bool, steps: list[str]
) -> None:
    assert done(finder, count, moved, daily=daily) == steps
