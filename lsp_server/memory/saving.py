"""Use cases of saving: what a phase, a decision and a fixed bug leave, as records and an entry of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.memory import amending, recording
from lsp_server.memory.core import Core
from lsp_server.memory.edits import Edits
from lsp_server.memory.finding import labelled_all
from lsp_server.memory.guard import Guard
from lsp_server.memory.keeping import kept
from lsp_server.memory.titles import clean_title
from lsp_server.records.labels import format_label, normalise_label
from lsp_server.records.model import Kind, Link, Record, Relation
from lsp_server.records.project_directory.decisions import consequences_in
from lsp_server.records.shortening import shortened

_PROGRESS = ("current_task", "completed", "in_progress", "todo")
_CONSEQUENCES = {"positive": "good", "good": "good", "negative": "bad", "bad": "bad"}
_TITLE = 100  # characters of a text that becomes a title


def checkpoint_fields(
    phase: str,
    progress: Mapping[str, Any] | None,
    metrics: Mapping[str, int | float | str] | None,
    *,
    session: str | None,
    details: str | Sequence[str],
    notes: str,
    state: str | None,
) -> dict[str, Any]:
    """The fields of a checkpoint. Raises ``UsageError`` for what ``progress`` cannot have."""
    progress = progress or {}
    for name in progress:
        if name not in _PROGRESS:
            raise UsageError(f"progress has no {name!r}; it has {', '.join(_PROGRESS)}")
    return {
        "phase": phase,
        "state": state,
        "session": session,
        "details": as_text(details),
        "metrics": metrics or None,
        "notes": notes,
        **progress,
    }


def listed(details: str | Sequence[str]) -> tuple[str, ...]:
    """Texts, each an item of a list; a text is one."""
    items = (details,) if isinstance(details, str) else details
    return tuple(item.strip() for item in items if item.strip())


def as_text(details: str | Sequence[str]) -> str:
    return details if isinstance(details, str) else "\n".join(f"* {item}" for item in listed(details))


def append_to_log(core: Core, title: str, items: Sequence[str], guard: Guard) -> None:
    """An entry of the development log, of now."""
    from lsp_server.memory.documents.editing import Documents

    now = core.now()

    def change(edits: Edits) -> str:
        Documents(core, edits, guard).append_log(title, items, when=now)
        return f"log: {title}"

    core.commit(change)


def decision_fields(
    context: str,
    decision: str,
    rationale: str,
    consequences: str | Sequence[str] | Mapping[str, Sequence[str]],
) -> tuple[dict[str, Any], str]:
    """The fields of a decision, and the text that is none of them."""
    fields: dict[str, Any] = {"context": context, "decision": decision, "rationale": rationale}
    if isinstance(consequences, Mapping):
        for name, items in consequences.items():
            field = _CONSEQUENCES.get(str(name).lower())
            if field is None:
                raise UsageError(f"consequences have no {name!r}; they have positive and negative")
            fields[field] = listed(items)
        return fields, ""
    text = as_text(consequences)
    good, bad, rest = consequences_in(text)
    fields.update(good=good, bad=bad)
    return fields, f"## {'Further ' if good or bad else ''}Consequences\n\n{rest}" if rest.strip() else ""


def save_bug_fix(
    core: Core,
    ref: str | int,
    fields: Mapping[str, Any],
    *,
    learning_title: str | None,
    tags: Sequence[str],
    guard: Guard,
) -> tuple[Record, Record]:
    """Settle the bug that ``ref`` names, or write a new one; and what it taught."""
    there, number = _named(core, ref)
    title = there.title if there else _title(ref, number, fields)
    taught = {
        "what_happened": fields.get("description", ""),
        "root_cause": fields.get("root_cause", ""),
        "solution": fields.get("fix", ""),
        "lesson": fields.get("lessons", ""),
    }
    given = recording.Given(Kind.LEARNING, learning_title or title, taught, tags=tags)
    learning = recording.prepare(core, given, guard)
    if there is not None:
        bug, learned = amending.close_bug(
            core, there.id, status="fixed", fields=fields, learning=learning, guard=guard
        )
        assert learned is not None
        return bug, learned
    new = recording.prepare(core, recording.Given(Kind.BUG, title, fields, "fixed", tags), guard)
    return _new_bug(core, new, learning, number)


def _named(core: Core, ref: str | int) -> tuple[Record | None, int | None]:
    """The bug that ``ref`` names, None where there is none; and the number that it would have."""
    text = str(ref).strip().removeprefix("#").lstrip("0") or "0"
    is_number = text.isascii() and text.isdigit() and len(text) < 6
    label = f"BUG-{text}" if is_number else normalise_label(str(ref))
    try:
        found = core.find(label or str(ref))
    except NotFoundError:
        if label is None:
            return None, None  # a title
        if not is_number or int(text) == 0 or core.index.tombstone(label) is not None:
            raise
        return None, int(text)
    if found.kind is not Kind.BUG:
        raise UsageError(f"{found.label} is a {found.kind.value}, not a bug")
    return found, None


def _title(ref: str | int, number: int | None, fields: Mapping[str, Any]) -> str:
    if number is None:
        return clean_title(str(ref))
    first = str(fields.get("description", "")).strip().partition("\n")[0].strip()
    return clean_title(shortened(first, _TITLE))


def _new_bug(
    core: Core, new: recording.Prepared, learning: recording.Prepared, number: int | None
) -> tuple[Record, Record]:
    written: list[Record] = []
    name = format_label(Kind.LEARNING, None, learning.record.id)
    taught = Link(Relation.TAUGHT, learning.record.id, name)

    def change(edits: Edits) -> str:
        wanted = number
        if wanted is not None:
            if edits.next_number(Kind.BUG) > wanted and core.index.resolve(f"BUG-{wanted}"):
                wanted = None  # somebody was faster
            else:
                edits.claim_number(Kind.BUG, wanted)
        bug = recording.place(
            core,
            edits,
            new._replace(record=replace(new.record, links=(*new.record.links, taught))),
            wanted,
        )
        link = Link(Relation.LEARNED_FROM, bug.id, bug.label)
        learned = recording.place(
            core, edits, learning._replace(record=replace(learning.record, links=(link,)))
        )
        written[:] = [bug, learned]
        body = f'It taught {learned.label} "{learned.title}".'
        return core.message("record", bug, body=body, code=bug.code, also=[learned])

    with kept(core, [new, learning]):
        core.commit(change)
    bug, learned = labelled_all(core, written)
    return bug, learned
