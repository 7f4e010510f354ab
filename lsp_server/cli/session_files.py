"""``git memory import sessions`` and ``export sessions``: a folder with a ``session.yaml`` for each."""

from __future__ import annotations

import click

from lsp_server.cli.output import print_json
from lsp_server.cli.record_options import secret_options
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.cli.typed_path import TypedPath
from lsp_server.records.amounts import plural


@memory_command(
    "sessions",
    example="""
    git memory import sessions .aloop/sessions --dry-run
    git memory import sessions .aloop/sessions
    """,
)
@click.argument("directory", type=TypedPath(directory=True), metavar="DIR")
@click.option("--dry-run", is_flag=True, help="Report what would be imported; write nothing.")
@secret_options
def import_sessions(
    session: Session, directory: str, *, dry_run: bool, allow_secrets: tuple[str, ...], redact: bool
) -> None:
    """Import a folder of sessions.

    Each has a folder of its own with a session.yaml: its messages, with calls of tools and what they gave.
    Importing again adds nothing; what was changed there since is merged with what was changed here. Secrets
    in messages are replaced; one in a session's head keeps that session out, unless --redact.
    """
    from lsp_server.cli.import_report import answer

    with session.memory() as memory:
        report = memory.import_sessions(
            session.path(directory), dry_run=dry_run, allow_secrets=allow_secrets, redact=redact
        )
    answer(
        session,
        report,
        dry_run=dry_run,
        nothing=f"no session in {visible_line(directory)} is readable",
    )


@memory_command(
    "sessions",
    example="git memory export sessions .aloop/sessions",
)
@click.argument("directory", type=TypedPath(directory=True), metavar="DIR")
@click.option("--force", is_flag=True, help="Write over files that say what the memory never had, too.")
def export_sessions(session: Session, directory: str, *, force: bool) -> None:
    """Write all sessions into a folder, with its .index.yaml.

    The import of it is the same memory. A file that says what the memory never had is left alone:
    import the folder first.
    """
    with session.memory() as memory:
        done = memory.export_sessions(session.path(directory), force=force)
    if session.json:
        document = {"written": done.written, "unchanged": done.unchanged, "kept": done.kept}
        print_json(session, document)
        return
    for name in done.kept:
        session.say(f"{visible_line(name)} says what the memory never had: it is left as it is")
    told = f"{plural(len(done.written), 'session')} written to {visible_line(directory)}"
    known = f", {len(done.unchanged)} there already" if done.unchanged else ""
    session.out.line(told + known)
