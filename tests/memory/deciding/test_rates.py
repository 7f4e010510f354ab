"""How often something turned out well is told with how sure that is."""

from __future__ import annotations

import os
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.memory.deciding import rates
from lsp_server.memory.deciding.calibrating import calibration
from lsp_server.memory.deciding.rates import wilson
from lsp_server.memory.deciding.results import calibration_json
from lsp_server.records.outcomes import RESULTS

EXAMPLES = 2000 if os.environ.get("GIT_MEMORY_STRESS") else 40


def test_the_interval_is_the_one_that_scipy_gives() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")
    for n in (1, 2, 3, 7, 40, 1000):
        for successes in {0, 1, n // 3, n // 2, n - 1, n}:
            for level in (0.8, 0.95, 0.99):
                wanted = stats.binomtest(successes, n).proportion_ci(level, method="wilson")
                assert wilson(successes, n, level) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_the_number_that_is_written_down_is_the_one_of_the_standard_library() -> None:
    assert NormalDist().inv_cdf(0.975) == pytest.approx(rates._Z, abs=1e-15)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.sampled_from(RESULTS), min_size=1, max_size=60))
def test_the_rate_lies_in_its_interval_and_more_of_the_same_makes_that_narrower(results: list[str]) -> None:
    successes, n = rates.worth(results), len(results)
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    closer = wilson(4 * successes, 4 * n)
    assert closer[1] - closer[0] < high - low


def test_there_is_no_interval_of_nothing() -> None:
    for successes, n in ((0, 0), (2, 1), (-1, 3)):
        with pytest.raises(ValueError, match="no interval"):
            wilson(successes, n)


def test_a_mixed_outcome_counts_as_one_half() -> None:
    assert rates.worth(["success", "mixed", "failure", "mixed"]) == 2
    assert rates.brier([(0.5, "mixed"), (1.0, "success"), (0.0, "failure")]) == 0
    assert rates.brier([(0.9, "failure"), (0.5, "success")]) == pytest.approx((0.81 + 0.25) / 2)


def test_confidence_is_compared_with_what_came_of_it_by_tenths() -> None:
    judged = [(0.8, "success")] * 3 + [
        (0.85, "failure"),
        (0.7, "success"),
        (1.0, "success"),
        (0.0, "failure"),
    ]
    found = calibration(judged)
    assert [(one.low, one.high, one.n) for one in found.ranges] == [
        (0.0, 0.1, 1),
        (0.7, 0.8, 1),
        (0.8, 0.9, 4),
        (0.9, 1.0, 1),
    ]
    eighty = found.ranges[2]
    assert (eighty.success_rate, eighty.interval) == (0.75, wilson(3, 4))
    assert eighty.said == pytest.approx((3 * 0.8 + 0.85) / 4)
    assert found.n == 7
    assert found.brier == pytest.approx((3 * 0.04 + 0.85**2 + 0.09) / 7)
    assert found.always == pytest.approx(5 / 7 * 2 / 7)
    assert calibration_json(found)["ranges"][0]["interval"] == list(wilson(0, 1))


def test_without_outcomes_there_is_nothing_to_compare() -> None:
    found = calibration([])
    assert (found.n, found.brier, found.always, found.success_rate, list(found.ranges)) == (
        0,
        None,
        None,
        None,
        [],
    )
