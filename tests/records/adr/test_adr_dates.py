"""Dates as people write them: what can be read in two ways is not guessed."""

from __future__ import annotations

from datetime import date

import pytest

from lsp_server.records.adr import day_comes_first, read_adr


def dated(written: str, **options: bool) -> date | None:
    return read_adr("a.md", f"# A\n\nDate: {written}\n\nStatus: accepted\n", **options).date


@pytest.mark.parametrize(
    "written",
    [
        "2020-09-24",
        "2020/09/24",
        "2020.09.24",
        "2020-9-24",
        "2020-09-24T10:00:00Z",
        "2020-09-24 10:00",
        "24 September 2020",
        "24th of September 2020",
        "September 24, 2020",
        "Sept 24, 2020",
        "Sep 24 2020",
        "Thursday, September 24th, 2020",
        "24-Sep-2020",
        "2020-Sep-24",
        "24.09.2020",
        "24.9.20",
        "24/09/2020",
        "09/24/2020",
        "2020-24-09",
        "24. September 2020",
        "24 septembre 2020",
        "24 de septiembre de 2020",
        "2020年9月24日",
        "{ 2020-09-24 }",
        "**2020-09-24** (revised 2021-01-01)",
    ],
)
def test_a_date_is_read_as_it_is_written(written: str) -> None:
    assert dated(written) == date(2020, 9, 24)


@pytest.mark.parametrize(
    "written", ["03/04/2020", "3-4-2020", "2024-023-2706", "2020-13-45", "May 2025", "soon"]
)
def test_an_unclear_date_is_none(written: str) -> None:
    assert dated(written) is None


def test_an_unclear_date_has_a_note() -> None:
    adr = read_adr("a.md", "# A\n\nDate: 03/04/2020\nStatus: accepted\n")
    assert adr.notes == ("The date “03/04/2020” could be read in two ways.",)


def test_the_folder_settles_what_a_file_leaves_open() -> None:
    assert day_comes_first(["24/09/2020", "01/02/2020"]) is True
    assert day_comes_first(["09-24-2020"]) is False
    assert day_comes_first(["01/02/2020", "2020-09-24"]) is None
    assert dated("03/04/2020", day_first=True) == date(2020, 4, 3)
    assert dated("03/04/2020", day_first=False) == date(2020, 3, 4)


def check(text: str, expected: date | None, name: str = "0001-a.md") -> None:
    assert expected == read_adr(name, text).date


def test_the_change_log_tells_the_creation() -> None:
    check("# A\n\n## Changelog\n\n- 2020-03-01: more\n- 2020-01-02: begun\n", date(2020, 1, 2))
    check("# A\n\n## Change Log\n\n* 08-06-2018: begun\n* 13-06-2018: more\n", date(2018, 6, 8))
    check("# A\n\n## Changelog\n\n### November 2nd 2018\n\n- begun\n", date(2018, 11, 2))
    check(
        "# A\n\n## Changelog\n\n- 2021-01-05: typed wrongly\n- 2021-09-10: First draft\n", date(2021, 9, 10)
    )


def test_other_places_tell_the_date() -> None:
    check("# A\n\n2020-09-24\n\n## Status\n\nAccepted\n", date(2020, 9, 24))
    check("# A\n\n## Status\n\nAccepted 2020-09-24\n", date(2020, 9, 24))
    check("# A\n\n## Date\n\n2020-09-24\n\n## Status\n\nAccepted\n", date(2020, 9, 24))
    check("---\ndate: 2020-09-24\n---\n# A\n", date(2020, 9, 24))
    check("# A\n", date(2020, 9, 24), name="20200924-a.md")
    check("# A\n", date(2020, 9, 24), name="2020-09-24-a.md")
    check("# A\n\n## Context\n\nSince 2020-09-24 we do.\n", None)
    check("# A\n\nUpdated: 2021-01-01\nCreated: 2020-09-24\n", date(2020, 9, 24))
