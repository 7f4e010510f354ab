"""Use case: what a person or an agent should know now, before the work begins.

Everything is asked for once: the documents from one snapshot of the branch, the records from the index with
one question, what is not committed from a git that looks meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lsp_server.memory.working import briefing_documents as documents
from lsp_server.memory.working.briefing_budget import Full, budget, fitted
from lsp_server.memory.working.briefing_results import Briefing, BriefingLine, RunningSession
from lsp_server.memory.working.running import running
from lsp_server.records.model import Record

if TYPE_CHECKING:
    from lsp_server.code.uncommitted import Uncommitted
    from lsp_server.index.overview import Overview
    from lsp_server.memory.core import Core

_MOST = 10  # records of a kind that are read; what there are more is counted
_PATHS = 8  # files that are named
_LOOKED_UP = 200  # files whose records are looked for
_PATIENCE = 0.5  # seconds that git may take longer than all the rest, to say what is not committed


def brief(
    core: Core, *, characters: int | None = None, tokens: int | None = None, person: str | None = None
) -> Briefing:
    """What there is to know, as much as fits; see ``Memory.briefing``."""
    room = budget(characters, tokens)
    core.tip()  # without a memory nothing else is worth a process
    looking = _look(core)
    try:
        read = documents.read(core, person)
        index = core.followed()
        session = running(core)
        found = index.overview(core.repository.head_branch(), _MOST)
        full = [
            *_session(session),
            *documents.project(read),
            *documents.recent_work(read, _last_session(found)),
            *documents.blockers(read),
            *documents.preferences(read),
            *_checkpoint(core, found),
            *_bugs(found),
            *(worked_on := list(_uncommitted(core, looking))),
            *_due(index.outcomes_due(core.now().astimezone().date().isoformat())),
            *_decisions(found),
            *documents.patterns(read),
            *_learnings(found, {line.lead for part in worked_on for line in part.lines}),
        ]
    finally:
        if looking is not None:
            looking.close()
    return fitted(full, room, version=index.version() or "", session=session)


def _look(core: Core) -> Uncommitted | None:
    if core.repository.work_tree is None:
        return None
    from lsp_server.code.uncommitted import Uncommitted

    return Uncommitted(core.repository.git)


def _session(session: RunningSession | None) -> Iterator[Full]:
    if session is None:
        return
    lines = [BriefingLine("Goal", session.goal, "")] if session.goal else []
    began = f"{session.started.astimezone():%Y-%m-%d %H:%M}"
    who = f", {session.agent}" if session.agent else ""
    lines.append(BriefingLine("Began", f"{began}{who}", ""))
    yield Full("session", "This session", "", lines, "git memory checklist", len(lines))


def _last_session(found: Overview) -> Sequence[BriefingLine]:
    """What the last session that ended says of itself."""
    record = found.session
    if record is None:
        return ()
    fields = record.fields
    done = fields.get("summary") or "; ".join(map(str, fields.get("achievements") or ())) or record.title
    lines = [BriefingLine("Last session", str(done), record.label)]
    following = fields.get("next_session")
    goal = following.get("goal") if isinstance(following, Mapping) else following
    if isinstance(goal, str) and goal:
        lines.append(BriefingLine("Next planned", goal, record.label))
    return lines


def _checkpoint(core: Core, found: Overview) -> Iterator[Full]:
    """Where the last checkpoint of this line of work stood."""
    record = found.checkpoint
    if record is None and found.newest_checkpoint is not None:
        from lsp_server.memory.resuming import of_this_work

        record = of_this_work(core)
    if record is None:
        return
    fields, lines = record.fields, []
    where = [f"{record.created.astimezone():%Y-%m-%d %H:%M}"]
    if record.code and record.code.branch and record.code.branch != core.repository.head_branch():
        where.append(f"on {record.code.branch}")
    if phase := fields.get("phase"):
        where.append(str(phase))
    lines.append(BriefingLine(record.label, f"{record.title} ({', '.join(where)})", record.label))
    if task := fields.get("current_task"):
        lines.append(BriefingLine("Current task", str(task), record.label))
    for lead, name in (("In progress", "in_progress"), ("To do", "todo")):
        lines += [BriefingLine(lead, str(item), record.label) for item in fields.get(name) or ()]
    if notes := fields.get("notes"):
        lines.append(BriefingLine("Notes", str(notes), record.label))
    yield Full("checkpoint", "Last checkpoint", "", lines, f"git memory resume {record.label}", len(lines))


def _due(records: Sequence[Record]) -> Iterator[Full]:
    """Decisions of which it should be known by now what came of them."""
    lines = [
        BriefingLine(record.label, f"due {record.fields['outcome_due']}: {record.title}", record.label)
        for record in records[:_MOST]
    ]
    yield Full("due", "What came of these decisions?", "", lines, "git memory outcome --due", len(records))


def _bugs(found: Overview) -> Iterator[Full]:
    lines = []
    for record in found.bugs:
        about = [str(record.fields["severity"])] if record.fields.get("severity") else []
        about += [record.status] if record.status and record.status != "open" else []
        told = f"{', '.join(about)}: {record.title}" if about else record.title
        lines.append(BriefingLine(record.label, told, record.label))
    yield Full("bugs", "Open bugs", "", lines, "git memory list bugs", found.bug_count)


def _uncommitted(core: Core, looking: Uncommitted | None) -> Iterator[Full]:
    """What is not committed, and what is known about those files."""
    paths = looking.paths(_PATIENCE) if looking is not None else None
    if not paths:
        return
    named = [path for path in paths if not path.endswith("/")][:_LOOKED_UP]
    records = _about(core, named)
    lines = [_record_line(record) for record in records]
    yield Full(
        "files", "About the files being worked on", "", lines[:_MOST], "git memory why PATH", len(lines)
    )
    shown = [BriefingLine("", path, "the work tree") for path in paths[:_PATHS]]
    yield Full("uncommitted", "Not committed", "", shown, "git status --short", len(paths))


def _about(core: Core, paths: Sequence[str]) -> list[Record]:
    from lsp_server.records.life_cycle import still_holds

    index = core.index
    ids = dict.fromkeys(
        stored.record_id
        for path in sorted(index.anchored_paths(paths))
        for stored in index.anchors_on_path(path)
        if stored.anchor.range.path == path
    )
    records = [record for one in list(ids)[:_LOOKED_UP] if (record := index.get(one)) is not None]
    holding = [record for record in records if still_holds(record.kind, record.status)]
    return sorted(holding, key=lambda record: record.created, reverse=True)


def _decisions(found: Overview) -> Iterator[Full]:
    undecided = [_record_line(record) for record in found.proposed]
    yield Full(
        "proposed", "To be decided", "", undecided, "git memory list decisions --status proposed",
        found.proposed_count,
    )  # fmt: skip
    decided = [_record_line(record) for record in found.accepted]
    yield Full(
        "decisions", "Recent decisions", "", decided, "git memory list decisions --status accepted",
        found.accepted_count,
    )  # fmt: skip


def _learnings(found: Overview, told: set[str]) -> Iterator[Full]:
    lines = [_record_line(record) for record in found.learnings if record.label not in told]
    count = found.learning_count - len(found.learnings) + len(lines)
    yield Full("learnings", "Recent learnings", "", lines, "git memory list learnings", count)


def _record_line(record: Record) -> BriefingLine:
    lesson = record.fields.get("lesson")
    told = f"{record.title}: {lesson}" if isinstance(lesson, str) and lesson != record.title else record.title
    return BriefingLine(record.label, told, record.label)
