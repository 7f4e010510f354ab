"""The checklist as Markdown, for an editor: what is still due first."""

from __future__ import annotations

from lsp_server.memory.core import Core
from lsp_server.memory.working.briefing_text import quiet
from lsp_server.memory.working.results import Checklist, Point, State


def page(core: Core, checklist: Checklist) -> str:
    """Words from the branch are quiet in it: they load nothing and lead to no command."""
    of = {
        state: [point for point in checklist.points if point.state is state]
        for state in (State.DUE, State.DONE, State.NOTHING)
    }
    return core.templates.render(
        "editor/checklist.md",
        since=_since(checklist),
        due=[_due(point) for point in of[State.DUE]],
        done=[_done(point) for point in of[State.DONE]],
        nothing=[point.title.lower() for point in of[State.NOTHING]],
    )


def _due(point: Point) -> dict[str, str]:
    return {"title": point.title, "says": quiet(point.due, begins=False), "command": point.command}


def _done(point: Point) -> dict[str, object]:
    return {"title": point.title, "lines": [quiet(line, begins=False) for line in point.done]}


def _since(checklist: Checklist) -> str:
    when = f"{checklist.since.astimezone():%Y-%m-%d %H:%M}" if checklist.since is not None else ""
    if checklist.running is not None:
        goal = quiet(checklist.running.goal, begins=False)
        return f"The session under way{f': {goal}' if goal else ''}, since {when}."
    if checklist.over:
        return f"{checklist.after}, which has ended; it began {when}."
    if checklist.after is not None:
        return f"No session is under way. Since {checklist.after} ended, {when}:"
    return f"No session is under way. Since {when}:" if when else "No session is under way."
