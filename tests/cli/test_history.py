"""``git memory history``, ``show REF@{MOMENT}`` and the filters of ``log``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Repo


@pytest.fixture
def lived(repo: Repo) -> Repo:
    """A decision that was made, accepted and deleted; a bug beside it."""
    repo.do("decide", "Use JWT", "--context", "Sessions do not scale.")
    repo.do("bug", "Login fails")
    repo.do("mark", "ADR-1", "accepted")
    repo.do("delete", "ADR-1")
    return repo


def test_history_tells_when_who_and_what_the_newest_first(lived: Repo) -> None:
    lines = lived.do("history", "ADR-1").splitlines()
    assert lines[0] == "ADR-0001 Use JWT"
    assert [line.strip() for line in lines[2::2]] == ["deleted", "proposed → accepted", "new, proposed"]
    assert lines[1].startswith(lived.git("rev-parse", "--short=8", "memory") + " 20")
    assert lines[1].endswith(" Ada")
    assert "+Sessions do not scale." in lived.do("history", "ADR-1", "-p")
    assert len(lived.do("history", "ADR-1", "-n", "1").splitlines()) == 3
    assert "there is no 'ADR-9'" in lived.fails("history", "ADR-9")


def test_history_as_json_is_commits_with_what_they_changed(lived: Repo) -> None:
    entries = lived.json("history", "ADR-1")
    assert list(entries[0]) == [
        *("version", "author", "email", "when", "subject", "is_cut", "is_merge"),
        *("change", "id", "kind", "label", "title", "path", "summary", "facts", "texts"),
    ]
    assert [h["version"] for h in entries] == [
        lived.git("rev-parse", name) for name in ("memory", "memory~1", "memory~3")
    ]
    assert entries[1]["facts"] == [
        {"what": "status", "text": "proposed → accepted", "old": "proposed", "new": "accepted"}
    ]


def test_show_shows_a_record_as_it_was(lived: Repo, assert_record: Callable[[object], None]) -> None:
    first = lived.git("rev-parse", "memory~3")
    shown = lived.do("show", f"ADR-1@{{{first[:7]}}}")
    assert shown.startswith("ADR-0001 Use JWT\nproposed · decision")
    assert f"as it was in {first[:8]}" in shown
    assert "Sessions do not scale." in shown
    assert lived.do("show", "ADR-1@{memory~1}").splitlines()[1].startswith("accepted")
    raw = lived.do("show", "ADR-1@{memory~3}", "--raw")
    assert raw.rstrip("\n") == lived.git("show", "memory~3:decisions/0001-use-jwt.md")
    document = lived.json("show", "ADR-1@{memory~1}")
    assert_record(document)
    assert (document["status"], document["version"]) == ("accepted", lived.git("rev-parse", "memory~1"))
    assert lived.json("show", "BUG-1@{now}")["since"] == lived.json("log", "--kind", "bug")[0]["when"]


@pytest.mark.parametrize(
    ("ref", "said", "code"),
    [
        ("ADR-1@{memory}", "there is no ADR-1 in the version", 1),
        ("BUG-1@{2001-01-01}", "there was no BUG-1 yet at 2001-01-01", 1),
        ("ADR-1@{now}", "it was deleted on", 1),
        ("BUG-1@{whenever}", "'whenever' is not understood", 2),
        ("BUG-1@{--all}", "is no name of a version", 2),
        ("BUG-9@{now}", "there is no 'BUG-9'", 1),
    ],
)
def test_show_says_why_there_is_nothing_to_show(lived: Repo, ref: str, said: str, code: int) -> None:
    assert said in lived.fails("show", ref, code=code)


def test_log_is_narrowed_by_kind_record_author_branch_date_and_words(lived: Repo) -> None:
    def subjects(*arguments: str) -> list[str]:
        return [commit["subject"].partition(' "')[0] for commit in lived.json("log", *arguments)]

    decision = ["decision: delete ADR-0001", "decision: accept ADR-0001", "decision: record ADR-0001"]
    assert subjects("--kind", "bugs") == ["bug: record BUG-1"]
    assert subjects("--record", "ADR-1") == decision
    assert subjects("--record", "ADR-1", "-n", "1") == decision[:1]
    assert subjects("--author", "ADA@EXAMPLE", "--kind", "decision") == decision
    assert subjects("--code-branch", "main", "--grep", "accept") == [decision[1]]
    assert len(subjects("--since", "yesterday")) == len(subjects("--since", "last monday")) == 5
    assert len(subjects("--until", "today")) == 5
    for nothing in (["--until", "last year"], ["--author", "grace"], ["--code-branch", "x"]):
        answer = lived.run("log", *nothing)
        assert (answer.code, answer.out, answer.err) == (1, "", "nothing found\n")
        assert lived.run("log", *nothing, "--json").json == []
    assert "not understood" in lived.fails("log", "--since", "whenever", code=2)
