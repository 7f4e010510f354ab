"""``git memory export``: write the memory out, in the formats that people keep theirs in."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from lsp_server.cli.session import json_option

# Each below this package, imported when it is called.
COMMANDS: Mapping[str, str] = {
    "directory": "export_directory:directory",
    "folder": "folder:export_folder",
    "sessions": "session_files:export_sessions",
}


class ExportGroup(click.Group):
    """Imports a command only when it is called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        address = COMMANDS.get(cmd_name)
        if address is None:
            return None
        module, _, attribute = address.partition(":")
        command: click.Command = getattr(import_module(f"lsp_server.cli.{module}"), attribute)
        return command


@click.group(
    "export",
    cls=ExportGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  git memory export directory ../project-memory",
)
def export() -> None:
    """Write the memory out, in the formats that people keep theirs in."""


export.params.append(json_option())
