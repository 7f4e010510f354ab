"""The rules of the checklist, one for each point; docs/working-sessions.md tells them to people."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.memory.working.briefing_results import RunningSession
from lsp_server.memory.working.results import Point, State
from lsp_server.memory.working.running import ended_at
from lsp_server.memory.working.work_done import SETTLED, Work, became
from lsp_server.records.amounts import plural
from lsp_server.records.model import Kind, Record

if TYPE_CHECKING:
    from lsp_server.code.commits import CodeCommit
    from lsp_server.index.overview import Overview
    from lsp_server.memory.review_results import RecordChange

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".pdf", ".drawio", ".excalidraw")
_FOLDERS = ("screenshots", "diagrams", "reports")


class Seen(NamedTuple):
    """What the rules look at."""

    work: Work
    known: Overview
    project: Mapping[str, Any]
    project_problem: str
    project_was: Mapping[str, Any]
    documents: Mapping[str, Sequence[str]]  # what was written, by the document's name: subjects of commits
    artifacts: Sequence[str]  # the paths of those that were written and are there
    running: RunningSession | None
    last: Record | None
    next_was: str
    next_is: str
    outcomes_due: Sequence[Record] = ()


def _summary(seen: Seen) -> Point:
    done = _wrote(seen, "project")
    if seen.project_problem:
        return _point(
            "summary", done, f"project.yaml cannot be read: {seen.project_problem}", "git memory doctor"
        )
    missing = [name for name in ("name", "status", "description") if not seen.project.get(name)]
    if "name" in missing and seen.project.get("project_name"):
        missing.remove("name")
    if missing and len(missing) == 3:
        return _point("summary", done, "the memory does not say what the project is",
                      "git memory set project/description TEXT")  # fmt: skip
    if missing:
        return _point("summary", done, f"the project has no {' and no '.join(missing)}",
                      f"git memory set project/{missing[0]} TEXT")  # fmt: skip
    return _point("summary", done)


def _log(seen: Seen) -> Point:
    done = _wrote(seen, "log")
    due = "" if done or not _has_work(seen) else f"{_amount(seen)}, and no entry tells of it"
    return _point("log", done, due, "git memory note log TEXT")


def _decisions(seen: Seen) -> Point:
    done = _told(seen.work.of(Kind.DECISION))
    own = [
        one.new for one in seen.work.of(Kind.DECISION) if one.new is not None and one.new.status == "proposed"
    ]
    due = []
    if own:
        due.append((f"{_labels(own)} still to be decided", f"git memory mark {own[0].label} accepted"))
    if known := seen.outcomes_due:
        told = f"what came of {_labels(known)} should be known"
        due.append((told, f"git memory outcome {known[0].label} RESULT"))
    return _point("decisions", done, "; ".join(what for what, _ in due), due[0][1] if due else "")


def _learnings(seen: Seen) -> Point:
    done = _told(seen.work.of(Kind.LEARNING))
    fixed = [one.new for one in seen.work.settled_bugs() if one.new is not None and not _taught(one.new)]
    if done or not (fixed or seen.work.fixes):
        return _point("learnings", done)
    what = f"{_labels(fixed)} fixed" if fixed else f"{seen.work.fixes[-1].subject!r} is committed"
    return _point("learnings", done, f"{what}, and nothing says what it taught", "git memory learn TITLE")


def _bugs(seen: Seen) -> Point:
    changed = seen.work.of(Kind.BUG)
    done = _told(changed)
    under_way = [one.new for one in changed if one.new is not None and one.new.status == "in-progress"]
    if under_way:
        return _point("bugs", done, f"{_labels(under_way)} in progress",
                      f"git memory close {under_way[0].label} --fix TEXT")  # fmt: skip
    if seen.work.fixes and not any(became(one, *SETTLED) or one.old is None for one in changed):
        due = f"{seen.work.fixes[-1].subject!r} is committed, and no bug tells of it"
        if seen.known.bugs:
            return _point("bugs", done, due, f"git memory close {seen.known.bugs[0].label} --fix TEXT")
        return _point("bugs", done, due, "git memory bug TITLE --status fixed --fix TEXT")
    return _point("bugs", done)


def _checkpoint(seen: Seen) -> Point:
    made = [one for one in seen.work.of(Kind.CHECKPOINT) if one.old is None and one.new is not None]
    done = _told(made)
    last = max((one.new for one in made if one.new is not None), key=lambda one: one.created, default=None)
    behind = _behind(seen.work, last)
    if behind:
        which = "since the last checkpoint" if last else "and no checkpoint"
        return _point("checkpoint", done, f"{plural(len(behind), 'commit')} {which}", "git memory checkpoint")
    if seen.work.uncommitted and last is None:
        count = plural(len(seen.work.uncommitted), "path")
        return _point(
            "checkpoint", done, f"{count} not committed, and no checkpoint", "git memory checkpoint"
        )
    return _point("checkpoint", done)


def _behind(work: Work, last: Record | None) -> Sequence[CodeCommit]:
    """The commits of the code that came after a checkpoint; the one that brought what was not committed then
    is told by it."""
    if last is None:
        return work.code
    at = last.code.commit if last.code else None
    places = [place for place, commit in enumerate(work.code) if commit.id == at]
    if places:
        behind = work.code[places[0] + 1 :]
    else:
        behind = [one for one in work.code if int(one.when.timestamp()) > int(last.created.timestamp())]
    return behind[1:] if last.code and last.code.dirty else behind


def _session(seen: Seen) -> Point:
    done = [f"{one.label} {one.title}" for one in seen.work.of(Kind.SESSION) if one.new and ended_at(one.new)]
    if seen.running is not None:
        if _has_work(seen):
            return _point(
                "session", done, "the session under way has no summary", "git memory session end SUMMARY"
            )
        return _point("session", done)
    if _has_work(seen) and not done:
        since = f"since {seen.last.label} ended" if seen.last else "so far"
        return _point("session", done, f"{_amount(seen)} {since}", "git memory session end SUMMARY")
    return _point("session", done)


def _artifacts(seen: Seen) -> Point:
    kept = {path.rpartition("/")[2] for path in seen.artifacts}
    left = [
        path
        for path in seen.work.uncommitted
        if path.rpartition("/")[2] not in kept
        and (path.lower().endswith(_PICTURES) or path.strip("/").rpartition("/")[2].lower() in _FOLDERS)
    ]
    due = (
        f"{left[0]}{f' and {len(left) - 1} more' if len(left) > 1 else ''} not saved anywhere" if left else ""
    )
    return _point(
        "artifacts", seen.artifacts, due, f"git memory artifact add {shlex.quote(left[0])}" if left else ""
    )


def _metrics(seen: Seen) -> Point:
    done = _changed_figures(seen) if "project" in seen.documents else []
    for one in seen.work.of(Kind.CHECKPOINT):
        figures = one.new.fields.get("metrics") if one.new is not None else None
        if figures:
            told = ", ".join(f"{name} {figure}" for name, figure in figures.items())
            done.append(f"{one.label} {told}")
    metrics = seen.project.get("metrics")
    if done or not seen.work.code or not isinstance(metrics, Mapping) or not metrics:
        return _point("metrics", done)
    due = f"{plural(len(seen.work.code), 'commit')}, and {', '.join(map(str, list(metrics)[:3]))} as before"
    return _point(
        "metrics", done, due, f"git memory set {shlex.quote(f'project/metrics/{next(iter(metrics))}')} VALUE"
    )


def _changed_figures(seen: Seen) -> list[str]:
    was, now = (one.get("metrics") for one in (seen.project_was, seen.project))
    before: Mapping[str, Any] = was if isinstance(was, Mapping) else {}
    after: Mapping[str, Any] = now if isinstance(now, Mapping) else {}
    return [f"{name} {figure}" for name, figure in after.items() if before.get(name) != figure]


def _next_steps(seen: Seen) -> Point:
    done = []
    if seen.next_is and seen.next_is != seen.next_was and "context" in seen.documents:
        done.append(seen.next_is)
    done += [
        f"{one.label} {'; '.join(map(str, todo))}"
        for one in seen.work.of(Kind.CHECKPOINT)
        if one.new is not None and (todo := one.new.fields.get("todo"))
    ]
    for one in seen.work.of(Kind.SESSION):
        following = one.new.fields.get("next_session") if one.new is not None else None
        if isinstance(following, Mapping) and following.get("goal"):
            done.append(f"{one.label} {following['goal']}")
    due = "" if done or not _has_work(seen) else "nothing says what comes next"
    return _point("next", done, due, "git memory session end --next TEXT" if seen.running else
                  "git memory set context/next-planned TEXT")  # fmt: skip


_TITLES = {
    "summary": "Project summary",
    "log": "Development log",
    "decisions": "Decisions",
    "learnings": "Learnings",
    "bugs": "Bugs",
    "checkpoint": "Checkpoint",
    "session": "Session summary",
    "artifacts": "Artifacts",
    "metrics": "Metrics",
    "next": "Next steps",
}
RULES = (
    _summary,
    _log,
    _decisions,
    _learnings,
    _bugs,
    _checkpoint,
    _session,
    _artifacts,
    _metrics,
    _next_steps,
)


def _point(name: str, done: Sequence[str], due: str = "", command: str = "") -> Point:
    state = State.DUE if due else State.DONE if done else State.NOTHING
    return Point(name, _TITLES[name], state, tuple(done), due, command if due else "")


def _has_work(seen: Seen) -> bool:
    """Whether something was done that is worth a word: commits of the code, or records."""
    return bool(seen.work.code or [one for one in seen.work.records if one.kind is not Kind.SESSION])


def _amount(seen: Seen) -> str:
    records = [one for one in seen.work.records if one.kind is not Kind.SESSION]
    told = [plural(len(seen.work.code), "commit")] if seen.work.code else []
    told += [plural(len(records), "record")] if records else []
    return " and ".join(told)


def _wrote(seen: Seen, name: str) -> list[str]:
    return list(seen.documents.get(name, ()))


def _told(changes: Sequence[RecordChange]) -> list[str]:
    """Each record with what became of it."""
    return [f"{one.label} {one.title}" + ("" if one.old is None else f" ({one.summary})") for one in changes]


def _taught(record: Record) -> bool:
    return any(link.relation.value == "taught" for link in record.links) or bool(record.fields.get("lessons"))


def _labels(records: Sequence[Record]) -> str:
    named = ", ".join(record.label for record in records[:3])
    return named + (f" and {len(records) - 3} more" if len(records) > 3 else "")
