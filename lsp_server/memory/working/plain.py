"""What the calls about a working session answer with, as plain data: the shape that every face has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.records.plain import record_json

if TYPE_CHECKING:
    from lsp_server.memory.working.briefing_results import Briefing, RunningSession, Started
    from lsp_server.memory.working.results import Checklist, Ended


def session_json(running: RunningSession) -> dict[str, Any]:
    """A session under way. ``memory`` and ``code`` are the commits that it began at, null where there was
    none."""
    return {
        "id": running.id,
        "goal": running.goal or None,
        "agent": running.agent or None,
        "started": running.started.isoformat(),
        "memory": running.memory,
        "code": running.code,
    }


def briefing_json(briefing: Briefing) -> dict[str, Any]:
    """``session`` is null where none is under way, ``went_on`` and ``given_up`` where none was begun.
    ``characters`` and ``tokens`` are what the Markdown takes; of each part ``more`` lines were left out, of
    ``left_out`` all, and ``hint`` is the command that shows them."""
    return {
        "session": briefing.session and session_json(briefing.session),
        "version": briefing.version,
        "budget": {"most": briefing.most, "unit": briefing.unit},
        "characters": briefing.characters,
        "tokens": briefing.tokens,
        "parts": [
            {**part._asdict(), "lines": [line._asdict() for line in part.lines]} for part in briefing.parts
        ],
        "left_out": [one._asdict() for one in briefing.left_out],
        "went_on": None,
        "given_up": None,
    }


def started_json(started: Started) -> dict[str, Any]:
    """A briefing, and how the session began: ``went_on`` tells that it was under way already, ``given_up`` is
    the one that it took the place of."""
    return {
        **briefing_json(started.briefing),
        "session": session_json(started.session),
        "went_on": started.went_on,
        "given_up": started.given_up and session_json(started.given_up),
    }


def ended_json(ended: Ended) -> dict[str, Any]:
    """``record`` is the session's; ``written`` are the paths of the branch in its commit ``version``;
    ``left_out`` is what could not be written to a document, with the command that does it."""
    return {
        "record": record_json(ended.record),
        "started": ended.started.isoformat(),
        "ended": ended.ended.isoformat(),
        "seconds": ended.seconds,
        "written": list(ended.written),
        "version": ended.version,
        "was_written": ended.was_written,
        "was_ended": ended.was_ended,
        "left_out": [one._asdict() for one in ended.left_out],
    }


def checklist_json(found: Checklist) -> dict[str, Any]:
    """``since`` is null where nothing was noted yet; ``after`` is the label of the last session that
    ended."""
    return {
        "since": found.since and found.since.isoformat(),
        "session": found.running and session_json(found.running),
        "after": found.after,
        "over": found.over,
        "due": len(found.due),
        "points": [
            {
                "name": point.name,
                "title": point.title,
                "state": point.state.value,
                "done": list(point.done),
                "due": point.due or None,
                "command": point.command or None,
            }
            for point in found.points
        ],
    }
