"""``git memory checklist``: what of a session is saved, and what is still due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lsp_server.cli.output import minute, print_json
from lsp_server.cli.session import Session, memory_command

if TYPE_CHECKING:
    from lsp_server.memory.working.results import Checklist, Point

_SIGNS = {"done": ("✓", "green"), "due": ("○", "yellow"), "nothing-to-do": ("·", "dim")}
_MOST = 5  # lines of what was done


@memory_command(
    "checklist",
    example="""
    git memory checklist
    git memory checklist --exit-code
    """,
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 while something is due.")
def checklist(session: Session, *, exit_code: bool) -> None:
    """Tell what of a session is saved, and what is due.

    Ten points: the project's summary, the development log, decisions, learnings, bugs, the checkpoint, the
    session's summary, artifacts, metrics, next steps. Looked at is what you did since the session began in
    this worktree, else since the last one ended; due is what that work asks for, with the command that does
    it."""
    with session.memory() as memory:
        found = memory.checklist()
    if session.json:
        from lsp_server.memory.working.plain import checklist_json

        print_json(session, checklist_json(found))
    else:
        _print(session, found)
    if exit_code and found.due:
        raise click.exceptions.Exit(1)


def _print(session: Session, found: Checklist) -> None:
    out = session.out
    out.flow((_since(found), "dim"), indent=2)
    out.line()
    width = max(len(point.title) for point in found.points)
    for point in found.points:
        _print_point(session, point, width)


def _since(found: Checklist) -> str:
    if found.running is not None:
        from lsp_server.records.shortening import shortened

        goal = f": {shortened(found.running.goal, 200)}" if found.running.goal else ""
        return f"since the session began, {minute(found.running.started)}{goal}"
    if found.over and found.since:
        return f"{found.after}, which has ended; it began {minute(found.since)}"
    if found.after and found.since:
        return f"no session is under way; since {found.after} ended, {minute(found.since)}"
    return "no session is under way, and none has ended yet; all that you did counts"


def _print_point(session: Session, point: Point, width: int) -> None:
    out = session.out
    sign, style = _SIGNS[point.state.value]
    lines = [(line, "") for line in point.done[:_MOST]]
    if len(point.done) > _MOST:
        lines.append((f"… and {len(point.done) - _MOST:,} more", "dim"))
    if point.due:
        lines.append((f"due: {point.due}", "yellow"))
        lines.append((point.command, "cyan"))
    head = f"{point.title:<{width}}  "
    indent = width + 4
    if not lines:
        out.flow((f"{sign} {point.title}", "dim"))
        return
    first, *rest = lines
    out.flow((f"{sign} ", style), (head, "bold"), first, indent=indent)
    for text, own in rest:
        out.flow((" " * indent, ""), (text, own), indent=indent)
