"""Use cases: record what came of a decision, ask later, decide and see what came of the like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

from lsp_server.errors import RefusedError, UsageError
from lsp_server.memory import recording
from lsp_server.memory.amending import reread, text_given_back
from lsp_server.memory.deciding.results import Decided
from lsp_server.memory.deciding.similar import similar_to
from lsp_server.memory.recording import clean_fields
from lsp_server.records.fields import field_named
from lsp_server.records.model import Kind, Record
from lsp_server.records.outcomes import (
    MIXED,
    READ,
    checked_day,
    checked_result,
    known_result,
)

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.guard import Guard
    from lsp_server.memory.recording import Prepared

# What would begin a list, a heading, a quotation, a fence, an underline or a comment.
_BLOCK = r"[#>*+-]|\d{1,9}[.)]\s|```|~~~|==|<"


def decide(core: Core, new: Prepared, limit: int) -> Decided:
    """Record a decision; tell those like it whose outcome is known."""
    record = recording.record(core, new)
    return Decided(record, similar_to(core, record, limit))


def record_outcome(core: Core, ref: str, result: str, note: str, *, on: object, guard: Guard) -> Record:
    """Note what came of a decision; see ``Memory.record_outcome``."""
    said = checked_result(result)
    day = _day(core, on)
    if day > (core.now().astimezone() + timedelta(days=1)).date().isoformat():  # it is tomorrow in the east
        raise UsageError(f"{day} is still to come: say the day since when it is known what came of it")
    told = _one_item(note)
    record_id = core.find(ref).id
    changed: list[Record] = []

    def change(edits: Edits) -> str:
        record, text = core.current(edits, record_id)
        _check_decision(record)
        said_before = (known_result(record), day if on is None else record.fields.get("outcome_on"))
        if said_before == (said, day) and not told:
            raise RefusedError(f"{record.label} has the outcome {said} already: add a note, or say another")
        text = _with(text, "outcome", said, after=("outcome-due", "confidence", "created"))
        text = _with(text, "outcome_on", day, after=("memory-outcome", "outcome"))
        if told or record.fields.get("outcome_notes"):  # where others are told, this one is as well
            text = _with_note(text, f"{day}, {said}: {told}" if told else f"{day}, {said}")
        text = guard.clean(text, seen=False)
        changed[:] = [_written(edits, record, text, "outcome", said)]
        which = "mixed outcome" if said == MIXED else said
        return core.message(f"note the {which} of", changed[0], code=core.position())

    # Without a note nothing was written that could be lost.
    with text_given_back(core, change) if told else nullcontext():
        core.commit(change)
    return changed[0]


def postpone(core: Core, ref: str, due: object) -> Record:
    """Say when the outcome of a decision should be known."""
    day = checked_day(due)
    record_id = core.find(ref).id
    changed: list[Record] = []

    def change(edits: Edits) -> str:
        record, text = core.current(edits, record_id)
        _check_decision(record)
        if known := known_result(record):
            raise RefusedError(
                f"{record.label} has the outcome {known} already, so it is not asked for again; "
                "another can be noted whenever there is one"
            )
        if record.fields.get("outcome_due") == day:
            raise RefusedError(f"the outcome of {record.label} is due on {day} already")
        text = _with(text, "outcome_due", day, after=("confidence", "created"))
        changed[:] = [_written(edits, record, text, "outcome_due", day)]
        return core.message("ask later what came of", changed[0], body=f"Due: {day}.", code=core.position())

    core.commit(change)
    return changed[0]


def due(core: Core, on: object = None) -> Sequence[Record]:
    """The decisions whose outcome should be known by a day, today unless given."""
    return core.followed().outcomes_due(_day(core, on))


def _day(core: Core, on: object) -> str:
    return checked_day(on) if on is not None else core.now().astimezone().date().isoformat()


def _check_decision(record: Record) -> None:
    if record.kind is not Kind.DECISION:
        raise UsageError(f"{record.label} is a {record.kind.value}: only a decision has an outcome")


def _with(text: str, name: str, value: str, *, after: Sequence[str]) -> str:
    """A decision's file with one of its values set. Where its front matter has the key with another meaning,
    as somebody's own ADR may, that stays."""
    from lsp_server.records.conflict_list import without
    from lsp_server.records.front_matter import read, split
    from lsp_server.records.front_matter_edit import set_after

    field = field_named(Kind.DECISION, name)
    assert field is not None
    own, _ = read(split(text).front or "")
    theirs = own.get(field.key)
    is_foreign = theirs not in (None, "") and READ[name](theirs) is None
    key = f"memory-{field.key}" if is_foreign or f"memory-{field.key}" in own else field.key
    place = next((one for one in after if one in own and isinstance(own[one], str)), "created")
    return without(without(set_after(text, key, value, after=place), field.key), key)


def _one_item(note: str) -> str:
    """A note as one item of a list, where two people who add one do not meet: as its lines are, or on one
    line where those would be more than text there."""
    (cleaned,) = clean_fields(Kind.DECISION, {"outcome_notes": [note]})["outcome_notes"] or ("",)
    lines = [line.strip() for line in cleaned.split("\n") if line.strip()]
    return (" " if any(re.match(_BLOCK, line) for line in lines) else "\n").join(lines)


def _with_note(text: str, note: str) -> str:
    from lsp_server.records.body_edit import append_item

    field = field_named(Kind.DECISION, "outcome_notes")
    assert field is not None
    return append_item(text, field, note)


def _written(edits: Edits, record: Record, text: str, name: str, value: str) -> Record:
    changed = reread(record, text)
    if changed.id != record.id or changed.fields.get(name) != value:
        raise RefusedError(
            f"the front matter of {record.label} is written in a way that cannot be changed safely; "
            f"change it with `git memory edit {record.label}`"
        )
    edits.write(record.path, text.encode("utf-8"))
    return changed
