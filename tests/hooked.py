"""What tests of git's hooks share: git as a person runs it, and a trace of what a hook starts."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

from lsp_server.hook_script import HOOKS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Repo


def git(repo: Repo, *arguments: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """git, whatever comes of it, with all that it says."""
    return subprocess.run(
        ["git", *arguments],
        cwd=cwd or repo.path,
        env={**repo.environment, **env},
        capture_output=True,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


def change(repo: Repo, text: str = "changed\n", name: str = "one.txt") -> None:
    (repo.path / name).write_text(text)
    repo.git("add", name)


def commit(repo: Repo, message: str, *options: str, **env: str) -> str:
    """A commit by git that must go well, and silently; the message that it has."""
    change(repo, f"{message}\n{time.monotonic_ns()}\n")
    done = git(repo, "commit", "-q", "-m", message, *options, **env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return repo.git("log", "-1", "--format=%B")


def versions(repo: Repo) -> int:
    """How many commits the memory has."""
    return int(repo.git("rev-list", "--count", "memory"))


def put_hook(repo: Repo, name: str, text: str) -> None:
    path = repo.path / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def notices_python(repo: Repo) -> Path:
    """Let the hooks start something that leaves a trace, instead of Git Memory; the trace."""
    trace = repo.path.parent / "started"
    python = repo.path.parent / "python"
    python.write_text(f'#!/bin/sh\necho "$GIT_MEMORY_HOOK" >>"{trace}"\n')
    python.chmod(0o755)
    from lsp_server.store import hook_files

    folder = repo.path / ".git" / "hooks"
    for name in HOOKS:
        (folder / name).unlink(missing_ok=True)
        hook_files.install(hook_files.look(folder, name, (str(python),)), (str(python),))
    return trace


def started(trace: Path) -> list[str]:
    return trace.read_text().split() if trace.exists() else []
