"""A directory of project memory from the command line: in, again, and out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from memory.directories.example import build

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return build(tmp_path / "project-memory")


def test_the_report_says_for_each_thing_what_became_of_it(repo: Repo, directory: Path) -> None:
    (directory / "checkpoints/half.json").write_text('{"phase": ')
    answer = repo.run("import", "directory", str(directory))
    assert answer.code == 0, answer.err
    lines = [line.split() for line in answer.out.splitlines()]
    assert ["bugs/bug_023.md", "new", "BUG-23", "fixed", "Email", "Case"] in lines
    assert ["README.md", "new"] in lines
    assert ["checkpoints/half.json", "skipped"] in lines
    assert "checkpoints/half.json: line 1: it is not JSON" in answer.out
    assert lines[-1][1] == "imported,"
    again = repo.run("import", "directory", str(directory))
    assert again.code == 0
    assert again.out.splitlines()[-1].startswith("0 imported, ")
    assert "bug_023" not in again.out


def test_a_dry_run_answers_as_json_and_writes_nothing(repo: Repo, directory: Path) -> None:
    tip = repo.git("rev-parse", "memory")
    document = repo.run("import", "directory", str(directory), "--dry-run", "--json").json
    assert (document["dry_run"], document["version"]) == (True, None)
    (bug,) = [thing for thing in document["files"] if thing["source"] == "bugs/bug_023.md"]
    assert (bug["taken"], bug["record"]["label"]) == ("new", "BUG-23")
    assert repo.git("rev-parse", "memory") == tip


def test_what_differs_on_both_sides_is_an_exit_status(repo: Repo, directory: Path) -> None:
    repo.do("import", "directory", str(directory))
    repo.do("mark", "BUG-23", "closed")
    bug = directory / "bugs/bug_023.md"
    bug.write_text(bug.read_text().replace("Both succeed", "Both always succeed"))
    answer = repo.run("import", "directory", str(directory))
    assert answer.code == 1
    assert "`git memory edit BUG-23`" in " ".join(answer.out.split())


def test_an_export_is_told_and_can_be_forced(repo: Repo, directory: Path, tmp_path: Path) -> None:
    repo.do("import", "directory", str(directory))
    out = tmp_path / "out"
    assert repo.do("export", "directory", str(out)).endswith(f"files written to {out}\n")
    document = repo.run("export", "directory", str(out), "--json").json
    assert (document["written"], document["removed"]) == ([], [])
    refused = repo.run("export", "directory", str(directory))
    assert refused.code == 1
    assert "name an empty folder" in refused.err
    assert repo.run("export", "directory", str(directory), "--force").code == 0


def test_a_folder_without_memory_is_a_usage_error(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    answer = repo.run("import", "directory", str(tmp_path / "empty"))
    assert answer.code == 2
    assert "holds no project memory" in answer.err


def test_the_new_fields_are_options_and_are_shown(repo: Repo) -> None:
    repo.do(
        *("bug", "B", "--reported-by", "the support desk", "--fixed-in", "abc123"),
        *("--deployed-to", "staging", "--deployed-to", "production", "--deployed", "2026-11-21"),
        *("--lessons", "Look twice."),
    )
    shown = repo.do("show", "BUG-1")
    for line in ("reported by  the support desk", "deployed to  staging, production", "Look twice."):
        assert line in shown
    repo.do("checkpoint", "C", "--current-task", "Login", "--details", "All.", "--state", "completed")
    assert "current task" in repo.do("show", repo.run("list", "--json").json[0]["label"])
