"""``git memory import directory``: bring in a directory of project memory."""

from __future__ import annotations

import click

from lsp_server.cli.import_report import answer
from lsp_server.cli.progress import told_when_slow
from lsp_server.cli.record_options import secret_options
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.cli.typed_path import TypedPath


@memory_command(
    "directory",
    example="""
    git memory import directory ../project-memory --dry-run
    git memory import directory ../project-memory
    """,
)
@click.argument("directory", type=TypedPath(directory=True), metavar="DIR")
@click.option("--dry-run", is_flag=True, help="Report what would be understood; write nothing.")
@secret_options
def directory(
    session: Session, directory: str, *, dry_run: bool, allow_secrets: tuple[str, ...], redact: bool
) -> None:
    """Import a directory of project memory.

    That is project_summary.json, development_log.md, decisions.md, learnings.md, bugs/, checkpoints/,
    sessions/ and artifacts/. The report says for each thing what became of it; one bad file does not keep
    the others out. Importing again adds nothing, and brings up to date what was changed in the directory
    alone. Exit status 1 when nothing could be taken over, or something differs on both sides.
    """
    with (
        session.memory() as memory,
        told_when_slow(session, f"importing {visible_line(directory)}") as progress,
    ):
        report = memory.import_directory(
            session.path(directory),
            dry_run=dry_run,
            allow_secrets=allow_secrets,
            redact=redact,
            progress=progress,
        )
    answer(
        session,
        report,
        dry_run=dry_run,
        nothing=f"nothing of {visible_line(directory)} could be taken over",
        shows_known=False,
    )
