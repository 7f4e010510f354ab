"""``git memory why``: what is known about a line, a file or a folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from lsp_server.cli.arguments import Text, code_path, parse_place, typed_place
from lsp_server.cli.output import print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.reasons import MOST, print_more, print_reasons, reason_json, shown
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.cli.typed_path import TypedPath

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory


@memory_command(
    "why",
    example="""
    git memory why src/auth.py:11
    git memory why src/auth.py:10-20 --all
    git memory why src/auth.py::Login.check
    git memory why src/auth.py --rev v1.0
    git memory why src/auth
    """,
)
@click.argument("place", type=TypedPath(place=True), metavar="PLACE")
@click.option("--rev", type=Text(), metavar="COMMIT", help="The file as it is in COMMIT, not as it is now.")
@click.option("--all", "everything", is_flag=True, help=f"Show every record, not the {MOST} surest.")
@click.option("--markdown", is_flag=True, help="As Markdown, to be read elsewhere.")
def why(session: Session, place: str, *, rev: str | None, everything: bool, markdown: bool) -> None:
    """Tell what is known about a file or a line.

    Every record that belongs there, the surest first, each with its evidence: anchored here; named here;
    recorded at the commit that last touched the line, or named in its message; about the file or its
    folder; about a file that often changes together with this one. Lines are those of the file as it is
    now. PLACE is PATH, PATH:LINE, PATH:FIRST-LAST or PATH::Class.method; PATH may be a folder.
    """
    if markdown and session.json:
        raise click.UsageError("--markdown and --json are two answers: choose one")
    with session.memory() as memory:
        where = typed_place(session, place) if rev is None else parse_place(place)
        path = _path(session, memory, where.path)
        reasons = memory.why(path, where.start, end=where.end, rev=rev, symbol=where.symbol)
        if not reasons:
            nothing_found(session, f"nothing is known about {visible_line(place)}")
        if session.json:
            print_json(session, [reason_json(reason) for reason in reasons])
            return
        some = shown(reasons, None if everything else MOST)
        more = len(reasons) - len(some)
        if markdown:
            session.out.line(memory.reasons_report(f"Why {place}", some, more=more).rstrip("\n"))
            return
    print_reasons(session, some)
    print_more(session, more, "--all")


def _path(session: Session, memory: Memory, typed: str) -> str:
    if memory.root is None:
        return typed  # a bare repository: as HEAD names it
    if "\0" not in typed and os.path.realpath(session.path(typed)) == os.path.realpath(memory.root):
        return "."
    return code_path(session, memory, typed)
