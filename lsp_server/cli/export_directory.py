"""``git memory export directory``: write the memory as a directory of project memory."""

from __future__ import annotations

from dataclasses import asdict

import click

from lsp_server.cli.output import print_json
from lsp_server.cli.progress import told_when_slow
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.cli.typed_path import TypedPath
from lsp_server.records.amounts import plural

MOST = 5  # names that are shown of a list


@memory_command(
    "directory",
    example="""
    git memory export directory ../project-memory
    git memory export directory ../project-memory --force
    """,
)
@click.argument("directory", type=TypedPath(directory=True), metavar="DIR")
@click.option(
    "--force",
    is_flag=True,
    help="Write over what was changed there, and into a folder that holds other things; those stay.",
)
def directory(session: Session, directory: str, *, force: bool) -> None:
    """Write the whole memory as a directory of project memory.

    That is project_summary.json, development_log.md, decisions.md, learnings.md, bugs/, checkpoints/,
    sessions/ and artifacts/; what these have no place for stands in .git-memory.yaml beside them. The import
    of the directory into an empty memory is the same memory. An earlier export is brought up to date; files
    that are not of an export are left alone.
    """
    with (
        session.memory() as memory,
        told_when_slow(session, f"exporting to {visible_line(directory)}") as progress,
    ):
        done = memory.export_directory(session.path(directory), force=force, progress=progress)
    if session.json:
        print_json(session, asdict(done))
        return
    out = session.out
    told = [f"{plural(len(done.written), 'file')} written to {visible_line(directory)}"]
    told += [f"{len(done.unchanged)} unchanged"] if done.unchanged else []
    told += [f"{len(done.removed)} removed"] if done.removed else []
    out.flow((", ".join(told), "bold"), indent=2)
    for note in done.notes:
        session.say(visible_line(note))
    if done.left_out:
        names = ", ".join(visible_line(name) for name in done.left_out[:MOST])
        more = f" and {len(done.left_out) - MOST} more" if len(done.left_out) > MOST else ""
        session.say(f"left out, for such a directory has no place for them: {names}{more}")
