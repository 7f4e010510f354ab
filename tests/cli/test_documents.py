"""``git memory note``, ``set``, ``documents``, ``import`` and ``export folder``, as a person types them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def test_a_note_is_answered_with_where_it_went(repo: Repo) -> None:
    assert repo.do("note", "patterns/anti-patterns", "Mutable default arguments") == (
        "added to patterns/anti-patterns: Mutable default arguments\n  made patterns-learned.md\n"
    )
    assert repo.do("note", "patterns/anti-patterns", "Sleep in tests") == (
        "added to patterns/anti-patterns: Sleep in tests\n  in patterns-learned.md\n"
    )
    assert repo.do("note", "patterns/anti-patterns", "Sleep in tests") == (
        "there already: patterns/anti-patterns in patterns-learned.md\n"
    )
    log = repo.git("log", "-2", "--format=%s", "memory").splitlines()
    assert log[0] == 'note: add to patterns/anti-patterns "Sleep in tests"'


def test_a_field_is_set_and_emptied(repo: Repo) -> None:
    repo.do("set", "context/current-focus", "Speed")
    assert "- **Current focus**: Speed\n" in repo.do("documents", "context")
    assert repo.do("set", "context/current-focus", "") == (
        "emptied context/current-focus\n  in project-context.md\n"
    )
    repo.do("set", "context/next-planned", "--item", "Tokens", "--item", "Limits")
    assert "- **Next planned**:\n  - Tokens\n  - Limits\n" in repo.do("documents", "context")


def test_a_text_can_be_piped_in(repo: Repo) -> None:
    repo.do("note", "patterns/code", stdin="First line\nand a second\n")
    assert "- First line\n  and a second\n" in repo.do("documents", "patterns")
    assert "give a TEXT" in repo.fails("note", "patterns/code", code=2)


def test_an_address_that_means_nothing_names_what_is_near(repo: Repo) -> None:
    assert repo.fails("note", "patterns/anti-paterns", "x") == (
        "there is no 'patterns/anti-paterns'; did you mean patterns/anti-patterns?"
    )
    assert "there is no document 'foo'" in repo.fails("set", "foo/bar", "x")
    assert "is a number" in repo.fails("set", "project/metrics/coverage", "much", code=2)
    assert "--item is for the log" in repo.fails("note", "context/blockers", "x", "--item", "y", code=2)


def test_a_section_that_was_taken_out_is_added_and_told(repo: Repo) -> None:
    repo.do("note", "patterns/testing", "a")
    base = repo.do("documents", "patterns")
    repo.git("worktree", "add", "-q", "../memory", "memory")
    (repo.path.parent / "memory" / "patterns-learned.md").write_text(
        base.replace("Testing Patterns", "Test Patterns")
    )
    repo.git("-C", "../memory", "commit", "-qam", "By hand")
    repo.git("worktree", "remove", "../memory")
    answer = repo.run("note", "patterns/testing", "b")
    assert answer.code == 0
    assert "had no section 'Testing Patterns' (any more): it was added" in answer.err
    assert "perhaps you meant patterns/test-patterns" in answer.err


def test_ones_own_preferences(repo: Repo) -> None:
    repo.do("note", "preferences/libraries", "pytest", "--mine")
    repo.do("note", "preferences/libraries", "numpy", "--person", "Bob B.")
    assert "# User Preferences: Ada\n" in repo.do("documents", "preferences", "--mine")
    assert "  - numpy\n" in repo.do("documents", "preferences", "--person", "Bob B.")
    assert "two people" in repo.fails("documents", "--mine", "--person", "Bob", code=2)
    assert "only preferences are kept by person" in repo.fails(
        "note", "context/blockers", "x", "--mine", code=2
    )


def test_the_log(repo: Repo) -> None:
    repo.do("note", "log", "Login endpoint", "--item", "Tests first", "--item", "Limits left out")
    assert repo.do("documents", "log").endswith(" - Login endpoint\n- Tests first\n- Limits left out\n")


def test_documents_are_listed_also_those_that_are_not_there_yet(repo: Repo) -> None:
    repo.do("note", "patterns/code", "a")
    listed = [line.split() for line in repo.do("documents").splitlines()]
    assert [line[0] for line in listed] == [
        "project", "context", "patterns", "preferences", "session-log", "log", "readme"
    ]  # fmt: skip
    assert listed[2][1:4] == ["patterns-learned.md", "1", "item"]
    assert listed[1][2:5] == ["not", "there", "yet"]
    answer = repo.run("documents", "context")
    assert (answer.code, answer.out) == (1, "")
    assert "there is no project-context.md yet" in answer.err


def test_everything_has_one_json_shape(repo: Repo) -> None:
    noted = repo.json("note", "context/blockers", "No CI")
    assert list(noted) == [
        "document", "path", "address", "changed", "made", "added", "near", "person", "version"
    ]  # fmt: skip
    assert list(repo.json("set", "context/blockers", "None")) == list(noted)
    states = repo.json("documents")
    assert {state["name"] for state in states if state["exists"]} == {"context"}
    document = repo.json("documents", "context")
    recent = next(one for one in document["sections"] if one["address"] == "context/recent-work")
    assert recent["fields"][3] == {
        "name": "Blockers", "address": "context/recent-work/blockers", "values": ["None"], "line": 14
    }  # fmt: skip


def test_addresses_and_names_are_completed(repo: Repo) -> None:
    repo.do("set", "project/milestones/Beta/status", "planned")

    def completed(*words: str) -> list[str]:
        answer = repo.run(*words, env={"_GIT_MEMORY_COMPLETE": "1"})
        return [line.split("\t")[1] for line in answer.out.splitlines()]

    assert completed("note", "patterns/anti") == ["patterns/anti-patterns"]
    assert "context/recent-work/blockers" in completed("set", "context/rec")
    assert completed("set", "project/milestones/Beta/st") == [
        "project/milestones/Beta/status", "project/milestones/Beta/started_at"
    ]  # fmt: skip
    assert completed("documents", "pa") == ["patterns"]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_folder_comes_in_and_goes_back(repo: Repo, ending: str) -> None:
    text = ending.join(["# Learned Patterns", "", "## Python Code Patterns", "* Data classes", ""])
    (repo.path / "memory").mkdir()
    (repo.path / "memory" / "patterns-learned.md").write_bytes(text.encode())
    (repo.path / "memory" / "notes.txt").write_text("mine")
    answer = repo.run("import", "folder", "memory", "--dry-run")
    assert answer.out.splitlines()[:2] == ["notes.txt            skipped", "patterns-learned.md  new"]
    assert "dry run" in answer.err
    repo.do("import", "folder", "memory")
    repo.do("note", "patterns/code", "Generators")
    assert repo.do("export", "folder", "memory") == "patterns-learned.md  brought up to date\n"
    assert (repo.path / "memory" / "patterns-learned.md").read_bytes() == (
        text.encode() + b"* Generators" + ending.encode()
    )
    again = repo.json("import", "folder", "memory")
    assert [file["taken"] for file in again["files"]] == ["skipped", "known"]
    (repo.path / "memory" / "patterns-learned.md").write_text("# Mine\n")
    answer = repo.run("export", "folder", "memory")
    assert answer.code == 1
    assert "git memory import folder" in answer.out
