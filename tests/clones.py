"""What tests of syncing say about repositories and memories."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind

NewRepo = Callable[..., Repo]
Open = Callable[[Repo], Memory]
Clone = Callable[..., tuple[Repo, Memory]]
Shared = tuple[Repo, Memory, Repo, Memory]

PATIENCE = 20.0  # seconds for a background process on a busy machine
NO_PROPOSALS = "case $1 in */memory-proposals/*) echo 'Ask first' >&2; exit 1 ;; esac"  # an update hook


def until(true: Callable[[], object]) -> None:
    """Wait for what comes by itself."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def tree(repo: Repo, ref: str = "memory") -> str:
    return repo.git("rev-parse", f"{ref}^{{tree}}")


def learn(memory: Memory, title: str) -> str:
    return memory.record(Kind.LEARNING, title, fields={"lesson": "It is so."}).id


COPIED = "\n\n".join(f"Paragraph {n} of a text that people copy." for n in range(30))


def like(memory: Memory, title: str) -> str:
    """A bug with a text like all others of these: git takes one for another, renamed."""
    return memory.record(Kind.BUG, title, text=COPIED).id


def replaced(memory: Memory, first: str) -> str:
    """Delete the bug, with one like it in its place; the new one."""
    memory.delete(first)
    return like(memory, "The second")


def titles(memory: Memory) -> list[str]:
    return sorted(record.title for record in memory.list())


def hook(hub: Path, name: str, script: str) -> None:
    """What a bare repository asks of those who push to it."""
    path = hub / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def users(repo: Repo) -> dict[str, bytes]:
    """The user's own things; the refs that a sync is there to move do not count."""
    seen = repo.fingerprint()
    refs = seen["refs"].decode().splitlines()
    ours = ("refs/git-memory/", "refs/remotes/origin/memory")
    seen["refs"] = "\n".join(ref for ref in refs if not ref.startswith(ours)).encode()
    return seen


def tip(repo: Any, where: Path | None = None) -> str:
    """The memory's commit in a clone of the command line's tests, or in a repository beside it."""
    return str(repo.git("-C", where or repo.path, "rev-parse", "--verify", "-q", "refs/heads/memory"))
