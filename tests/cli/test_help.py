"""``git memory`` explains itself, quickly."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from lsp_server.cli.group import COMMANDS, PROGRAM, root
from lsp_server.cli.session import Session
from lsp_server.cli.terminal import Terminal

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

HEAVY = ("pygls", "lsprotocol", "git", "mcp", "rich", "sqlalchemy", "importlib.metadata")


def _context() -> click.Context:
    out = Terminal(io.StringIO(), {})
    return click.Context(root, info_name=PROGRAM, obj=Session({}, out, out))


def _commands() -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name in COMMANDS:
        command = root.get_command(_context(), name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found.extend((f"{name} {inner}", c) for inner, c in command.commands.items())
    return found


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_table_of_commands_says_what_each_command_says_of_itself(name: str) -> None:
    command = root.get_command(_context(), name)
    assert command is not None
    assert command.name == name
    assert (command.help or "").splitlines()[0] == COMMANDS[name].help


@pytest.mark.parametrize(
    ("name", "command"), _commands(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_has_help_for_each_option_an_example_and_json(
    name: str, command: click.Command
) -> None:
    assert "Example:" in (command.epilog or "")
    assert f"git memory {name}" in (command.epilog or "")
    options = [param for param in command.params if isinstance(param, click.Option)]
    assert [option.name for option in options if not option.help] == []
    if not isinstance(command, click.Group):
        assert "--json" in [text for option in options for text in option.opts]


@pytest.mark.parametrize("name", ["", *(name for name, _ in _commands())])
def test_help_fits_a_terminal_of_80_columns(name: str) -> None:
    command = dict(_commands()).get(name, root)
    with click.Context(command, info_name=name, parent=_context(), terminal_width=80) as context:
        lines = command.get_help(context).splitlines()
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("name", [name for name, _ in _commands()])
def test_every_example_is_understood_by_its_command(name: str) -> None:
    command = dict(_commands())[name]
    text = (command.epilog or "").partition("Example:")[2].replace("\\\n", " ")
    import shlex

    for line in text.strip().splitlines():
        words = shlex.split(line.partition(" > ")[0])
        depth = 2 + len(name.split())
        assert words[:depth] == ["git", "memory", *name.split()]
        if not isinstance(command, click.Group):
            command.make_context(name, words[depth:], parent=_context()).close()


def test_help_names_every_command_and_is_also_h(fresh: Repo) -> None:
    out = fresh.do("--help")
    assert fresh.do("-h") == out
    for name, place in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(place.help)}$", out, re.MULTILINE)


def test_without_arguments_it_prints_the_help_as_git_does_and_has_done_nothing(fresh: Repo) -> None:
    answer = fresh.run()
    assert (answer.code, answer.err) == (1, "")
    assert answer.out == fresh.do("--help")
    answer = fresh.run("hooks")  # a group without one of its commands, too
    assert (answer.code, answer.err) == (1, "")
    assert answer.out == fresh.do("hooks", "--help")


def test_it_runs_as_a_git_command(fresh: Repo) -> None:
    assert fresh.git("memory", "--version").startswith("git memory version ")
    assert fresh.git("memory", "-h").startswith("Usage: git memory")


def test_an_unknown_command_is_a_usage_error_that_names_near_ones(fresh: Repo) -> None:
    assert "did you mean search" in fresh.fails("serach", "x", code=2)
    assert "there is no command 'xyzzy' (see" in fresh.fails("xyzzy", code=2)


@pytest.mark.parametrize("arguments", [["learn"], ["show"], ["show", "ADR-1", "more"], ["list", "--nope"]])
def test_a_usage_error_is_one_line_that_says_where_help_is(fresh: Repo, arguments: list[str]) -> None:
    assert f"(see `git memory {arguments[0]} -h`)" in fresh.fails(*arguments, code=2)


def _modules_after(environment: dict[str, str], repo: Repo, *arguments: str) -> set[str]:
    program = (
        "import os, sys\nfrom lsp_server.cli.run import run\n"
        "code = run(sys.argv[1:], os.environ)\n"
        "sys.stderr.write('\\n'.join(sys.modules))\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=repo.path,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return set(done.stderr.split())


def test_help_imports_no_command(fresh: Repo, environment: dict[str, str]) -> None:
    loaded = _modules_after(environment, fresh, "--help")
    modules = {place.address.partition(":")[0] for place in COMMANDS.values()}
    assert loaded & {f"lsp_server.cli.{module}" for module in modules} == set()
    assert not [
        name for name in loaded if name.startswith(("lsp_server.memory", "lsp_server.records", "yaml"))
    ]


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["learn", "Emails differ by case", "--at", "src/auth.py:3"], ["list"], ["decide", "-h"]],
)
def test_the_command_line_never_imports_what_only_the_editor_needs(
    repo: Repo, environment: dict[str, str], arguments: list[str]
) -> None:
    repo.do("learn", "Something is there")
    assert _modules_after(environment, repo, *arguments) & set(HEAVY) == set()


def test_who_writes_one_record_like_one_before_does_not_wait_for_jinja2(
    repo: Repo, environment: dict[str, str]
) -> None:
    said = ("learn", "Emails differ by case", "--lesson", "Normalise.", "--tag", "users")
    repo.do(*said)
    assert "jinja2" not in _modules_after(environment, repo, *said)
    assert repo.git("log", "-1", "--format=%s", "memory").startswith("learning: record LEARN-")
