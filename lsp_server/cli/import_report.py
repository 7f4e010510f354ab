"""How every import tells, file by file, what became of what it was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.output import print_json
from lsp_server.cli.terminal import Span, Terminal, fit, visible_line

if TYPE_CHECKING:
    from lsp_server.cli.session import Session
    from lsp_server.memory.importing.results import Imported, ImportReport

_STYLES = {"new": "green", "updated": "green", "known": "dim", "differs": "yellow", "skipped": "red"}


def answer(
    session: Session,
    report: ImportReport,
    *,
    dry_run: bool,
    nothing: str,
    shows_known: bool = True,
) -> None:
    """Tell it; ``nothing`` is said where nothing could be taken over. Ends with exit code 1 then, and where
    something differs on both sides."""
    files = report.files
    if session.json:
        count = sum(file.new for file in files)
        document: dict[str, Any] = {"dry_run": dry_run, "version": report.version, "imported": count}
        print_json(session, document | {"files": [_plain(file) for file in files]})
    else:
        _print(session.out, files, dry_run=dry_run, shows_known=shows_known)
        if dry_run:
            session.say("nothing was written: this was a dry run")
    taken = {file.taken.value for file in files}
    if not taken & {"new", "updated", "known"}:
        if not session.json:
            session.say(nothing)
        raise click.exceptions.Exit(1)
    if "differs" in taken:
        raise click.exceptions.Exit(1)


def _plain(file: Imported) -> dict[str, Any]:
    from lsp_server.records.plain import record_json

    return {
        "source": file.source,
        "taken": file.taken.value,
        "new": file.new,
        "path": file.path,
        "dialect": file.dialect or None,
        "notes": list(file.notes),
        "record": file.record and record_json(file.record),
    }


def _print(out: Terminal, files: Sequence[Imported], *, dry_run: bool, shows_known: bool) -> None:
    has_dialects = any(file.dialect for file in files)
    out.table(
        [
            list(_row(out, file, has_dialects=has_dialects))
            for file in files
            if shows_known or file.taken != "known"
        ]
    )
    for file in files:
        for note in file.notes:
            out.flow((f"  {visible_line(file.source)}", "yellow"), (f": {visible_line(note)}", ""), indent=4)
    counts = []
    for word, told in (
        ("new", "would be imported" if dry_run else "imported"),
        ("updated", "would be updated" if dry_run else "updated"),
        ("known", "known already"),
        ("differs", "different on both sides"),
        ("skipped", "skipped"),
    ):
        number = sum(file.taken == word for file in files)
        if number or word == "new":
            counts.append(f"{number} {told}")
    out.line(out.style(", ".join(counts), "bold"))


def _row(out: Terminal, file: Imported, *, has_dialects: bool) -> Iterator[Span]:
    record = file.record
    yield file.source if out.width is None else fit(file.source, max(out.width // 2, 20)), ""
    yield file.taken.value, _STYLES[file.taken.value]
    if record is None:
        yield (file.path or "") if file.path != file.source else "", "dim"
        return
    yield record.label, "bold"
    yield record.status or "", out.status(record.status or "")
    if has_dialects:
        yield file.dialect, "dim"
    yield record.title, ""
