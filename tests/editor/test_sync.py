"""Syncing from an editor: by command, and by itself where ``memory.sync`` is on."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from client import Client
from clones import until
from remote_servers import processes_that_mention, silent_server

from lsp_server import Memory
from lsp_server.memory import Kind

if TYPE_CHECKING:
    from support import Repo


@pytest.fixture
def hub(repo: Repo, new_repo: Callable[..., Repo]) -> Repo:
    """An empty bare repository, which is the origin of ``repo``."""
    made = new_repo("hub.git", "--bare")
    repo.git("remote", "add", "origin", str(made.root))
    return made


def tip(repo: Repo) -> str:
    return repo.git("rev-parse", "--verify", "-q", "refs/heads/memory", check=False)


def test_the_command_syncs_and_answers_as_the_command_line_does(
    hub: Repo, repo: Repo, editor: Client, memory: Memory
) -> None:
    memory.record(Kind.LEARNING, "Emails differ by case")
    done = editor.execute("gitMemory.sync")
    assert (done["remote"], done["pushed"], done["merges"]) == ("origin/memory", 2, [])
    assert tip(hub) == tip(repo)
    assert editor.execute("gitMemory.sync", remote=str(hub.root))["pushed"] == 0


def test_a_secret_that_came_along_in_a_files_name_is_told_by_that_name(
    hub: Repo, repo: Repo, editor: Client, memory: Memory, new_repo: Callable[..., Repo]
) -> None:
    editor.execute("gitMemory.sync")
    dice = random.Random(1)
    token = "ghp_" + "".join(dice.choice(string.ascii_letters + string.digits) for _ in range(36))
    name = f"artifacts/{token}.md"
    other = new_repo("other")
    other.git("fetch", "-q", str(hub.root), "memory")
    other.git("checkout", "-q", "FETCH_HEAD")
    (other.root / name).parent.mkdir(exist_ok=True)
    (other.root / name).write_text("nothing in it\n")
    other.git("add", "-f", ".")
    other.git("commit", "-qm", "A file")
    other.git("push", "-q", str(hub.root), "HEAD:memory")
    editor.execute("gitMemory.sync")
    told = editor.message("A secret came along in ")
    assert told == "A secret came along in artifacts/[redacted: github-pat].md"


def test_a_refusal_is_told_in_one_message(repo: Repo, editor: Client) -> None:
    repo.git("remote", "add", "origin", "/nowhere/at/all.git")
    assert editor.execute("gitMemory.sync") is None
    assert editor.message("no git repository at origin")


def test_what_is_written_is_pushed_by_itself_where_it_is_switched_on(
    hub: Repo, repo: Repo, editor: Client, memory: Memory
) -> None:
    editor.execute("gitMemory.checkpoint", message="Before")
    time.sleep(0.3)
    assert tip(hub) == ""
    repo.git("config", "memory.sync", "on")
    editor.execute("gitMemory.checkpoint", message="After")
    until(lambda: tip(hub) == tip(repo))


def test_what_another_program_wrote_before_the_server_looked_is_pushed_by_itself(
    hub: Repo, repo: Repo, editor: Client, memory: Memory
) -> None:
    repo.git("config", "memory.sync", "on")
    memory.record(Kind.LEARNING, "Emails differ by case")
    until(lambda: tip(hub) == tip(repo))


def test_a_server_that_never_answers_keeps_nobody_waiting_and_ends_with_the_editor(
    repo: Repo, editor: Client, memory: Memory
) -> None:
    with silent_server() as url:
        repo.git("remote", "add", "origin", url)
        repo.git("config", "memory.sync", "on")
        memory.record(Kind.LEARNING, "Emails differ by case")
        until(lambda: processes_that_mention(url))
        start = time.monotonic()
        assert len(editor.execute("gitMemory.list")) == 1
        assert time.monotonic() - start < 5
        editor.request("shutdown")
        editor.notify("exit")
        editor.ended()
        until(lambda: not processes_that_mention(url))
    assert Path(repo.root, ".git").is_dir()
