"""``git memory artifact`` at a person's hand: what it says, and what programs are answered."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from terminals import run_on_a_terminal

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
KEYS = ["path", "name", "media_type", "size", "lfs", "here", "added"]


def test_every_answer_is_one_json_shape(repo: Repo) -> None:
    (repo.path / "login.png").write_bytes(PNG)
    (repo.path / "data").write_bytes(b"\0\1")
    added = repo.json("artifact", "add", "login.png", "data")
    assert [list(one) for one in added] == [[*KEYS, "change"]] * 2
    assert [(one["name"], one["change"]) for one in added] == [
        ("screenshots/login.png", "added"),
        ("files/data", "added"),
    ]
    assert [list(one) for one in repo.json("artifact", "list")] == [KEYS] * 2
    shown = repo.json("artifact", "show", "files/data")
    assert list(shown) == [*KEYS, "commits"]
    assert (shown["media_type"], shown["size"]) == ("application/octet-stream", 2)
    assert [one["subject"] for one in shown["commits"]] == ["artifact: add files/data"]
    written = repo.json("artifact", "get", "files/data", "-o", "copy")
    assert written["written"] == str(repo.path / "copy")
    assert (repo.path / "copy").read_bytes() == b"\0\1"
    assert repo.json("artifact", "remove", "files/data")["change"] == "removed"


def test_get_writes_bytes_to_a_pipe_and_over_a_file_only_when_told(repo: Repo) -> None:
    (repo.path / "login.png").write_bytes(PNG)
    repo.do("artifact", "add", "login.png")
    command = ["git-memory", "artifact", "get", "screenshots/login.png"]
    done = subprocess.run(command, cwd=repo.path, env=repo.environment, capture_output=True, check=True)
    assert done.stdout == PNG
    (repo.path / "there").write_text("mine")
    assert "--force" in repo.fails("artifact", "get", "screenshots/login.png", "-o", "there")
    assert (repo.path / "there").read_text() == "mine"
    repo.do("artifact", "get", "screenshots/login.png", "-o", "there", "--force")
    assert (repo.path / "there").read_bytes() == PNG
    (repo.path / "folder").mkdir()
    repo.do("artifact", "get", "screenshots/login.png", "-o", "folder")
    assert [file.name for file in (repo.path / "folder").iterdir()] == ["login.png"]
    assert "--output" in repo.fails("artifact", "get", "screenshots/login.png", "--json", code=2)


def test_a_picture_is_not_poured_over_a_terminal(repo: Repo) -> None:
    (repo.path / "login.png").write_bytes(PNG)
    repo.do("artifact", "add", "login.png")
    command = ["git-memory", "artifact", "get", "screenshots/login.png"]
    code, said = run_on_a_terminal(command, repo.path, repo.environment)
    assert code == 2
    assert "give a file with -o" in said


def test_nothing_there_is_told_and_is_no_success(repo: Repo) -> None:
    answer = repo.run("artifact", "list")
    assert (answer.code, answer.out, answer.err) == (1, "", "there is no artifact\n")
    assert repo.run("artifact", "list", "--json").out.strip() in ("", "[]")
    assert repo.fails("artifact", "show", "x.png").startswith("there is no artifacts/x.png")
    assert repo.fails("artifact", "remove", "../x", code=2).endswith("every part of it must be a name")
    assert "no file" in repo.fails("artifact", "add", "x.png")
    assert "goes with one file" in repo.fails("artifact", "add", "a", "b", "--name", "c", code=2)


def test_names_are_completed(repo: Repo) -> None:
    (repo.path / "login.png").write_bytes(PNG)
    repo.do("artifact", "add", "login.png")
    completing = {"_GIT_MEMORY_COMPLETE": "1"}
    answer = repo.run("artifact", "get", "scr", env=completing)
    assert answer.out == "plain\tscreenshots/login.png\timage/png, 16 B\n"
