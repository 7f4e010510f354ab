"""Use case: what a run of the loop found, as one commit."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any, NamedTuple

from lsp_server.errors import NotFoundError, RefusedError, StoreError, UsageError
from lsp_server.memory import recording
from lsp_server.memory.amending import reread, with_fields, with_link, with_status
from lsp_server.memory.batches import batch
from lsp_server.memory.core import Core
from lsp_server.memory.edits import Edits
from lsp_server.memory.guard import Guard, guard_for
from lsp_server.memory.learning.discretion import discreet
from lsp_server.memory.learning.found_block import (
    KEY,
    new_block,
    standing_of,
    with_duplicate,
    with_end,
    with_news,
)
from lsp_server.memory.learning.life import CLOSE, DUPLICATE, REOPEN, UPDATE, WRITE, Step, is_left_alone
from lsp_server.memory.learning.line_now import place_now
from lsp_server.memory.learning.model import TAG, Finding
from lsp_server.memory.learning.reporting import Due, note
from lsp_server.memory.learning.since_then import with_bullet
from lsp_server.memory.learning.telling import block, day_text, minute_text, plain
from lsp_server.records.amounts import plural
from lsp_server.records.life_cycle import SETTLED_BUG
from lsp_server.records.model import Kind, Link, Record, Relation

_WORDS = ((WRITE, "new"), (UPDATE, "going on"), (CLOSE, "over"), (REOPEN, "back"), (DUPLICATE, "told twice"))
_VERBS = {WRITE: "record", UPDATE: "update", REOPEN: "reopen", DUPLICATE: "close"}


class Done(NamedTuple):
    """A step, and the record as it was committed."""

    what: str
    record: Record


def carry_out(
    core: Core, steps: Sequence[Step], now: datetime, report: Due | None, remarks: list[str]
) -> list[Done]:
    """Write what is to be written, all as one commit; nothing where there is nothing. A record that a person
    wrote in a way that cannot be changed safely is left as it is, and told in ``remarks``."""
    if not steps and report is None:
        return []
    guard = guard_for(core, (), redact=True)  # what machines write is never refused
    done: list[tuple[str, str]] = []
    is_one = len(steps) + (report is not None) == 1
    try:
        with nullcontext() if is_one else batch(core, _subject(steps, report)):
            for step in steps:
                if step.what == WRITE and step.finding is not None:
                    done.append((WRITE, _write(core, step.finding, guard, now)))
                elif step.standing is not None and _change(core, step, guard, now, remarks):
                    done.append((step.what, step.standing.record.id))
            if report is not None:
                report.write(core, guard)
    except (RefusedError, StoreError) as error:
        error.text = None  # the next run finds it again: there is nothing to keep for anybody
        raise
    if report is not None:
        note(core, report.day)
    index = core.followed()
    return [Done(what, record) for what, record_id in done if (record := index.get(record_id)) is not None]


def _subject(steps: Sequence[Step], report: Due | None) -> str:
    counts = [(sum(step.what == what for step in steps), word) for what, word in _WORDS]
    said = [f"{count} {word}" for count, word in counts if count]
    if report is not None:
        said.append(f"report of {report.day}")
    return f"learnings: {', '.join(said)}"


def _write(core: Core, finding: Finding, guard: Guard, now: datetime) -> str:
    example, place = _example(core, finding), place_now(core, finding)
    given = recording.Given(
        finding.kind,
        plain(finding.title),
        _fields(finding, example),
        tags=(TAG, finding.finder),
        text=core.templates.render(
            "records/found.md",
            evidence=finding.evidence,
            block="" if finding.kind is Kind.BUG else example,
        ),
        at=(place,) if place is not None else (),
    )
    created = now.astimezone().replace(microsecond=0)
    try:
        new = recording.prepare(core, given, guard, created=created)
    except UsageError:
        if not given.at:
            raise
        # The line is not there (any more), or nobody can follow it: the record tells the place in words.
        new = recording.prepare(core, given._replace(at=()), guard, created=created)
    new = new._replace(keys=((KEY, new_block(finding)),), by_machine=True)
    return recording.record(core, new).id


def _example(core: Core, finding: Finding) -> str:
    """The example as a block; files of the repository by their path in it, as where somebody has it checked
    out is nobody else's business."""
    if not finding.example.strip():
        return ""
    top = core.repository.work_tree
    return block(finding.example if top is None else finding.example.replace(discreet(f"{top}/"), ""))


def _fields(finding: Finding, example: str) -> dict[str, Any]:
    if finding.kind is Kind.LEARNING:
        return {"what_happened": finding.summary, "solution": finding.solution}
    return {
        "severity": finding.severity,
        "description": finding.summary,
        "actual": example,
        "fix": finding.solution,
    }


def _change(core: Core, step: Step, guard: Guard, now: datetime, remarks: list[str]) -> bool:
    """Change one record; False where it is gone, cannot be changed, or is to be left alone by now."""
    changed: list[Record] = []
    assert step.standing is not None
    record_id = step.standing.record.id

    def change(edits: Edits) -> str:
        changed.clear()
        try:
            record, text = core.current(edits, record_id)
        except NotFoundError:
            return ""
        told = standing_of(record, text)
        if told is None or is_left_alone(told) or record.conflicts:
            return ""
        try:
            new, verb, body = _changed(step, record, text, now)
            new = guard.clean(new, seen=False)
        except (RefusedError, UsageError) as error:
            remarks.append(f"{record.label}: {error}")
            return ""
        if new == text:
            return ""
        edits.write(record.path, new.encode("utf-8"))
        changed[:] = [reread(record, new)]
        return core.message(verb, changed[0], body=body, code=core.position())

    core.commit(change)
    return bool(changed)


def _changed(step: Step, record: Record, text: str, now: datetime) -> tuple[str, str, str]:
    """A record's file after a step, the verb for it, and what there is to say in the commit."""
    finding, standing = step.finding, step.standing
    assert standing is not None
    verb, day = _VERBS.get(step.what, ""), day_text(now)
    if step.what == DUPLICATE:
        assert step.other is not None
        other = step.other.record
        text = with_duplicate(text, other.label, now)
        text = with_bullet(text, f"{day}: {other.label} tells the same; go on there.")
        text = with_link(text, Link(Relation.RELATES_TO, other.id, other.label))
        return _with_state(text, record, "closed"), verb, f"It tells the same as {other.label}."
    assert finding is not None
    if step.what == CLOSE:
        status = "fixed" if finding.solution or record.fields.get("fix") else "closed"
        outcome = status if record.kind is Kind.BUG else "over"
        text = with_bullet(with_end(text, now, finding.why), f"{day}: {finding.why}: {outcome}.")
        verb = "fix" if outcome == "fixed" else "close"
        return _with_state(text, record, status), verb, f"{finding.why[:1].upper()}{finding.why[1:]}."
    text = with_news(text, finding, standing)
    if finding.solution and record.kind is Kind.BUG and not record.fields.get("fix"):
        text = with_fields(text, record, {"fix": finding.solution})
    if step.what == UPDATE:
        return text, verb, f"{plural(finding.count, 'time')} until {minute_text(finding.last)} (UTC)."
    times = max(finding.count - standing.count, 1)
    text = with_bullet(text, f"{day}: it is back, {plural(times, 'time')} since it ended; opened again.")
    return _with_state(text, record, "open"), verb, f"It is back: {plural(times, 'time')} since it ended."


def _with_state(text: str, record: Record, status: str) -> str:
    """The file with a bug's status; a learning has none, its block says that it has ended."""
    if record.kind is not Kind.BUG or record.status in (status, "in-progress"):
        return text  # who is at work on it says when it is done
    if status in SETTLED_BUG and record.status in SETTLED_BUG:
        return text
    return with_status(text, record, status)
