"""Real repositories for the floor that reads the user's code."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from stories import LOGIN, Story

from lsp_server.code.file_view import CodeFiles
from lsp_server.code.model import Located
from lsp_server.errors import StoreError
from lsp_server.records.anchors import Anchor, CodeRange


class Repo:
    """A throw-away repository with git as a user has it, and ``run`` as the code floor asks for it."""

    def __init__(self, root: Path, environment: dict[str, str], *, bare: bool = False) -> None:
        self.root = root
        self.environment = environment
        self.files = CodeFiles(self, None if bare else root)

    def git(self, *args: str, stdin: bytes | None = None) -> str:
        return self._git(args, stdin).decode("utf-8", "surrogateescape").strip()

    def run(self, args: Sequence[str], *, stdin: bytes | None = None) -> bytes:
        return self._git(["--no-optional-locks", "--literal-pathspecs", *args], stdin)

    def _git(self, args: Sequence[str], stdin: bytes | None) -> bytes:
        done = subprocess.run(
            ["git", *args],
            cwd=self.root,
            input=stdin if stdin is not None else b"",
            capture_output=True,
            env=self.environment,
            check=False,
        )
        if done.returncode:
            raise StoreError(done.stderr.decode("utf-8", "replace"))
        return done.stdout

    def write(self, path: str, text: str | bytes) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return place

    def commit(self, message: str = "Work", **files: str | bytes) -> str:
        """Commit everything; ``files`` are top-level modules: ``a="…"`` writes ``a.py``."""
        for name, text in files.items():
            self.write(f"{name}.py", text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def anchor(self, path: str, start: int, end: int | None = None) -> Anchor:
        return self.files.anchor(CodeRange(path, start, end or start))

    def locate(
        self,
        anchor: Anchor,
        path: str = "",
        *,
        lines: Sequence[str] | None = None,
        made_at: str | None = None,
    ) -> Located:
        today = self.files.today(path or anchor.range.path, lines)
        return self.files.locate(anchor, today, made_at=made_at)

    def clone(self, name: str, *options: str) -> Repo:
        target = self.root.parent / name
        self.git("clone", "--quiet", *options, f"file://{self.root}", str(target))
        bare = "--bare" in options or "--mirror" in options
        return Repo(target, self.environment, bare=bare)


@pytest.fixture
def new_repo(tmp_path: Path) -> Callable[..., Repo]:
    home = tmp_path / "home"
    home.mkdir()
    config = home / "config"
    config.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n"
        '[protocol "file"]\n\tallow = always\n[uploadpack]\n\tallowFilter = true\n'
        "[commit]\n\tgpgsign = false\n"
    )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }

    def make(name: str = "repo", *options: str) -> Repo:
        root = tmp_path / name
        root.mkdir()
        repo = Repo(root, environment)
        repo.git("init", "--quiet", *options)
        return repo

    return make


@pytest.fixture
def repo(new_repo: Callable[..., Repo]) -> Repo:
    return new_repo()


@pytest.fixture
def story(repo: Repo) -> Story:
    """A note on a function that is committed."""
    told = Story(repo)
    told.begins("auth.py", LOGIN)
    return told


@pytest.fixture
def blamed(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commits that git was asked to blame a file at, one for each time."""
    asked: list[str] = []
    run = repo.run

    def count(args: Sequence[str], *, stdin: bytes | None = None) -> bytes:
        if "blame" in args:
            asked.append(args[args.index("--") - 1])
        return run(args, stdin=stdin)

    monkeypatch.setattr(repo, "run", count)
    return asked
