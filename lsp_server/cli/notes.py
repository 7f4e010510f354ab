"""``git memory notes``: let plain ``git log`` show the links."""

from __future__ import annotations

import click

from lsp_server.cli.output import print_json
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.records.amounts import plural


@memory_command(
    "notes",
    example="""
    git memory notes
    git memory notes --remove
    """,
)
@click.option("--remove", is_flag=True, help="Take the notes away.")
def notes(session: Session, remove: bool) -> None:
    """Let git log show what is recorded about each commit.

    Writes git notes from the memory, which `git log --notes=memory` shows: for each commit the records
    written at it, and those about lines that it brought; a rewritten commit has them at what it is today.
    The notes are this clone's: they hold nothing of their own, and are never pushed by Git Memory. With
    `git config memory.notes true` the hooks keep them up to date (see `git memory hooks`); a name like
    refs/notes/links instead of true puts them there.
    """
    with session.memory() as memory:
        if remove:
            _print_removed(session, memory.notes_ref, memory.remove_notes())
            return
        written = memory.write_notes()
    name = written.ref.removeprefix("refs/notes/")
    if session.json:
        print_json(session, written._asdict())
        return
    same = "" if written.changed else ", as they were"
    session.out.line(f"notes on {plural(written.commits, 'commit')} in {visible_line(written.ref)}{same}")
    session.out.line(f"  git log --notes={visible_line(name)} shows them")


def _print_removed(session: Session, ref: str, was_there: bool) -> None:
    if session.json:
        print_json(session, {"ref": ref, "removed": was_there})
    elif was_there:
        session.out.line(f"{visible_line(ref)} is gone")
    else:
        session.say(f"there are no notes in {visible_line(ref)}")
    if not was_there:
        raise click.exceptions.Exit(1)
