"""Use cases that change records: mark, supersede, close, amend, delete."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import Any

from lsp_server.errors import GitMemoryError, RefusedError, SecretError, StoreError, UsageError
from lsp_server.memory.core import Core
from lsp_server.memory.edits import Edits
from lsp_server.memory.finding import labelled, labelled_all
from lsp_server.memory.guard import Guard, machine_text
from lsp_server.memory.keeping import kept
from lsp_server.memory.recording import Prepared, clean_fields, place
from lsp_server.records.document import parse
from lsp_server.records.fields import FIELDS
from lsp_server.records.front_matter import read, split
from lsp_server.records.labels import NUMBERED
from lsp_server.records.life_cycle import SETTLED_BUG, STEPS, check_status, check_step
from lsp_server.records.model import Kind, Link, Record, Relation
from lsp_server.records.paths import tombstone_path
from lsp_server.rendering.records import write_link

_VERBS = {
    "accepted": "accept",
    "rejected": "reject",
    "deprecated": "deprecate",
    "superseded": "supersede",
    "proposed": "propose again",
    "open": "reopen",
    "fixed": "fix",
    "closed": "close",
}


def mark(core: Core, ref: str, status: str) -> Record:
    """Give a record its next status."""
    record_id = core.find(ref).id
    changed: list[Record] = []

    def change(edits: Edits) -> str:
        record, text = core.current(edits, record_id)
        new = check_status(record.kind, status)
        if not _is_open(record, new):
            check_step(record.kind, record.label, record.status, new)
        if new == "superseded":
            raise RefusedError(
                f"a decision is superseded by another one: `git memory supersede {record.label} TITLE`"
            )
        changed[:] = [_write(edits, record, with_status(text, record, new))]
        return core.message(_VERBS.get(new, f"mark {new}"), changed[0], code=core.position())

    core.commit(change)
    return labelled(core, changed[0])


def _is_open(record: Record, status: str) -> bool:
    """Whether a status is in conflict with the one a record has: then either can be chosen."""
    if not record.conflicts:
        return False
    from lsp_server.records.conflict_list import other_values

    return status in other_values(record, "status")


def supersede(core: Core, ref: str, new: Prepared) -> tuple[Record, Record]:
    """Write a decision that replaces ``ref``, and link both: (the old one, the new one)."""
    old_id = core.find(ref).id
    result: list[Record] = []

    def change(edits: Edits) -> str:
        old, _ = core.current(edits, old_id)
        link = Link(Relation.SUPERSEDES, old.id, old.label)
        successor = place(
            core, edits, new._replace(record=replace(new.record, links=(*new.record.links, link)))
        )
        result[:] = [retire(core, edits, old_id, successor), successor]
        return core.message(f"supersede {old.label} with", successor, code=successor.code, also=[old])

    with kept(core, [new]):
        core.commit(change)
    old, successor = labelled_all(core, result)
    return old, successor


def retire(core: Core, edits: Edits, old_id: str, successor: Record) -> Record:
    """Mark a decision superseded and link it to its successor. Raises ``RefusedError`` when it cannot be."""
    old, text = core.current(edits, old_id)
    check_replaceable(old)
    text = with_status(text, old, "superseded", by=successor.label)
    return _write(edits, old, with_link(text, Link(Relation.SUPERSEDED_BY, successor.id, successor.label)))


def check_replaceable(old: Record) -> None:
    """Raise when a record cannot be superseded."""
    if old.kind is not Kind.DECISION:
        raise UsageError(f"{old.label} is a {old.kind.value}; only a decision can be superseded")
    if old.status == "superseded":
        raise RefusedError(f"{old.label} is superseded already")
    check_step(Kind.DECISION, old.label, old.status, "superseded")


def close_bug(
    core: Core, ref: str, *, status: str, fields: Mapping[str, Any], learning: Prepared | None, guard: Guard
) -> tuple[Record, Record | None]:
    """Settle a bug; with ``learning`` write what it taught, linked both ways, in the same commit."""
    bug_id = core.find(ref).id
    result: list[Record] = []

    def change(edits: Edits) -> str:
        bug, text = core.current(edits, bug_id)
        if bug.kind is not Kind.BUG:
            raise UsageError(f"{bug.label} is a {bug.kind.value}, not a bug")
        new = check_status(Kind.BUG, status)
        if new not in SETTLED_BUG:
            raise UsageError(f"a bug is closed as {', '.join(SETTLED_BUG)}, not as {new}")
        if learning is None and bug.status == new and not fields:
            raise RefusedError(f"{bug.label} is {new} already")
        check_step(Kind.BUG, bug.label, bug.status, new)
        text = with_fields(with_status(text, bug, new), bug, fields)
        taught = None
        if learning is not None:
            link = Link(Relation.LEARNED_FROM, bug.id, bug.label)
            prepared = replace(learning.record, links=(*learning.record.links, link))
            taught = place(core, edits, learning._replace(record=prepared))
            text = with_link(text, Link(Relation.TAUGHT, taught.id, taught.label))
        text = guard.clean(text, seen=False)
        result[:] = [_write(edits, bug, text), *([taught] if taught else [])]
        body = f'It taught {taught.label} "{taught.title}".' if taught else ""
        return core.message(
            _VERBS.get(new, f"mark {new}"),
            result[0],
            body=body,
            code=core.position(),
            also=[taught] if taught else [],
        )

    # Without fields of the bug the learning is all that was written, and `kept` keeps that.
    given_back = text_given_back(core, change) if fields else nullcontext()
    with given_back, kept(core, [learning] if learning else []):
        core.commit(change)
    bug, *taught = labelled_all(core, result)
    return bug, taught[0] if taught else None


def amend(core: Core, ref: str, text: str, base: str | None, guard: Guard) -> Record:
    """Replace a record's file. What changed since ``base`` is merged; a true conflict is refused."""
    from lsp_server.memory.change_facts import changed_parts
    from lsp_server.memory.text_merge import merge
    from lsp_server.records.conflict_list import settle

    record_id = core.find(ref).id
    result: list[Record] = []

    def change(edits: Edits) -> str:
        record, theirs = core.current(edits, record_id)
        begun = theirs if base is None else base
        merged, conflicts = merge(core, record, begun, text, theirs)
        if conflicts:
            raise RefusedError(
                f"{record.label} was changed meanwhile in the same place; look at it with "
                f"`git memory show {record.label}`, then edit it again"
            )
        merged = settle(merged)
        if merged == theirs:
            result[:] = [record]
            return ""
        merged = guard.clean(merged)
        result[:] = [_amended(record, merged)]
        edits.write(record.path, merged.encode("utf-8"))
        body = changed_parts(record, result[0])
        return core.message("amend", result[0], body=body, code=core.position())

    with text_given_back(core, change):
        core.commit(change)
    return labelled(core, result[0])


def delete(core: Core, ref: str) -> Record:
    """Take a record off the branch; its history stays, and its number is never given again."""
    record_id = core.find(ref).id
    result: list[Record] = []

    def change(edits: Edits) -> str:
        record = core.known(edits, record_id)
        if record is None:
            raise RefusedError(f"{ref} was deleted meanwhile")
        result[:] = [record]
        edits.delete(record.path)
        if record.kind in NUMBERED and record.number is not None:
            tombstone = core.templates.render(
                "records/tombstone.yaml",
                label=record.label,
                id=record.id,
                title=machine_text(record.title, edits.snapshot),
                deleted=core.now().isoformat(timespec="seconds"),
            )
            edits.write(tombstone_path(record.kind, record.number), tombstone.encode("utf-8"))
        return core.message("delete", record, code=core.position())

    core.commit(change)
    return labelled(core, result[0])


@contextmanager
def text_given_back(core: Core, change: Callable[[Edits], str]) -> Iterator[None]:
    """Run a commit; when the branch refuses it, let the error carry the records as they would have been."""
    try:
        yield
    except (StoreError, RefusedError) as error:
        if not isinstance(error, SecretError) and error.text is None:
            with suppress(GitMemoryError):  # what refused it is in the change itself: there is no text
                edits = core.edits(core.store.snapshot())
                change(edits)
                error.text = "\n".join(edits.texts())
        raise


def with_status(text: str, record: Record, status: str, by: str = "") -> str:
    """A record's file with another status, written where the file has it. ``by`` is the label of what
    supersedes it, for a file that says so in words."""
    from lsp_server.records.conflict_list import without
    from lsp_server.records.front_matter_edit import set_scalar

    own, _ = read(split(text).front or "")
    changed: str | None = None
    # Looked for in a tuple, by equality: what stands there may be a list, which has no hash.
    if own.get("status") not in tuple(STEPS[record.kind]) and record.kind is Kind.DECISION:
        from lsp_server.records.adr import change_status

        changed = change_status(text, status, by=by)
    if changed is None:
        changed = set_scalar(text, "status", status)
    return without(_verified(record, changed, status), "status")


def _verified(record: Record, text: str, status: str) -> str:
    # Somebody's own way of writing a status may not read back; better refused than written wrongly.
    again = parse(record.path, text.encode("utf-8")).record
    if again is None or again.status != status:
        raise RefusedError(
            f"the status of {record.label} is written in a way that cannot be changed safely; "
            f"change it with `git memory edit {record.label}`"
        )
    return text


def with_link(text: str, link: Link) -> str:
    from lsp_server.records.front_matter_edit import add_item

    return add_item(text, "links", write_link(link))


def with_fields(text: str, record: Record, fields: Mapping[str, Any]) -> str:
    """A record's file with some fields set."""
    from lsp_server.records.body_edit import set_section
    from lsp_server.records.front_matter_edit import set_scalar

    cleaned = clean_fields(record.kind, fields)
    for item in FIELDS[record.kind]:
        if item.name in cleaned and item.in_front_matter:
            text = set_scalar(text, item.key, cleaned[item.name])
        elif item.name in cleaned:
            text = set_section(text, item, cleaned[item.name])
    return text


def _amended(record: Record, text: str) -> Record:
    """The record that an edited file holds. Raises ``UsageError`` when it is no longer the same one."""
    parsed = parse(record.path, text.encode("utf-8"))
    problems = parsed.problems if parsed.record is None else ()
    if parsed.record is not None and record.kind is Kind.SESSION:
        from lsp_server.records.sessions.reading import why_unreadable

        problems = why_unreadable(record.path, text)  # a record is told from its head alone
    if parsed.record is None or problems:
        problem = problems[0]
        raise UsageError(
            f"{record.label} cannot be read any more: line {problem.line + 1}: {problem.message}"
        )
    if parsed.record.id != record.id or parsed.record.kind is not record.kind:
        raise UsageError(f"the id and the kind of {record.label} cannot be changed")
    if parsed.record.number != record.number:
        raise UsageError(f"the number of {record.label} cannot be changed")
    return parsed.record


def _write(edits: Edits, record: Record, text: str) -> Record:
    changed = parse(record.path, text.encode("utf-8")).record
    if changed is None:
        raise GitMemoryError(f"{record.label} would not be readable after this change")
    edits.write(record.path, text.encode("utf-8"))
    return changed


def reread(record: Record, text: str) -> Record:
    """A record as its text reads now."""
    return parse(record.path, text.encode("utf-8")).record or record
