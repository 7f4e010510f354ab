"""What is the user's own stays byte for byte: work tree, index, HEAD, stash, hooks, other refs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lsp_server.cli.group import COMMANDS

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

WALK: dict[str, list[list[str]]] = {
    "init": [["init"], ["init", "--branch", "memory"]],
    "import": [["import", "adr", "docs"], ["import", "adr", "docs", "--dry-run"]],
    "export": [["export", "directory", "../exported"], ["import", "directory", "../exported"]],
    "decide": [["decide", "Use JWT", "--at", "src/auth.py:3"], ["decide", "--edit"]],
    "learn": [["learn", "T", "--at", "src/auth.py:2-3", "--lesson", "L"]],
    "bug": [["bug", "B", "--at", "src/new.py:1"]],
    "checkpoint": [["checkpoint", "C"], ["checkpoint"], ["checkpoint", "C", "--snapshot"]],
    "restore": [["checkpoint", "C", "--snapshot"], ["restore"], ["checkpoint", "prune", "--days", "0"]],
    "artifact": [
        ["artifact", "add", "docs/0001-use-git.md"],
        ["artifact", "list"],
        ["artifact", "show", "reports/0001-use-git.md"],
        ["artifact", "get", "reports/0001-use-git.md"],
        ["artifact", "remove", "reports/0001-use-git.md"],
    ],
    "note": [
        ["note", "patterns/anti-patterns", "Mutable default arguments"],
        ["note", "log", "T", "--item", "I"],
    ],
    "set": [["set", "context/current-focus", "Speed"], ["set", "project/version", "1.2"]],
    "value": [
        ["value", "set", "user:1", '{"a": 1}', "--ttl", "1h"],
        ["value", "update", "user:1", '{"b": 2}'],
        ["value", "get", "user:1"],
        ["value", "list"],
        ["value", "cleanup"],
        ["value", "delete", "user:1"],
    ],
    "event": [
        ["event", "error", "Timeout", "--meta", "ms=3"],
        ["event", "add", "--stdin"],
        ["event", "list"],
        ["event", "search", "timeout"],
        ["event", "solution", "Retry"],
        ["event", "publish"],
    ],
    "errors": [["event", "error", "Timeout"], ["errors"], ["errors", "solve", "Timeout", "Wait longer"]],
    "learn-from-events": [
        ["event", "error", "Timeout"],
        ["learn-from-events"],
        ["learn-from-events", "--report"],
    ],
    "performance": [
        ["event", "metric", "GET /users", "--meta", "ms=12"],
        ["performance"],
        ["performance", "list"],
    ],
    "documents": [["note", "preferences/libraries", "x", "--mine"], ["documents"], ["documents", "--mine"]],
    "mark": [["mark", "ADR-1", "accepted"]],
    "supersede": [["supersede", "ADR-1", "Use passkeys"]],
    "close": [["close", "BUG-1", "--learning", "L"]],
    "outcome": [["outcome", "ADR-1", "--postpone", "1d"], ["outcome", "ADR-1", "success", "N"]],
    "edit": [["edit", "ADR-1"]],
    "anchor": [["anchor", "ADR-1", "--at", "src/auth.py"], ["anchor", "ADR-1"]],
    "delete": [["delete", "BUG-1"]],
    "list": [["list"]],
    "show": [["show", "ADR-1"], ["show", "ADR-1", "--raw"], ["show", "HEAD"]],
    "resume": [["checkpoint", "C"], ["resume"], ["resume", "--latest", "--markdown"]],
    "session": [
        ["session", "start", "G"],
        ["checkpoint", "C"],
        ["session", "end", "S", "--next", "N", "--metric", "a=1"],
        ["session", "start", "--markdown", "--print-only"],
        ["session", "list"],
        ["session", "show", "latest"],
        ["session", "stats"],
        ["session", "resume"],
        ["export", "sessions", "../sessions"],
        ["session", "delete", "latest"],
        ["import", "sessions", "../sessions"],
    ],
    "checklist": [["session", "start"], ["checklist"], ["session", "end", "--discard"], ["checklist"]],
    "search": [["search", "sessions"]],
    "why": [["why", "src/auth.py:3"], ["why", "src/auth.py"]],
    "log": [["log", "--patch"]],
    "history": [["history", "ADR-1", "-p"]],
    "sync": [["sync"], ["sync", "--status"]],
    "propose": [["propose", "p"], ["decide", "Use PASETO"], ["propose"], ["propose", "--end"]],
    "adopt": [["--proposal", "p", "learn", "T"], ["adopt", "p"]],
    "withdraw": [["--proposal", "p", "learn", "T"], ["withdraw", "p"]],
    "diff": [["diff"], ["diff", "--markdown"]],
    "secrets": [["secrets", "scan"], ["secrets", "allow", "0123456789"], ["secrets", "list"]],
    "trust": [["trust"], ["trust", "--list"], ["trust", "--revoke"]],
    "doctor": [["doctor"], ["doctor", "--fix"]],
    "hooks": [["hooks", "install"], ["hooks", "status"], ["hooks", "remove"]],
    "notes": [["notes"], ["notes", "--remove"]],
    "completion": [["completion", "bash"]],
}


# What no command of the user's own makes; a remote-tracking ref of the memory's is as `git fetch` leaves it.
OURS = (
    "refs/heads/memory ",
    "refs/heads/memory-proposals/",
    "refs/memory/",
    "refs/git-memory/",
    "refs/remotes/origin/memory ",
)


def _everything(repo: Repo) -> dict[str, str]:
    seen = {}
    for path in sorted(repo.path.rglob("*")):
        name = path.relative_to(repo.path).as_posix()
        if name.startswith(".git/") and not _is_the_users(name):
            continue
        status = path.lstat()
        content = hashlib.sha1(path.read_bytes()).hexdigest() if path.is_file() else ""
        seen[name] = f"{status.st_mode:o} {status.st_mtime_ns if path.is_file() else ''} {content}"
    refs = repo.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    seen["refs"] = "\n".join(ref for ref in refs if not ref.startswith(OURS))
    return seen


def _is_the_users(name: str) -> bool:
    kept = (".git/HEAD", ".git/index", ".git/config", ".git/ORIG_HEAD", ".git/description")
    folders = (
        ".git/hooks/",
        ".git/info/",
        ".git/logs/HEAD",
        ".git/logs/refs/stash",
        ".git/refs/stash",
        ".git/refs/tags",
    )
    return name in kept or name.startswith(folders)


@pytest.fixture
def busy(repo: Repo) -> Repo:
    """Somebody in the middle of work: staged, unstaged and untracked changes, a stash, a hook, and an index
    whose times are stale, so that anything that refreshes it would write."""
    auth = repo.path / "src" / "auth.py"
    auth.write_text("stashed\n")
    repo.git("stash", "-q")
    repo.git("init", "-q", "--bare", "../hub.git")
    repo.git("remote", "add", "origin", "../hub.git")
    repo.do("decide", "Use sessions", "--at", "src/auth.py:3")
    repo.do("bug", "Login fails")
    (repo.path / "docs").mkdir()
    (repo.path / "docs" / "0001-use-git.md").write_text("# 1. Use git\n\n## Status\n\nAccepted\n")
    (repo.path / "src" / "staged.py").write_text("staged\n")
    repo.git("add", "src/staged.py")
    (repo.path / "src" / "staged.py").write_text("staged, then changed\n")
    (repo.path / "src" / "new.py").write_text("untracked\n")
    hook = repo.path / ".git" / "hooks" / "post-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch hook-ran\n")
    hook.chmod(0o755)
    auth.write_text(auth.read_text())  # the same bytes at another time
    return repo


def test_every_command_is_walked() -> None:
    assert set(WALK) == set(COMMANDS)


@pytest.mark.parametrize("name", list(WALK))
def test_a_command_touches_nothing_of_the_users(busy: Repo, name: str) -> None:
    before = _everything(busy)
    index = (busy.path / ".git" / "index").read_bytes()
    for arguments in WALK[name]:
        written = busy.editor(r"""sed -i 's/^# *$/# By hand/' "$1" """)
        answer = busy.run(*arguments, env={"EDITOR": written})
        assert answer.code == 0, answer
        assert (busy.path / ".git" / "index").read_bytes() == index
    assert _everything(busy) == before
    assert not list(Path(busy.path).rglob("hook-ran"))
