"""``git memory diff``: the change as text, as Markdown, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from terminals import run_on_a_terminal

from tests.cli.conftest import make

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

PROGRAM = "git-memory"


@pytest.fixture(scope="module")
def _changed(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Repo:
    repo = make(tmp_path_factory.mktemp("changed") / "project", environment)
    repo.do("init")
    repo.do("decide", "Use Postgres", "--context", "Many rows.", "--tag", "db")
    repo.do(
        "bug", "Login fails for addresses with capital letters in front of the sign", "--severity", "high"
    )
    learning = repo.label("learn", "Emails differ by case")
    repo.git("branch", "before", "memory")
    repo.do("mark", "ADR-1", "accepted")
    repo.do("edit", "ADR-1", env={"EDITOR": repo.editor("sed -i 's/Many/Millions of/' \"$1\"")})
    repo.do("decide", "Use JWT", "--status", "accepted", "--at", "src/auth.py:3-5")
    repo.do("close", "BUG-1", "--fix", "Lower-case both sides.", "--root-cause", "Compared as written.")
    repo.do("delete", learning)
    return repo


@pytest.fixture
def changed(_changed: Repo) -> Repo:
    """A branch ``before``, and after it: one decision changed and one new, a bug fixed, a learning gone.
    The tests only look at it."""
    return _changed


def test_diff_tells_the_change_as_people_talk(changed: Repo) -> None:
    learning = changed.json("diff", "before..memory")["records"][-1]["label"]
    assert (
        changed.do("diff", "before..memory")
        == f"""\
Decisions
  ADR-0002 Use JWT: new, accepted, at src/auth.py:3-5
  ADR-0001 Use Postgres: proposed → accepted; context changed

Bugs
  BUG-1 Login fails for addresses with capital letters in front of the sign: open → fixed; root cause \
added; fix added

Learnings
  {learning} Emails differ by case: deleted

1 new, 2 changed, 1 deleted
"""
    )


def test_diff_with_patch_shows_the_texts(changed: Repo) -> None:
    shown = changed.do("diff", "-p", "before..memory")
    assert "context changed\n    context\n    -Many rows.\n    +Millions of rows.\n" in shown


def test_diff_as_json_has_one_shape(changed: Repo) -> None:
    document = changed.json("diff", "before..memory")
    assert list(document) == ["old", "new", "counts", "records", "files"]
    assert document["old"] == {"version": changed.git("rev-parse", "before"), "name": "before"}
    assert document["new"] == {"version": changed.git("rev-parse", "memory"), "name": "memory"}
    assert document["counts"] == {"new": 1, "changed": 2, "deleted": 1}
    keys = ["change", "id", "kind", "label", "title", "path", "summary", "facts", "texts"]
    assert [list(record) for record in document["records"]] == [keys] * 4
    decision = document["records"][1]
    assert decision["facts"] == [
        {"what": "status", "text": "proposed → accepted", "old": "proposed", "new": "accepted"},
        {"what": "text", "text": "context changed", "old": "context", "new": "context"},
    ]
    assert decision["texts"] == [
        {
            "name": "context",
            "heading": "Context and Problem Statement",
            "old": "Many rows.",
            "new": "Millions of rows.",
        }
    ]
    nothing = changed.json("diff", "memory..memory")
    assert (nothing["records"], nothing["counts"]) == ([], {"new": 0, "changed": 0, "deleted": 0})


def test_diff_as_markdown_can_be_found_again_by_its_first_line(changed: Repo) -> None:
    shown = changed.do("diff", "--markdown", "before...memory").splitlines()
    assert shown[:2] == ["<!-- git-memory-review -->", "### Memory: 2 decisions, 1 bug and 1 learning"]
    assert "- **ADR-0001** Use Postgres: proposed → accepted; context changed" in shown
    assert "Nothing differs." in changed.do("diff", "--markdown", "memory..memory")
    assert "two answers" in changed.fails("diff", "--markdown", "--json", code=2)


def test_diff_names_the_proposal_once(repo: Repo) -> None:
    repo.do("propose", "use-jwt")
    repo.do("decide", "Use JWT")
    assert repo.run("diff").err == "showing the proposal 'use-jwt' against memory\n"
    assert repo.run("diff", "memory").err == "on the proposal use-jwt\n"


def test_diff_says_what_it_chose_and_that_there_is_nothing(changed: Repo) -> None:
    answer = changed.run("diff")
    assert answer.err == "showing the last commit\n"
    assert "Emails differ by case: deleted" in answer.out
    answer = changed.run("diff", "memory..memory")
    assert (answer.code, answer.out, answer.err) == (0, "", "no changes\n")


@pytest.mark.parametrize("words", ["--output=x", "-x", "..--all"])
def test_diff_takes_no_option_for_a_version(changed: Repo, words: str) -> None:
    assert "is no name of a version" in changed.fails("diff", "--", words, code=2)
    assert not (changed.path / "x").exists()


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_on_a_terminal_diff_is_coloured_and_goes_on_below(changed: Repo, columns: int) -> None:
    shown = _on_a_terminal(changed, columns, "diff", "before..memory")
    assert "\x1b[32mADR-0002\x1b[0m Use JWT: new" in shown
    assert "\x1b[33mBUG-1\x1b[0m Login" in shown
    assert "\x1b[31mLEARN-" in shown
    import re

    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert max(map(len, plain.splitlines())) <= columns
    assert " ".join(plain.split()) == " ".join(changed.do("diff", "before..memory").split())


# Every command that writes a record, what it may change of the files that were there (lines added, lines
# removed), and how many files it adds. Changing one field changes one line.
WRITES: dict[str, tuple[list[str], dict[str, tuple[int, int]], int]] = {
    "decide": (["Another"], {}, 1),
    "learn": (["Something"], {}, 1),
    "bug": (["Another"], {}, 1),
    "checkpoint": (["Here"], {}, 1),
    "mark": (["ADR-1", "accepted"], {"decisions/0001-a.md": (1, 1)}, 0),
    "supersede": (["ADR-1", "C"], {"decisions/0001-a.md": (3, 1)}, 1),  # the status, `links:`, the link
    "close": (["BUG-1"], {"bugs/0001-b.md": (1, 1)}, 0),
    "edit": (["ADR-1"], {"decisions/0001-a.md": (1, 1)}, 0),
    # Two keys; the section's heading and the note, an empty line before each.
    "outcome": (["ADR-1", "success", "It held"], {"decisions/0001-a.md": (6, 0)}, 0),
    "anchor": (["ADR-1", "--at", "src/auth.py"], {"decisions/0001-a.md": (2, 0)}, 0),  # `anchors:`, the path
    "delete": (["BUG-1"], {"bugs/0001-b.md": (0, -1)}, 1),  # its tombstone is added
}


def test_every_command_that_writes_a_record_is_walked() -> None:
    from lsp_server.cli.group import SECTIONS

    # The code's, files beside the records, or events beside the branch: of the records none changes.
    no_record = {"restore", "artifact", "event", "errors"}
    found = {"learn-from-events"}  # writes what it finds, see memory/learning
    assert set(WRITES) == {*SECTIONS["Record"], *SECTIONS["Change"]} - no_record - found


@pytest.mark.parametrize("command", list(WRITES))
def test_the_raw_diff_is_as_small_as_the_change(repo: Repo, command: str) -> None:
    repo.do("decide", "A", "--context", "Many rows.", "--tag", "db")
    repo.do("bug", "B", "--severity", "high")
    arguments, changed, added = WRITES[command]
    repo.do(command, *arguments, env={"EDITOR": repo.editor("sed -i 's/Many/Few/' \"$1\"")})
    stat = [line.split("\t") for line in repo.git("show", "--numstat", "--format=", "memory").splitlines()]
    statuses = dict(
        reversed(line.split("\t"))
        for line in repo.git("show", "--name-status", "--no-renames", "--format=", "memory").splitlines()
    )
    assert sum(status == "A" for status in statuses.values()) == added
    lines = {path: (int(new), int(old)) for new, old, path in stat if statuses[path] != "A"}
    whole = {path: (0, -1) if statuses[path] == "D" else counted for path, counted in lines.items()}
    assert whole == changed


def _on_a_terminal(repo: Repo, columns: int, *arguments: str) -> str:
    environment = {**repo.environment, "COLUMNS": str(columns)}
    code, shown = run_on_a_terminal([PROGRAM, *arguments], repo.path, environment, streams=["stdout"])
    assert code == 0
    return shown.replace("\r\n", "\n")
