"""``git memory import folder`` and ``export folder``: a ``memory/`` folder of living documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.import_report import answer
from lsp_server.cli.output import print_json
from lsp_server.cli.record_options import secret_options
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.cli.typed_path import TypedPath

if TYPE_CHECKING:
    from lsp_server.memory.documents.results import FolderFile

_WRITTEN = {
    "new": "written",
    "merged": "brought up to date",
    "same": "there already",
    "skipped": "left alone",
}


@memory_command(
    "folder",
    example="""
    git memory import folder memory --dry-run
    git memory import folder memory
    """,
)
@click.argument("directory", type=TypedPath(directory=True), metavar="DIR")
@click.option("--dry-run", is_flag=True, help="Report what would be done; write nothing.")
@secret_options
def import_folder(session: Session, directory: str, *, dry_run: bool, **secrets: Any) -> None:
    """Import a memory/ folder.

    These are patterns-learned.md, project-context.md, user-preferences.md, session-log.md and the other
    documents that `git memory documents` lists. They are kept byte for byte where the memory has none, and
    merged section by section, bullet by bullet where it has one. Importing again takes over what was changed
    in the folder since, and nothing else.
    """
    with session.memory() as memory:
        report = memory.import_folder(session.path(directory), dry_run=dry_run, **secrets)
    answer(
        session,
        report,
        dry_run=dry_run,
        nothing=f"nothing of {visible_line(directory)} could be taken over",
    )


@memory_command(
    "folder",
    example="""
    git memory export folder memory
    git memory export folder ../handover --force
    """,
)
@click.argument("directory", type=TypedPath(directory=True), metavar="DIR")
@click.option("--force", is_flag=True, help="Write over files that were changed in the folder.")
def export_folder(session: Session, directory: str, *, force: bool) -> None:
    """Write the living documents to a folder.

    Byte for byte, as they stand on the memory's branch. A file that was changed in the folder since is left
    alone, unless you say --force; import it first, and nothing is lost.
    """
    with session.memory() as memory:
        report = memory.export_folder(session.path(directory), force=force)
    if session.json:
        print_json(session, {"directory": report.directory, "files": _plain(report.files)})
    else:
        _print(session, report.files)
    if any(file.outcome == "skipped" for file in report.files):
        raise click.exceptions.Exit(1)


def _plain(files: Sequence[FolderFile]) -> list[dict[str, Any]]:
    return [file._asdict() for file in files]


def _print(session: Session, files: Sequence[FolderFile]) -> None:
    out = session.out
    styles = {"skipped": "yellow", "same": "dim"}
    out.table(
        [[(file.name, ""), (_WRITTEN[file.outcome], styles.get(file.outcome, "green"))] for file in files]
    )
    for file in files:
        for note in file.notes:
            out.flow((f"  {visible_line(file.name)}", "yellow"), (f": {note}", ""), indent=4)
