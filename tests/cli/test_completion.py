"""Completion in shells: the answers, and the scripts in real shells."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lsp_server.cli.group import COMMANDS

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

GIT_COMPLETION = Path("/usr/share/bash-completion/completions/git")


def _complete(repo: Repo, *words: str) -> list[str]:
    answer = repo.run(*words, env={"_GIT_MEMORY_COMPLETE": "1"})
    assert answer.err == ""
    return [line.split("\t")[1] for line in answer.out.splitlines()]


@pytest.fixture
def told(repo: Repo, copy_of: Callable[..., None]) -> Repo:
    """A memory with a decision and a bug."""
    copy_of(_a_decision_and_a_bug, repo)
    return repo


def _a_decision_and_a_bug(repo: Repo) -> None:
    repo.do("decide", "Use JWT")
    repo.do("bug", "Login fails")


def test_commands_options_values_and_labels_are_completed(told: Repo) -> None:
    assert _complete(told, "") == list(COMMANDS)
    assert _complete(told, "s") == [name for name in COMMANDS if name.startswith("s")]
    assert _complete(told, "supe") == ["supersede"]
    assert _complete(told, "decide", "--rat") == ["--rationale"]
    assert _complete(told, "decide", "--status", "acc") == ["accepted"]
    assert _complete(told, "list", "bu") == ["bug"]
    assert _complete(told, "show", "adr") == ["ADR-0001"]
    assert _complete(told, "-C", "src", "show", "B") == ["BUG-1"]
    assert _complete(told, "mark", "ADR-1", "") == ["accepted", "rejected", "superseded"]


def test_labels_are_completed_on_the_proposal_that_is_typed_and_none_is_begun(told: Repo) -> None:
    told.do("--proposal", "open", "decide", "Rotate keys")
    assert _complete(told, "--proposal", "open", "show", "adr") == ["ADR-0002", "ADR-0001"]
    assert _complete(told, "--proposal", "opne", "show", "adr") == []
    assert told.git("for-each-ref", "--format=%(refname:short)", "refs/heads/memory-proposals") == (
        "memory-proposals/open"
    )


def test_a_path_is_left_to_the_shell(told: Repo) -> None:
    assert told.run("why", "sr", env={"_GIT_MEMORY_COMPLETE": "1"}).out == "file\tsr\t\n"


@pytest.fixture
def symbols(repo: Repo) -> Repo:
    """A file with symbols, not committed; no index is needed for them."""
    (repo.path / "login.py").write_text("class Login:\n    def check(self):\n        pass\n\nlogs = 1\n")
    return repo


@pytest.mark.parametrize("before", [["why"], ["learn", "Title", "--at"], ["anchor", "ADR-1", "--remove"]])
def test_behind_two_colons_the_symbols_of_the_file_are_completed(symbols: Repo, before: list[str]) -> None:
    assert _complete(symbols, *before, "login.py::Lo") == ["login.py::Login", "login.py::Login.check"]
    assert _complete(symbols, *before, "login.py::") == [
        *("login.py::Login", "login.py::Login.check", "login.py::logs")
    ]
    assert _complete(symbols, *before, "none.py::") == []
    assert _complete(symbols, *before, "notes.txt::") == []
    assert _complete(symbols, *before, "login.py:") == ["login.py:"]  # a path's, left to the shell


def test_outside_of_a_repository_nothing_is_completed_and_nothing_is_said(told: Repo) -> None:
    answer = told.run("show", "A", cwd=told.path.parent, env={"_GIT_MEMORY_COMPLETE": "1"})
    assert (answer.out, answer.err) == ("", "")


def _bash(repo: Repo, script: str, *, before: str = "") -> list[str]:
    source = f'{before}\nsource <(git-memory completion bash)\n{script}\nprintf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(
        ["bash", "--norc", "-c", source],
        cwd=repo.path,
        env=repo.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_git_memory_alone(told: Repo) -> None:
    script = "COMP_WORDS=(git-memory show AD); COMP_CWORD=2; COMP_LINE='git-memory show AD'\n"
    assert _bash(told, script + "__git_memory_alone") == ["ADR-0001"]


@pytest.mark.parametrize(
    ("line", "words", "found"),
    [
        ("git-memory why login.py::Login.c", "git-memory why login.py :: Login.c", ["Login.check"]),
        ("git-memory why login.py::", "git-memory why login.py ::", ["Login", "Login.check", "logs"]),
        ("git-memory learn --at=login.py::lo", "git-memory learn --at = login.py :: lo", ["logs"]),
        ("git-memory bug note: --sev", "git-memory bug note : --sev", ["--severity"]),
    ],
)
def test_bash_gets_what_comes_behind_the_colons(
    symbols: Repo, line: str, words: str, found: list[str]
) -> None:
    script = f"COMP_WORDS=({words}); COMP_CWORD={len(words.split()) - 1}; COMP_LINE='{line}'\n"
    assert _bash(symbols, script + "__git_memory_alone") == found


@pytest.mark.skipif(not GIT_COMPLETION.exists(), reason="git's completion for bash is not installed")
def test_bash_gets_them_as_a_git_command_too(symbols: Repo) -> None:
    line = "git memory why login.py::Login.c"
    script = (
        f"COMP_WORDS=(git memory why login.py :: Login.c); COMP_CWORD=5; COMP_LINE='{line}'\n"
        "COMP_POINT=${#COMP_LINE}; __git_wrap__git_main"
    )
    assert _bash(symbols, script, before=f"source {GIT_COMPLETION}") == ["Login.check"]


@pytest.mark.skipif(not GIT_COMPLETION.exists(), reason="git's completion for bash is not installed")
def test_bash_completes_it_as_a_git_command(told: Repo) -> None:
    line = "git -C src memory mark BUG-1 fi"
    script = (
        f"COMP_WORDS=({line}); COMP_CWORD=6; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}\n"
        "__git_wrap__git_main"
    )
    assert _bash(told, script, before=f"source {GIT_COMPLETION}") == ["fixed"]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize("line", ["git-memory show AD", "git memory show AD"])
def test_fish_completes_it(told: Repo, line: str) -> None:
    script = f"git-memory completion fish | source; complete --do-complete '{line}'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        cwd=told.path,
        env=told.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ADR-0001\tUse JWT" in done.stdout.splitlines()


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes_symbols(symbols: Repo) -> None:
    script = "git-memory completion fish | source; complete --do-complete 'git-memory why login.py::Login.'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        cwd=symbols.path,
        env=symbols.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["login.py::Login.check"]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_understands_the_script(told: Repo) -> None:
    script = (
        "autoload -U compinit; compinit -u -D; source <(git-memory completion zsh); print $_comps[git-memory]"
    )
    done = subprocess.run(
        ["zsh", "-f", "-c", script],
        cwd=told.path,
        env=told.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "_git-memory"
