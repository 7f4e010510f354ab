"""``git memory import directory``: bring in a directory of project memory."""

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
    from lsp_server.memory.directory_results import DirectoryImport, FromDirectory

STYLES = {"new": "green", "updated": "green", "known": "dim", "differs": "yellow", "skipped": "red"}


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
    if session.json:
        print_json(session, _json(report, dry_run))
    else:
        _print(session.out, report, dry_run)
    taken = {thing.taken.value for thing in report.things}
    if "differs" in taken or not taken & {"new", "updated", "known"}:
        raise click.exceptions.Exit(1)


def _json(report: DirectoryImport, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "version": report.version,
        "things": [
            {
                "source": thing.source,
                "taken": thing.taken.value,
                "path": thing.path,
                "notes": list(thing.notes),
                "record": thing.record and record_json(thing.record),
            }
            for thing in report.things
        ],
    }


def _print(out: Terminal, report: DirectoryImport, dry_run: bool) -> None:
    shown = [thing for thing in report.things if thing.taken.value != "known"]
    out.table([_row(out, thing) for thing in shown])
    for thing in report.things:
        for note in thing.notes:
            out.flow((f"  {visible_line(thing.source)}", "yellow"), (f": {visible_line(note)}", ""), indent=4)
    counts = []
    for word, told in (
        ("new", "would be imported" if dry_run else "imported"),
        ("updated", "would be updated" if dry_run else "updated"),
        ("known", "known already"),
        ("differs", "different on both sides"),
        ("skipped", "skipped"),
    ):
        number = sum(thing.taken.value == word for thing in report.things)
        if number or word == "new":
            counts.append(f"{number} {told}")
    out.line(out.style(", ".join(counts), "bold"))


def _row(out: Terminal, thing: FromDirectory) -> list[tuple[str, str]]:
    source = visible_line(thing.source)
    source = source if out.width is None else fit(source, max(out.width // 2, 20))
    word = thing.taken.value
    record = thing.record
    if record is None:
        return [
            (source, ""),
            (word, STYLES[word]),
            (visible_line(thing.path or ""), "dim"),
            ("", ""),
            ("", ""),
        ]
    status = record.status or ""
    return [
        (source, ""),
        (word, STYLES[word]),
        (record.label, "bold"),
        (status, out.status(status)),
        (record.title, ""),
    ]
