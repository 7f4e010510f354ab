"""``git memory mark``, ``supersede``, ``close`` and ``delete``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def test_a_decision_is_accepted_and_an_impossible_step_is_refused(repo: Repo) -> None:
    repo.do("decide", "Use JWT")
    assert repo.json("mark", "adr-1", "Accepted")["status"] == "accepted"
    assert "is accepted and cannot become rejected" in repo.fails("mark", "ADR-1", "rejected")
    assert "is not a status of a decision" in repo.fails("mark", "ADR-1", "perfect", code=2)
    assert repo.json("show", "ADR-1")["status"] == "accepted"


def test_marking_says_what_the_record_is_now(repo: Repo) -> None:
    repo.do("bug", "Login fails")
    out = repo.do("mark", "BUG-1", "in-progress").splitlines()
    assert out[0].startswith("BUG-1 ")
    assert out[1] == "  is in-progress"


def test_superseding_links_both_decisions(repo: Repo, assert_record: Callable[[Any], None]) -> None:
    repo.do("decide", "Use JWT", "--status", "accepted")
    new = repo.json("supersede", "ADR-1", "Use opaque tokens", "--rationale", "Revocable.", "--tag", "auth")
    assert_record(new)
    assert_record(new["superseded"])
    assert new["superseded"]["status"] == "superseded"
    assert new["fields"]["rationale"] == "Revocable."
    old = repo.json("show", "ADR-1")
    assert [(link["relation"], link["id"]) for link in old["links"]] == [("superseded-by", new["id"])]
    assert [(link["relation"], link["id"]) for link in new["links"]] == [("supersedes", old["id"])]
    assert "supersedes ADR-0002 Use opaque tokens" in repo.do("supersede", "ADR-2", "Use passkeys")


def test_closing_a_bug_can_write_its_learning(repo: Repo, assert_record: Callable[[Any], None]) -> None:
    repo.do("bug", "Login fails")
    bug = repo.json(
        *("close", "BUG-1", "--fix", "Lower case.", "--root-cause", "Bytes are compared."),
        *("--learning", "Emails differ by case", "--lesson", "Normalise."),
    )
    learning = bug["learning"]
    assert_record(bug)
    assert_record(learning)
    assert (bug["status"], bug["fields"]["fix"]) == ("fixed", "Lower case.")
    assert learning["fields"] == {"root_cause": "Bytes are compared.", "lesson": "Normalise."}
    assert [link["id"] for link in bug["links"]] == [learning["id"]]
    assert [link["id"] for link in learning["links"]] == [bug["id"]]


def test_closing_without_a_learning_writes_none(repo: Repo) -> None:
    repo.do("bug", "Login fails")
    assert "--learning TITLE" in repo.fails("close", "BUG-1", "--lesson", "Normalise.", code=2)
    bug = repo.json("close", "BUG-1", "--status", "wont-fix")
    assert (bug["status"], bug["learning"]) == ("wont-fix", None)
    assert [record["kind"] for record in repo.json("list")] == ["bug"]


def test_what_was_deleted_is_still_in_history_where_the_answer_says(repo: Repo) -> None:
    repo.do("decide", "Use JWT")
    out = repo.do("delete", "ADR-1")
    assert out.startswith("deleted ADR-0001 ")
    shown = re.search(r"git show (\S+)$", out.strip())
    assert shown is not None
    assert "# Use JWT" in repo.git("show", shown[1])
    assert "was deleted" in repo.fails("show", "ADR-1")
    assert repo.label("decide", "Another") == "ADR-0002"


def test_a_record_that_is_not_there_is_an_error_of_one_line(repo: Repo) -> None:
    for arguments in (["show"], ["edit"], ["delete"], ["mark", "accepted"], ["supersede", "T"], ["close"]):
        command, *rest = arguments
        assert "ADR-9" in repo.fails(command, "ADR-9", *rest)
