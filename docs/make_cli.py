"""Make ``docs/cli.md`` and ``docs/git-memory.1`` from what the commands say of themselves.

Run it after changing a command: ``python docs/make_cli.py``. With ``--check`` it writes nothing and fails
when they are not what it would write.
"""

from __future__ import annotations

import io
import re
import sys
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lsp_server.cli.group import COMMANDS, PROGRAM, root
from lsp_server.cli.session import Session
from lsp_server.cli.terminal import Terminal
from lsp_server.rendering.environment import templates_directory

DOCS = Path(__file__).resolve().parent
PAGES = {"docs/cli.md": DOCS / "cli.md", "docs/git-memory.1": DOCS / "git-memory.1"}
WIDTH = 80


def described(name: str, command: click.Command, parent: click.Context | None) -> dict[str, Any]:
    """What one command says: its whole help as a terminal of 80 columns shows it, and the parts."""
    silent = Terminal(io.StringIO(), {})
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        obj=Session({}, silent, silent),
        terminal_width=WIDTH - 2,
        help_option_names=["-h", "--help"],
    )
    help_text = command.get_help(context)
    about = re.sub(r"(?<!\n)\n(?!\n)", " ", cleandoc(command.help or ""))
    options = [param for param in command.get_params(context) if isinstance(param, click.Option)]
    records = [option.get_help_record(context) for option in options]
    return {
        "name": name,
        "context": context,
        "help": help_text,
        "summary": (command.help or "").splitlines()[0],
        "about": about,
        "synopsis": help_text.splitlines()[0].removeprefix("Usage: "),
        "options": [record for record in records if record is not None],
        "example": (command.epilog or "").replace("\b\n", ""),
    }


def everything() -> list[dict[str, Any]]:
    """The group itself, then its commands in the order of its help; a group's own commands follow it."""
    found = [described(PROGRAM, root, None)]
    context = found[0]["context"]
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        found.append(described(name, command, context))
        if isinstance(command, click.Group):
            outer = found[-1]["context"]
            found.extend(
                {**described(inner, c, outer), "name": f"{name} {inner}"}
                for inner, c in command.commands.items()
            )
    return found


def roff(text: str) -> str:
    """Text for a manual page: nothing in it is a request; indented lines keep their breaks."""
    lines = []
    for line in text.strip("\n").replace("\\", "\\e").replace("-", "\\-").split("\n"):
        if line.startswith("  "):
            lines.append(".br")
        if line.strip():
            lines.append(("\\&" if line.lstrip()[:1] in ".'" else "") + line.strip())
        else:
            lines.append(".PP")
    return "\n".join(lines)


def rendered() -> dict[str, str]:
    """The pages by the names of their templates."""
    environment = Environment(
        loader=FileSystemLoader(templates_directory()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown and troff
    )
    environment.filters["roff"] = roff
    whole, *commands = everything()
    return {
        name: environment.get_template(f"{name}.j2").render(root=whole, commands=commands) for name in PAGES
    }


def main() -> int:
    """Write the pages, or check them."""
    different = [
        PAGES[name]
        for name, text in rendered().items()
        if not PAGES[name].exists() or PAGES[name].read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in different:
            sys.stderr.write(f"{path.name} is not what the commands say: run python docs/make_cli.py\n")
        return 1 if different else 0
    for name, text in rendered().items():
        PAGES[name].write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
