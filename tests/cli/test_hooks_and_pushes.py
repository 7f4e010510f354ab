"""A push of code with our hooks: the memory goes with it, where that is switched on."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from hooked import commit, git, notices_python, put_hook, started

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Repo

SECONDS = 20.0


@pytest.fixture
def hub(hooked: Repo, hub: Path) -> Path:
    hooked.do("sync")
    return hub


def arrives(hub: Path, repo: Repo, title: str) -> bool:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if title in git(repo, "log", "--format=%s", "memory", cwd=hub).stdout:
            return True
        time.sleep(0.05)
    return False


def test_a_push_of_code_syncs_the_memory_where_that_is_switched_on(hooked: Repo, hub: Path) -> None:
    hooked.do("learn", "Emails differ by case")
    commit(hooked, "One")
    assert git(hooked, "push", "-q", "origin", "main").stderr == ""
    assert "Emails differ" not in git(hooked, "log", "--format=%s", "memory", cwd=hub).stdout
    hooked.git("config", "memory.sync", "on")
    commit(hooked, "Two")
    done = git(hooked, "push", "-q", "origin", "main")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert arrives(hub, hooked, "Emails differ by case")


def test_a_push_of_the_memory_itself_is_left_to_the_person(hooked: Repo, hub: Path) -> None:
    trace = notices_python(hooked)
    for refs in (["memory"], ["main", "memory"], ["memory:refs/heads/backup"], ["--all"], ["--mirror"]):
        hooked.do("learn", "To be pushed by hand")
        hooked.git("-c", "memory.sync=on", "push", "-q", "origin", *refs)
    assert started(trace) == []
    hooked.git("config", "memory.sync", "on")
    commit(hooked, "One")
    trace.unlink()
    git(hooked, "push", "-q", "origin", "main")
    assert started(trace) == ["pre-push"]


@pytest.mark.parametrize("sync", ["off", "on"])
@pytest.mark.parametrize("beside", [True, False])
def test_a_push_of_many_refs_is_not_held_up(sync: str, beside: bool, repo: Repo, tmp_path: Path) -> None:
    told = tmp_path / "told"
    if beside:
        put_hook(repo, "pre-push", f'#!/bin/sh\ncat >"{told}"\n')
    repo.do("hooks", "install")
    repo.git("config", "memory.sync", sync)
    head = repo.git("rev-parse", "HEAD")
    refs = [f"refs/heads/topic/{n} {head} refs/heads/topic/{n} {'0' * len(head)}\n" for n in range(15_000)]
    refs.append(f"refs/heads/memory {head} refs/heads/memory {head}\n")
    hook = repo.path / ".git" / "hooks" / "pre-push"
    began = time.monotonic()
    subprocess.run(
        [hook, "origin", "/nowhere"],
        cwd=repo.path, env=repo.environment, input="".join(refs), text=True, check=True, timeout=60,
    )  # fmt: skip
    assert time.monotonic() - began < 20  # read line by line in a shell it takes over a minute
    assert not beside or told.read_text() == "".join(refs)
