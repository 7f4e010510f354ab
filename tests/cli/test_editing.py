"""Writing in an editor: ``--edit`` and ``git memory edit``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def _kept(line: str) -> Path:
    found = re.search(r"kept in (\S+)$", line)
    assert found, line
    return Path(found[1])


@pytest.mark.parametrize("command", ["decide", "learn", "bug", "checkpoint"])
def test_what_is_written_in_the_editor_is_recorded(repo: Repo, command: str) -> None:
    written = repo.editor(r"""sed -i 's/^# *$/# Written by hand/' "$1" """)
    record = repo.json(command, "--edit", "--at", "src/auth.py:4", env={"EDITOR": written})
    assert record["title"] == "Written by hand"
    assert record["anchors"][0]["start"] == 4
    assert "<!--" not in repo.file(record["id"])


def test_the_title_may_be_given_before_the_editor_opens(repo: Repo) -> None:
    written = repo.editor(r"""printf '\nMore.\n' >> "$1" """)
    assert repo.json("learn", "Given", "--edit", env={"EDITOR": written})["title"] == "Given"


def test_an_untouched_draft_records_nothing(repo: Repo) -> None:
    tip = repo.git("rev-parse", "memory")
    assert "nothing" in repo.fails("decide", "--edit", env={"EDITOR": "true"})
    assert repo.git("rev-parse", "memory") == tip


def test_an_editor_that_fails_records_nothing_and_the_draft_is_named(repo: Repo) -> None:
    failing = repo.editor(r"""sed -i 's/^# *$/# Half written/' "$1"; exit 3""")
    tip = repo.git("rev-parse", "memory")
    line = repo.fails("learn", "--edit", env={"EDITOR": failing})
    assert "ended with 3" in line
    assert "# Half written" in _kept(line).read_text()
    assert repo.git("rev-parse", "memory") == tip


def test_an_interruption_is_the_editors_business(repo: Repo) -> None:
    # ^C at a terminal reaches the whole group, and editors have a meaning of their own for it.
    patient = repo.editor(
        r"""kill -INT "$(ps -o ppid= -p $PPID | tr -d ' ')"; sed -i 's/^# *$/# Kept/' "$1" """
    )
    assert repo.json("learn", "--edit", env={"EDITOR": patient})["title"] == "Kept"


def test_a_draft_that_was_refused_can_be_taken_up_again(repo: Repo) -> None:
    spoilt = repo.editor(r"""sed -i 's/^id: .*/id: nonsense/; s/^# *$/# Kept/' "$1"; cp "$1" /dev/null""")
    line = repo.run("learn", "--edit", env={"EDITOR": spoilt}).err
    draft = _kept(line.strip())
    mended = repo.editor(rf"""sed -i 's/^id: .*/id: {_id_of(draft)}/' "$1" """, "mended")
    assert repo.json("edit", draft, env={"EDITOR": mended})["title"] == "Kept"


def _id_of(draft: Path) -> str:
    import json

    return str(json.loads((draft.parent / ".state" / f"{draft.name}.json").read_text())["id"])


def test_the_editor_is_the_one_that_git_would_run(repo: Repo) -> None:
    def says(name: str) -> str:
        return repo.editor(rf"""sed -i 's/^# *$/# By {name}/' "$1" """, f"editor-{name}")

    given = {"EDITOR": says("EDITOR")}
    assert repo.json("learn", "-e", env=given)["title"] == "By EDITOR"
    given["VISUAL"] = says("VISUAL")
    assert repo.json("learn", "-e", env=given)["title"] == "By VISUAL"
    repo.git("config", "core.editor", says("core"))
    assert repo.json("learn", "-e", env=given)["title"] == "By core"
    given["GIT_EDITOR"] = says("GIT_EDITOR")
    assert repo.json("learn", "-e", env=given)["title"] == "By GIT_EDITOR"


def test_an_editor_may_be_a_command_with_arguments(repo: Repo) -> None:
    written = repo.editor(r"""sed -i "s/^# *$/# $1/" "$2" """)
    assert repo.json("learn", "-e", env={"EDITOR": f"'{written}' Argument"})["title"] == "Argument"


def test_without_an_editor_it_says_what_to_set(repo: Repo) -> None:
    assert "set EDITOR" in repo.fails("learn", "--edit", env={"TERM": "dumb"})


def test_what_the_options_say_stands_in_the_draft(repo: Repo) -> None:
    written = repo.editor(r"""printf '\nMore.\n' >> "$1" """)
    options = ["--lesson", "Normalise.", "--tag", "auth", "--at", "src/auth.py:4", "--at", "src/auth.py:1"]
    record = repo.json("learn", "Given", "--edit", *options, env={"EDITOR": written})
    assert (record["fields"]["lesson"], record["tags"]) == ("Normalise.", ["auth"])
    assert [anchor["start"] for anchor in record["anchors"]] == [4, 1]


def test_a_file_and_the_editor_exclude_each_other(repo: Repo) -> None:
    assert "exclude each other" in repo.fails("learn", "T", "--edit", "-F", "x", code=2)


def test_a_record_is_changed_in_the_editor(repo: Repo) -> None:
    label = repo.label("decide", "Use JWT", "--context", "Old words.")
    changed = repo.editor(r"""sed -i 's/Old words/New words/' "$1" """)
    record = repo.json("edit", label, env={"EDITOR": changed})
    assert record["fields"]["context"] == "New words."
    assert "New words." in repo.file(label)


def test_a_record_left_as_it_was_makes_no_commit(repo: Repo) -> None:
    label = repo.label("decide", "Use JWT")
    tip = repo.git("rev-parse", "memory")
    assert "is as it was" in repo.do("edit", label, env={"EDITOR": "true"})
    assert repo.git("rev-parse", "memory") == tip
