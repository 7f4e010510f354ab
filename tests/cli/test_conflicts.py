"""``git memory list --conflicts`` and ``show`` name what a merge left to be settled."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Repo

MARKS = "<<<<<<< A\\n\\nTokens.\\n\\n=======\\n\\nFew tokens.\\n\\n>>>>>>> B"


@pytest.fixture
def unsettled(repo: Repo) -> Repo:
    """A decision in conflict about its status and a text, beside one that is not."""
    repo.do("decide", "Another")
    repo.do("decide", "Use JWT", "--status", "accepted", "--context", "Tokens.")
    listed = "conflicts:\\n  - status: rejected\\n---\\n\\n# Use JWT"
    steps = (
        f"sed -i 's/^# Use JWT$/@/; s/^Tokens.$/{MARKS}/' \"$1\"",
        f"sed -i -z 's/---\\n\\n@/{listed}/' \"$1\"",
    )
    script = " && ".join(steps)
    repo.do("edit", "ADR-2", env={"EDITOR": repo.editor(script)})
    return repo


def test_only_the_records_in_conflict_are_listed_with_what_is(unsettled: Repo) -> None:
    listed = unsettled.do("list", "--conflicts")
    assert listed.count("\n") == 1
    assert "ADR-0002" in listed
    assert "status (rejected on the other side), Context and Problem Statement" in listed
    found = unsettled.json("list", "--conflicts")
    assert [record["label"] for record in found] == ["ADR-0002"]
    assert found[0]["conflicts"] == [
        {"where": "status", "other": "rejected"},
        {"where": "Context and Problem Statement", "other": None},
    ]


def test_any_list_says_that_there_are_some(unsettled: Repo) -> None:
    answer = unsettled.run("list")
    assert answer.out.count("\n") == 2
    assert "`git memory list --conflicts`" in answer.err


def test_a_shown_record_says_it_at_its_head(unsettled: Repo) -> None:
    lines = unsettled.do("show", "ADR-2").splitlines()
    assert any(line.startswith("in conflict: status (rejected on the other side)") for line in lines[:3])


def test_settled_records_are_listed_no_more(unsettled: Repo) -> None:
    unsettled.do("mark", "ADR-2", "rejected")
    script = "sed -i -e '/^<<<<<<<\\|^=======\\|^>>>>>>>/d; /^Few/d' \"$1\""
    unsettled.do("edit", "ADR-2", env={"EDITOR": unsettled.editor(script)})
    assert "conflicts" not in unsettled.file("ADR-2")
    answer = unsettled.run("list", "--conflicts")
    assert (answer.code, answer.out, answer.err) == (1, "", "nothing is in conflict\n")
    assert unsettled.run("list").err == ""
