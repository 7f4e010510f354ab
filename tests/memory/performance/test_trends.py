"""Trends: what changed is told, what comes of chance is not. The durations are made as programs make them;
docs/decisions/0036 has the figures of long runs, which GIT_MEMORY_STRESS=1 makes again."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from datetime import timedelta
from statistics import NormalDist, fmean, variance

import pytest
from memory.performance.simulated import START, Change, Program, dated, placed, series

from lsp_server import Trend, UsageError
from lsp_server.memory.performance.cells import DAY
from lsp_server.memory.performance.testing import adjusted, compared
from lsp_server.memory.performance.trends import found_trends

LONG = bool(os.environ.get("GIT_MEMORY_STRESS"))
MANY = 300 if LONG else 4
QUIET = {
    "by the time of the day": Program(day=0.4),
    "alike for hours": Program(alike=0.9, drift=0.15, hours=6),
    "from day to day": Program(days=0.05),
    "in bursts": Program(an_hour=30, bursts=True),
    "by a coarse clock": Program(tick=50),
    "few": Program(an_hour=1),
    "other on weekends": Program(weekend=-0.3, day=0.3),
}
SLOWER = math.log(1.3)
EVEN = Program(an_hour=30, spread=0.4, drift=0.03, alike=0.3)


def told(durations: list[tuple[float, float]], end: float = 8 * DAY) -> list[Trend]:
    cells, layout = placed(durations, end)
    return found_trends({("GET /users", "request"): cells}, layout)


@pytest.mark.parametrize("program", QUIET.values(), ids=QUIET)
def test_what_is_as_ever_is_not_told(program: Program) -> None:
    alarms = sum(bool(told(series(seed, program))) for seed in range(MANY))
    assert alarms <= MANY * 0.01


def test_two_averages_would_be_wrong_about_the_same_durations() -> None:
    program = QUIET["alike for hours"]
    wrong = 0
    for seed in range(MANY):
        durations = series(seed, program)
        split = [
            [math.log(ms) for moment, ms in durations if (moment >= 7 * DAY) is late]
            for late in (False, True)
        ]
        wrong += p_of_averages(*split) < 0.001
    assert wrong >= MANY / 4


def p_of_averages(before: Sequence[float], after: Sequence[float]) -> float:
    error = math.sqrt(variance(before) / len(before) + variance(after) / len(after))
    return 2 * NormalDist().cdf(-abs(fmean(after) - fmean(before)) / error)


@pytest.mark.parametrize("by", [SLOWER, -SLOWER], ids=["slower", "faster"])
def test_a_change_of_30_percent_is_told_after_a_day_with_how_much_and_since_when(by: float) -> None:
    found = [told(series(seed, EVEN._replace(day=0.3), Change(by=by))) for seed in range(MANY)]
    assert sum(map(bool, found)) >= MANY * 0.8
    (trend,) = next(filter(None, found))
    assert trend.direction == ("slower" if by > 0 else "faster")
    assert trend.low <= math.expm1(by) <= trend.high
    assert trend.before == pytest.approx(100, rel=0.15)
    assert trend.after - trend.before == pytest.approx(trend.shift_ms)
    assert trend.shift_ms == pytest.approx(trend.shift * trend.before)
    assert abs(trend.since.timestamp() - 7 * DAY) < 3 * 3600
    assert trend.n_after > 500 < trend.n_before
    assert trend.p < 0.001


def test_a_change_is_told_for_days_and_not_in_its_first_hours() -> None:
    durations = series(1, EVEN, Change(hours=72, by=SLOWER))
    at = {hours: bool(told(durations, (5 + hours / 24) * DAY)) for hours in (3, 6, 24, 36, 48, 72)}
    # The test has 8 days of durations: five before the change, so at first the baseline is shorter.
    assert at == {3: False, 6: False, 24: True, 36: True, 48: True, 72: True}


def test_other_users_than_before_are_no_trend() -> None:
    # A third of the requests was slow, now it is more than half: no request has become slower.
    program = Program(an_hour=30, slow=0.3)
    assert not any(told(series(seed, program, Change(slow=0.55))) for seed in range(MANY))


def test_one_slow_request_and_an_hour_of_trouble_are_no_trend() -> None:
    durations = series(1, EVEN)
    assert not told([*durations, (8 * DAY - 60, 1e7)])
    trouble = [(moment, ms * (20 if 7.5 < moment / DAY < 7.6 else 1)) for moment, ms in durations]
    assert not told(trouble)


def test_trouble_last_week_hides_no_trend() -> None:
    durations = series(1, EVEN, Change(by=SLOWER))
    assert told([(moment, ms * (20 if 3.5 < moment / DAY < 3.6 else 1)) for moment, ms in durations])


def test_an_endpoint_that_begins_or_ends_has_no_trend() -> None:
    durations = series(1, EVEN, Change(by=SLOWER))
    assert not told([one for one in durations if one[0] > 7 * DAY])
    assert not told([one for one in durations if one[0] < 7 * DAY])
    assert not told([one for one in durations if one[0] > 6 * DAY])


def test_one_of_many_endpoints_is_told_from_the_others() -> None:
    found = {}
    for number in range(10):
        change = Change(by=math.log(1.5)) if number == 7 else None
        found[f"GET /{number}", "request"], layout = placed(series(number, EVEN, change), 8 * DAY)
    assert [trend.endpoint for trend in found_trends(found, layout)] == ["GET /7"]


def test_times_that_are_all_alike_are_compared_all_the_same() -> None:
    alike = [(number * 600.0, 5.0) for number in range(8 * 144)]
    assert not told(alike)
    assert [one.shift for one in told([(m, ms * (1 + (m >= 7 * DAY)) * 4) for m, ms in alike])] == [
        pytest.approx(1.0)
    ]


def test_p_of_many_is_larger_than_p_of_one() -> None:
    assert adjusted([]) == []
    assert adjusted([0.04]) == [0.04]
    assert adjusted([0.01, 0.5, 0.02, 0.9]) == pytest.approx([0.04, 2 / 3, 0.04, 0.9])


def test_before_and_after_a_remedy_are_compared() -> None:
    durations = dated(series(3, EVEN._replace(day=0.3), Change(by=-SLOWER)))
    split = START + timedelta(days=7)
    before, after = ([one for one in durations if (one[0] >= split) is late] for late in (False, True))
    found = compared(before, after)
    assert (found.enough, found.direction) == (True, "faster")
    assert found.low < math.expm1(-SLOWER) < found.high
    assert found.after == pytest.approx(found.before * (1 + found.shift))

    same = dated(series(3, EVEN._replace(day=0.3)))
    before, after = ([one for one in same if (one[0] >= split) is late] for late in (False, True))
    found = compared(before, after)
    assert (found.enough, found.direction) == (True, "")


@pytest.mark.parametrize(("by", "direction"), [(0.0, ""), (math.log(2), "slower")])
def test_six_busy_hours_are_compared_with_the_same_hours_before(by: float, direction: str) -> None:
    # At this time of the day everything takes longer, every day.
    durations = dated(series(3, EVEN._replace(day=0.6, an_hour=60), Change(hours=18, by=by), days=8))
    split, end = START + timedelta(days=7.25), START + timedelta(days=7.4)
    before = [one for one in durations if one[0] < START + timedelta(days=7.2)]
    after = [one for one in durations if split <= one[0] < end]
    assert fmean(ms for _, ms in after) > 1.2 * fmean(ms for _, ms in before)
    assert compared(before, after).direction == direction


def test_what_is_too_little_to_compare_is_said() -> None:
    moments = [START + timedelta(minutes=number) for number in range(100)]
    before = [(moment, 1.0) for moment in moments[:50]]
    for after, why in (
        ([], "nothing was measured after"),
        ([(moments[60], 2.0)], "20 durations are needed before and after; there are 50 and 1"),
        (
            [(moment, 2.0) for moment in moments[50:]],
            "3 stretches of time before are needed, each as long as what is new",
        ),
    ):
        found = compared(before, after)
        assert (found.enough, found.direction, found.why) == (False, "", why)
    assert compared([], before).why == "nothing was measured before"
    with pytest.raises(UsageError, match="must be later"):
        compared(before, before)


@pytest.mark.skipif(not LONG, reason="takes minutes: GIT_MEMORY_STRESS=1")
@pytest.mark.parametrize("program", QUIET.values(), ids=QUIET)
def test_who_asks_all_week_is_seldom_told_what_is_not(program: Program) -> None:
    alarming = weeks = looks = 0
    for seed in range(30):
        durations = series(seed, program, days=15)
        found = [bool(told(durations, hour * 3600.0)) for hour in range(8 * 24, 15 * 24, 3)]
        alarming, weeks, looks = alarming + sum(found), weeks + any(found), looks + len(found)
    assert alarming <= looks * 0.005
    assert weeks <= 3
