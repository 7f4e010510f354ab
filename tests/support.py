"""A real repository for tests, and a small program to put in it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

AUTH = '''"""Signing in."""


def login(email, password):
    user = find(email.lower())
    if user is None:
        return None
    return user if user.check(password) else None


def logout(user):
    user.session.end()
'''


class Repo:
    """A real repository. ``git`` runs git in it and gives what it prints."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *args: str, check: bool = True, input: str | None = None) -> str:  # noqa: A002 - subprocess's own name
        done = subprocess.run(
            ["git", *args],
            cwd=self.root,
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            input=input,
        )
        if check and done.returncode:
            raise AssertionError(f"git {' '.join(args)} failed: {done.stderr}")
        return done.stdout.rstrip("\n")

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return file

    def commit(self, message: str = "change", **files: str) -> str:
        """Write files (``src__a_py`` cannot be said in a keyword: use ``write``), commit all, give the id."""
        for path, text in files.items():
            self.write(path, text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def fingerprint(self) -> dict[str, bytes]:
        """Everything of the user's that must not change: work tree, index, HEAD, refs, hooks, stash."""
        seen: dict[str, bytes] = {}
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if name.startswith(".git/") and not _is_the_users(name):
                continue
            if path.is_symlink():
                seen[name] = os.fsencode(path.readlink())
            elif path.is_file():
                seen[name] = path.read_bytes()
        refs = self.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        ours = ("refs/heads/memory ", "refs/git-memory/tip/")
        seen["refs"] = "\n".join(ref for ref in refs if not ref.startswith(ours)).encode()
        return seen


def _is_the_users(name: str) -> bool:
    return name in (
        ".git/HEAD",
        ".git/index",
        ".git/config",
        ".git/ORIG_HEAD",
        ".git/MERGE_HEAD",
    ) or name.startswith(
        (".git/hooks/", ".git/refs/stash", ".git/info/", ".git/logs/HEAD", ".git/logs/refs/stash")
    )
