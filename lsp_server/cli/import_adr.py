"""``git memory import adr``: bring in a folder of ADRs."""

from __future__ import annotations

import click

from lsp_server.cli.import_report import answer
from lsp_server.cli.progress import told_when_slow
from lsp_server.cli.record_options import secret_options
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.cli.typed_path import TypedPath


@memory_command(
    "adr",
    example="""
    git memory import adr docs/decisions --dry-run
    git memory import adr docs/decisions
    """,
)
@click.argument("directory", type=TypedPath(directory=True), metavar="DIR")
@click.option("--dry-run", is_flag=True, help="Report what would be understood; write nothing.")
@secret_options
def adr(
    session: Session, directory: str, *, dry_run: bool, allow_secrets: tuple[str, ...], redact: bool
) -> None:
    """Import a folder of ADRs.

    Every dialect that people use is read; texts are kept byte for byte. The report says file by file what
    was understood and what was not. Importing again adds nothing.
    """
    with session.memory() as memory, told_when_slow(session, f"reading {visible_line(directory)}"):
        report = memory.import_adrs(
            session.path(directory), dry_run=dry_run, allow_secrets=allow_secrets, redact=redact
        )
    answer(
        session,
        report,
        dry_run=dry_run,
        nothing=f"no ADR was imported from {visible_line(directory)}",
    )
