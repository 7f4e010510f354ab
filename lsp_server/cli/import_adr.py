"""``git memory import adr``, and how file by file it is told what was imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.output import print_json
from lsp_server.cli.progress import told_when_slow
from lsp_server.cli.record_options import secret_options
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import Terminal, fit, visible_line
from lsp_server.cli.typed_path import TypedPath
from lsp_server.records.plain import record_json

if TYPE_CHECKING:
    from lsp_server.memory.results import Imported, ImportReport


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
    answer_import(
        session, report, dry_run=dry_run, nothing=f"no ADR was imported from {visible_line(directory)}"
    )


def answer_import(session: Session, report: ImportReport, *, dry_run: bool, nothing: str) -> None:
    """Tell file by file what was imported; ``nothing`` is said, with exit code 1, where no file was."""
    if session.json:
        print_json(session, _report_json(report, dry_run))
    else:
        _print_report(session, report, dry_run)
    if not any(file.record for file in report.files):
        if not session.json:
            session.say(nothing)
        raise click.exceptions.Exit(1)


def _report_json(report: ImportReport, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "version": report.version,
        "imported": sum(file.record is not None and file.new for file in report.files),
        "files": [
            {
                "source": file.source,
                "new": file.new,
                "dialect": file.dialect,
                "notes": list(file.notes),
                "record": file.record and record_json(file.record),
            }
            for file in report.files
        ],
    }


def _print_report(session: Session, report: ImportReport, dry_run: bool) -> None:
    out = session.out
    out.table([_row(out, file) for file in report.files])
    for file in report.files:
        for note in file.notes:
            out.flow((f"  {file.source}", "yellow"), (f": {note}", ""), indent=4)
    new = sum(file.record is not None and file.new for file in report.files)
    known = sum(file.record is not None and not file.new for file in report.files)
    skipped = sum(file.record is None for file in report.files)
    counts = [f"{new} {'would be imported' if dry_run else 'imported'}"]
    counts += [f"{known} imported before"] if known else []
    counts += [f"{skipped} skipped"] if skipped else []
    out.line(out.style(", ".join(counts), "bold"))


def _row(out: Terminal, file: Imported) -> list[tuple[str, str]]:
    source = file.source if out.width is None else fit(file.source, max(out.width // 3, 20))
    if file.record is None:
        return [(source, ""), ("skipped", "dim"), ("", ""), (file.dialect, "dim"), ("", "")]
    return [
        (source, ""),
        (file.record.label, "bold"),
        (file.record.status or "", out.status(file.record.status)),
        (file.dialect, "dim"),
        (file.record.title, ""),
    ]
