"""``git memory session start``: what there is to know now, and a note that work has begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.session import Session, memory_command

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.working.briefing_results import Briefing, BriefingPart, RunningSession, Started

_GOAL = 200  # characters of a goal that are shown


@memory_command(
    "start",
    example="""
    git memory session start "Sign in with a token"
    git memory session start --agent my-agent --markdown --tokens 1500
    git memory session start --print-only
    """,
)
@click.argument("goal", required=False, type=Text())
@click.option("--agent", type=Text(), metavar="NAME", help="Who works, where it is not a person.")
@click.option("--new", is_flag=True, help="Give up the session that was never ended, and begin another.")
@click.option("--print-only", is_flag=True, help="Only tell what there is to know; note nothing.")
@click.option(
    "--characters", type=click.IntRange(min=200), metavar="N", help="At most N characters; 4000 unless given."
)
@click.option(
    "--tokens",
    type=click.IntRange(min=60),
    metavar="N",
    help="At most some N tokens, guessed on the safe side.",
)
@click.option("--person", type=Text(), metavar="NAME", help="Whose preferences; yours unless given.")
@click.option("--markdown", is_flag=True, help="As Markdown, to be read elsewhere: by an agent, say.")
def start(
    session: Session,
    goal: str | None,
    *,
    agent: str | None,
    new: bool,
    print_only: bool,
    characters: int | None,
    tokens: int | None,
    person: str | None,
    markdown: bool,
) -> None:
    """Begin a session, and tell what there is to know now.

    The project, what was done last and comes next, what is in the way, preferences, open bugs, recent
    decisions, where the last checkpoint stood: most useful first, as much as fits, each with its source.
    Nothing is written to the memory: the session is noted in this worktree until `git memory session end`.
    Said again, the same session goes on."""
    if markdown and session.json:
        raise click.UsageError("--markdown and --json are two answers: choose one")
    if characters is not None and tokens is not None:
        raise click.UsageError("--characters and --tokens are two budgets: choose one")
    if print_only and (goal or agent or new):
        raise click.UsageError("--print-only begins no session: leave out GOAL, --agent and --new")
    from lsp_server.errors import StoreError

    with session.memory() as memory:
        room: dict[str, Any] = {"characters": characters, "tokens": tokens, "person": person}
        told: Started | Briefing
        try:
            told = (
                memory.briefing(**room) if print_only else memory.start_session(goal, agent, new=new, **room)
            )
        except StoreError:
            # It cannot be noted: what there is to know is told all the same, to an agent above all.
            _tell(session, memory, memory.briefing(**room), markdown=markdown)
            raise
        started = _tell(session, memory, told, markdown=markdown)
    if started is not None and not session.json:
        _say(session, started)


def _tell(session: Session, memory: Memory, told: Started | Briefing, *, markdown: bool) -> Started | None:
    from lsp_server.memory.working.briefing_results import Started

    started = told if isinstance(told, Started) else None
    briefing = told.briefing if isinstance(told, Started) else told
    if session.json:
        _print_json(session, briefing, started)
    elif markdown:
        session.out.line(memory.briefing_report(briefing).rstrip("\n"))
    else:
        _print(session, briefing)
    return started


def _print_json(session: Session, briefing: Briefing, started: Started | None) -> None:
    from lsp_server.cli.output import print_json
    from lsp_server.memory.working.plain import briefing_json, started_json

    print_json(session, started_json(started) if started else briefing_json(briefing))


def _say(session: Session, started: Started) -> None:
    from lsp_server.records.shortening import shortened

    running = started.session
    say = session.err.flow
    if started.given_up is not None:
        say((f"the session of {minute(started.given_up)} was given up; nothing of it was written", ""))
    if started.went_on:
        goes_on = f"the session that began {minute(running)} goes on; `git memory session end` ends it, "
        say((f"{goes_on}`git memory session start --new` gives it up", ""))
    elif running.goal:
        say((f"session begun: {shortened(running.goal, _GOAL)}", ""))
    else:
        say(("session begun; `git memory session end` ends it", ""))


def minute(running: RunningSession) -> str:
    from lsp_server.cli.output import minute as shown

    return shown(running.started)


def _print(session: Session, briefing: Briefing) -> None:
    out = session.out
    if not briefing.parts and not briefing.left_out:
        out.flow(("nothing is known yet: what you record will be told here", "dim"))
    for at, part in enumerate(briefing.parts):
        if at:
            out.line()
        _print_part(session, part)
    if briefing.left_out:
        names = ", ".join(one.title for one in briefing.left_out)
        if briefing.parts:
            out.line()
        out.flow((f"left out: {names} ({briefing.larger})", "dim"), indent=2)


def _print_part(session: Session, part: BriefingPart) -> None:
    out = session.out
    out.flow((part.title, "bold"), (f"  {part.source}" if part.source else "", "dim"), indent=2)
    rows = []
    for line in part.lines:
        if line.lead and line.text:
            style = "bold" if line.lead == line.source else "cyan"
            rows.append([(f"  {line.lead}", style), (line.text, "")])
            continue
        out.table(rows, whole=True)
        rows = []
        out.flow((f"  {line.lead or line.text}", ""), indent=4)
    out.table(rows, whole=True)
    if part.more:
        out.flow((f"  … {part.more:,} more: {part.hint}", "dim"), indent=4)
