"""The dates that ``--since`` and ``--until`` understand."""

from __future__ import annotations

from datetime import datetime, timedelta

import click
import pytest

from lsp_server.cli.arguments import Moment, Place, parse_place


def _moment(text: str, *, end: bool = False) -> datetime:
    return Moment(end=end).convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("3 days ago", timedelta(days=3)),
        ("2.weeks.ago", timedelta(weeks=2)),
        ("an hour ago", timedelta(hours=1)),
        ("90 Minutes Ago", timedelta(minutes=90)),
        ("now", timedelta()),
    ],
)
def test_a_time_ago_counts_from_now(text: str, ago: timedelta) -> None:
    assert abs(datetime.now().astimezone() - _moment(text) - ago) < timedelta(minutes=1)


def test_a_day_is_its_first_moment_or_its_last() -> None:
    assert _moment("2026-01-31").replace(tzinfo=None) == datetime(2026, 1, 31)
    assert _moment("2026-01-31", end=True).replace(tzinfo=None) == datetime(2026, 1, 31, 23, 59, 59, 999999)
    assert timedelta(hours=22) < _moment("today") - _moment("yesterday") < timedelta(hours=26)


def test_a_moment_with_a_zone_is_that_moment() -> None:
    assert _moment("2026-01-31T10:00:00Z") == _moment("2026-01-31T12:00:00+02:00")


def test_a_month_ago_is_a_day_that_the_month_has() -> None:
    for count in range(1, 25):
        moment = _moment(f"{count} months ago")
        assert moment.day <= datetime.now().day
    assert _moment("1 year ago").year == datetime.now().year - 1


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30", "5 fortnights ago", "999999 years ago", "٣ days ago later"]
)
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not understood"):
        _moment(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a.py:3", Place("a.py", 3, 3)),
        ("a.py:3-7", Place("a.py", 3, 7)),
        ("C:/x/a:b.py:12", Place("C:/x/a:b.py", 12, 12)),
        ("a\nb.py:1", Place("a\nb.py", 1, 1)),
        ("-rf:1", Place("-rf", 1, 1)),
        ("src/auth.py", Place("src/auth.py")),
        ("src/auth/", Place("src/auth/")),
        ("a.py::Login.check", Place("a.py", symbol="Login.check")),
        ("a.py::Login.check:31", Place("a.py", 31, 31, "Login.check")),
        ("a.cpp::bank::Account::operator==", Place("a.cpp", symbol="bank::Account::operator==")),
    ],
)
def test_a_place_is_a_path_and_lines_or_a_symbol(text: str, place: Place) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize(
    "text", ["a.py:0", "a.py:7-3", "a.py:1-2-3", "a.py:-", "a.py:", "a.py::", "::f", "a.py:: "]
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(click.UsageError):
        parse_place(text)
