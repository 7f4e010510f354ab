"""``git memory why``: what is known about a file, or about a line of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lsp_server.cli.arguments import Place, code_path, parse_place
from lsp_server.cli.output import print_json, record_row
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.cli.typed_path import TypedPath
from lsp_server.records.plain import range_json, record_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.memory.facade import Memory
    from lsp_server.memory.results import Reason


@memory_command(
    "why",
    example="""
    git memory why src/auth.py:11
    git memory why src/auth.py
    """,
)
@click.argument("place", type=TypedPath(), metavar="PATH[:LINE[-LINE]]")
def why(session: Session, place: str) -> None:
    """Tell what is known about a file or a line.

    Every record that belongs there, with the evidence for it. Lines are those of the file as it is now.
    """
    with session.memory() as memory:
        where = _place(session, place)
        path = code_path(session, memory, where.path)
        reasons = _reasons(memory, path, where)
    if not reasons:
        nothing_found(session, f"nothing is known about {visible_line(place)}")
    if session.json:
        print_json(
            session,
            [
                record_json(reason.record)
                | {"evidence": reason.evidence, "range": reason.range and range_json(reason.range)}
                for reason in reasons
            ],
        )
        return
    out = session.out
    for reason in reasons:
        out.table([record_row(out, reason.record)])
        at = f"{reason.range}: " if reason.range is not None else ""
        out.line(f"  {out.style(visible_line(at), 'cyan')}{out.style(visible_line(reason.evidence), 'dim')}")


def _place(session: Session, text: str) -> Place:
    # A file may be called `a:1`; one that is there is meant.
    try:
        is_there = session.path(text).is_file()
    except (OSError, ValueError):
        is_there = False
    return Place(text) if is_there else parse_place(text, lines_needed=False)


def _reasons(memory: Memory, path: str, where: Place) -> Sequence[Reason]:
    if where.start is None or where.end is None or where.start == where.end:
        return memory.why(path, where.start)
    return [
        reason
        for reason in memory.why(path)
        if reason.range is not None and reason.range.start <= where.end and where.start <= reason.range.end
    ]
