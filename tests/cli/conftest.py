"""Real repositories and the real ``git-memory`` process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from matrix.processes import Server

PROGRAM = Path(sys.executable).parent / "git-memory"
RECORD_KEYS = [
    "id",
    "kind",
    "label",
    "title",
    "status",
    "created",
    "tags",
    "path",
    "code",
    "anchors",
    "links",
    "aliases",
    "conflicts",
    "fields",
]
CODE = "".join(f"line {n}\n" for n in range(1, 21))


_servers: list[Server] = []


def server(environment: Mapping[str, str]) -> Server:
    """What forks a process for each command, instead of starting an interpreter: see ``matrix.processes``."""
    if not _servers:
        _servers.append(Server(environment))
    return _servers[0]


@pytest.fixture(scope="session", autouse=True)
def _server_ends() -> Iterator[None]:
    yield
    while _servers:
        _servers.pop().close()


def _needs_an_interpreter(arguments: Sequence[object], env: Mapping[str, str]) -> bool:
    """What is settled when an interpreter starts, or what never comes to the command line's usual way."""
    return arguments[:1] == ("hook",) or any(name.startswith(("PYTHON", "LC_", "LANG")) for name in env)


@dataclass
class Answer:
    """What a process answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def _checked(answer: Answer) -> Answer:
    assert "Traceback" not in answer.err, answer.err
    assert "internal error" not in answer.err, answer.err
    return answer


@dataclass
class Repo:
    """One repository with a person's settings, and the command line in it."""

    path: Path
    environment: dict[str, str] = field(repr=False)

    def git(self, *arguments: str | Path) -> str:
        done = subprocess.run(
            ["git", *map(str, arguments)],
            cwd=self.path,
            env=self.environment,
            capture_output=True,
            check=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, message: str, **files: str) -> str:
        """Commit everything, maybe nothing; ``a="text"`` writes ``a.py``. The commit's id."""
        for name, text in files.items():
            (self.path / f"{name}.py").write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def run(
        self,
        *arguments: str | bytes | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | bytes | None = None,
    ) -> Answer:
        """``git memory ARGUMENTS``, whatever comes of it; no traceback ever does."""
        environment = {**self.environment, **(env or {})}
        if stdin is None and not _needs_an_interpreter(arguments, env or {}):
            words = [str(word) for word in map(os.fsdecode, arguments)]
            return _checked(Answer(*server(self.environment).run(words, cwd or self.path, environment)))
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [PROGRAM, *arguments],
            cwd=cwd or self.path,
            env=environment,
            capture_output=True,
            check=False,
            timeout=60,
            **({"stdin": subprocess.DEVNULL} if data is None else {"input": data}),
        )
        out, err = (text.decode(errors="backslashreplace") for text in (done.stdout, done.stderr))
        return _checked(Answer(done.returncode, out, err))

    def do(self, *arguments: str | Path, **settings: Any) -> str:
        """A command that must succeed; its answer."""
        answer = self.run(*arguments, **settings)
        assert answer.code == 0, answer
        return answer.out

    def json(self, *arguments: str | Path, **settings: Any) -> Any:
        """A command that must succeed, answered as JSON."""
        return json.loads(self.do(*arguments, "--json", **settings))

    def fails(self, *arguments: str | bytes | Path, code: int = 1, **settings: Any) -> str:
        """A command that must fail, saying so in one line and answering nothing; the line."""
        answer = self.run(*arguments, **settings)
        assert answer.code == code, answer
        assert answer.out == ""
        assert answer.err.startswith("error: "), answer.err
        assert answer.err.count("\n") == 1, answer.err
        return answer.err.removeprefix("error: ").strip()

    def label(self, *arguments: str | Path, **settings: Any) -> str:
        """Record something; its label."""
        return str(self.json(*arguments, **settings)["label"])

    def editor(self, script: str, name: str = "editor") -> str:
        """An editor that does what a line of shell says with the file ``$1``; the command that runs it."""
        path = self.path.parent / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    def file(self, ref: str) -> str:
        """A record's file on the branch, read by git itself."""
        return self.git("show", f"memory:{self.json('show', ref)['path']}")


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A person's environment with nothing of ours in it."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    )
    return {
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
        "KF_RULE_CACHE_DIR": os.environ["KF_RULE_CACHE_DIR"],
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "xterm",
    }


def make(path: Path, environment: dict[str, str]) -> Repo:
    path.mkdir()
    repo = Repo(path, dict(environment))
    repo.git("init", "-q")
    (path / "src").mkdir()
    (path / "src" / "auth.py").write_text(CODE)
    repo.git("add", ".")
    repo.git("commit", "-q", "-m", "Begin")
    return repo


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    make(folder / "bare of memory", environment)
    make(folder / "with memory", environment).do("init")
    return folder


@pytest.fixture
def fresh(_prepared: Path, tmp_path: Path, environment: dict[str, str]) -> Repo:
    """A repository without a memory: one commit, ``src/auth.py`` of 20 lines."""
    shutil.copytree(_prepared / "bare of memory", tmp_path / "project", symlinks=True)
    return Repo(tmp_path / "project", dict(environment))


@pytest.fixture
def repo(_prepared: Path, tmp_path: Path, environment: dict[str, str]) -> Repo:
    """The same with a memory."""
    shutil.copytree(_prepared / "with memory", tmp_path / "project", symlinks=True)
    return Repo(tmp_path / "project", dict(environment))


@pytest.fixture(scope="session")
def copy_of(tmp_path_factory: pytest.TempPathFactory, _prepared: Path) -> Callable[..., None]:
    """Make a repository once and copy it for each test: ``copy_of(fill, repo)`` puts a repository with a
    memory that ``fill`` has written to in the place of ``repo``."""
    filled: dict[Callable[[Repo], None], Path] = {}

    def put(fill: Callable[[Repo], None], repo: Repo) -> None:
        if fill not in filled:
            place = tmp_path_factory.mktemp("filled") / "project"
            shutil.copytree(_prepared / "with memory", place, symlinks=True)
            fill(Repo(place, dict(repo.environment)))
            filled[fill] = place
        shutil.rmtree(repo.path)
        shutil.copytree(filled[fill], repo.path, symlinks=True)

    return put


@pytest.fixture
def hub(repo: Repo, tmp_path: Path) -> Path:
    """An empty bare repository, which is the origin of ``repo``."""
    place = tmp_path / "hub.git"
    repo.git("init", "-q", "--bare", place)
    repo.git("remote", "add", "origin", place)
    return place


@pytest.fixture(scope="session")
def _hooks(_prepared: Path, tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    place = tmp_path_factory.mktemp("hooked") / "project"
    shutil.copytree(_prepared / "with memory", place, symlinks=True)
    Repo(place, dict(environment)).do("hooks", "install")
    return place / ".git" / "hooks"


@pytest.fixture
def hooked(repo: Repo, _hooks: Path) -> Repo:
    """A repository with a memory and our hooks."""
    shutil.copytree(_hooks, repo.path / ".git" / "hooks", dirs_exist_ok=True)
    return repo


@pytest.fixture(scope="session")
def assert_record() -> Callable[[Any], None]:
    """The check that a JSON value is a record's object as every command answers with it."""
    return _assert_record


def _assert_record(document: Any) -> None:
    """That a JSON value is a record's object as every command answers with it."""
    assert isinstance(document, dict)
    assert list(document)[: len(RECORD_KEYS)] == RECORD_KEYS
    assert {type(document[key]) for key in ("id", "kind", "label", "title", "created", "path")} == {str}
    assert document["status"] is None or isinstance(document["status"], str)
    assert {type(document[key]) for key in ("tags", "anchors", "links", "aliases")} == {list}
    assert isinstance(document["fields"], dict)
    assert document["code"] is None or set(document["code"]) == {
        "commit",
        "branch",
        "dirty",
        "formerly",
    }
    for anchor in document["anchors"]:
        assert set(anchor) == {"path", "start", "end", "symbol", "text"}
