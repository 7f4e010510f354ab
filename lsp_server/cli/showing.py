"""One record in full: where it stands today, what it is linked to, what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.cli.code_link import link_json, link_of, written_at
from lsp_server.cli.output import field_text, minute, place_facts
from lsp_server.cli.terminal import visible, visible_line
from lsp_server.records.amounts import plural
from lsp_server.records.fields import FIELDS, Shape
from lsp_server.records.labels import normalise_label
from lsp_server.records.model import Kind
from lsp_server.records.plain import range_json, record_json

ID_LENGTH = 36

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.cli.session import Session
    from lsp_server.cli.terminal import Span, Terminal
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.learning.model import Standing
    from lsp_server.memory.links import Link
    from lsp_server.memory.review_results import PastRecord
    from lsp_server.records.model import Record

    Fact = tuple[str, Sequence[Span]]


def shown_json(memory: Memory, record: Record, ref: str) -> dict[str, Any]:
    """The record's object with its ``body``; ``today``: the places it stands at now; ``formerly``: the
    records that were called ``ref``, the name it was asked for by, before this one; ``code_today``: what
    became of the commit it was written at; ``found``: how it stands in the events, of one that the learning
    loop keeps."""
    today = [
        range_json(place) | {"symbol": located.symbol or None}
        for _, located in memory.places(record)
        for place in located.ranges
    ]
    (code_today,) = link_json(memory, [record])
    found = memory.found(record)
    return (
        record_json(record)
        | code_today
        | {
            "today": today,
            "formerly": [
                {"id": other.id, "label": other.label, "title": other.title} for other in memory.formerly(ref)
            ],
            "body": record.body,
        }
        | ({} if found is None else {"found": _found_json(found)})
    )


def _found_json(found: Standing) -> dict[str, Any]:
    return {
        "finder": found.finder,
        "key": found.key,
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "count": found.count,
        "ended": found.ended and found.ended.isoformat(),
    }


def past_json(past: PastRecord, *, raw: bool) -> dict[str, Any]:
    """As ``shown_json`` of the record as it was; ``today`` is empty, for its lines were others then.
    ``version`` is the commit, ``since`` when it came to be so, null where the history is cut."""
    document = record_json(past.record) | {
        "today": [],
        "formerly": [],
        "body": past.record.body,
        "version": past.version,
        "since": past.since and past.since.isoformat(),
    }
    return document | {"text": past.data.decode("utf-8", "replace")} if raw else document


def print_past(session: Session, memory: Memory, past: PastRecord) -> None:
    """A record as it was: a header that says when, then its Markdown of that time."""
    out, record = session.out, past.record
    _print_heading(out, record)
    since = f", so since {minute(past.since)}" if past.since else ""
    out.flow((f"as it was in {past.version[:8]}{since}", "yellow"), indent=2)
    out.line()
    facts = _front_facts(memory, record)
    facts += [_fact("at", str(anchor)) for anchor in record.anchors]
    facts += _links(memory, record)
    facts.append(_fact("file", record.path))
    _print_facts(out, facts)
    _print_body(out, record)


def print_record(session: Session, memory: Memory, record: Record, ref: str) -> None:
    """A header of a few lines, then the record's own Markdown. ``ref`` is what it was asked for by."""
    out = session.out
    _print_heading(out, record)
    if record.conflicts:
        out.flow((f"in conflict: {conflict_text(record)}", "red"), indent=2)
    for other in memory.formerly(ref):
        out.flow((f"also the former label of {other.label} {other.title}", ""), indent=2)
    out.line()
    _print_facts(out, _facts(memory, record))
    _print_body(out, record)


def _print_heading(out: Terminal, record: Record) -> None:
    out.flow((f"{record.label} {record.title}", "bold"), indent=2)
    about = [(record.kind.value, ""), (minute(record.created), "dim")]
    if record.status:
        about.insert(0, (record.status, out.status(record.status)))
    about += [(f"#{tag}", "blue") for tag in record.tags]
    out.flow(about[0], *(span for one in about[1:] for span in ((" · ", ""), one)), indent=2)


def _print_body(out: Terminal, record: Record) -> None:
    if record.kind is Kind.SESSION:
        if count := record.fields.get("message_count"):
            told = f"{plural(count, 'message')}; `git memory session show {record.label} --messages`"
            out.line()
            out.flow((f"{told} shows them", "dim"))
        return
    if text := visible(_body_without_title(record)).strip("\n"):
        out.line(f"\n{text}")


def conflict_text(record: Record) -> str:
    """What a merge left to be settled, in a few words: ``status (rejected on the other side), Context``."""
    said = [
        f"{one.where} ({one.other} on the other side)" if one.other else one.where or "the text at the top"
        for one in record.conflicts
    ]
    return visible_line(", ".join(said))


def _fact(name: str, told: str) -> Fact:
    return name, [(told, "")]


def _print_facts(out: Terminal, facts: list[Fact]) -> None:
    width = max(len(name) for name, _ in facts)
    for name, told in facts:
        out.flow((name.ljust(width), "dim"), ("  ", ""), *told, indent=width + 2)


def _front_facts(memory: Memory, record: Record, link: Link | None = None) -> list[Fact]:
    """What the front matter says; with ``link``, what became of the commit that it names."""
    facts = [_fact("id", record.id)]
    if record.aliases:
        facts.append(_fact("was called", ", ".join(record.aliases)))
    in_text = {field.name for field in FIELDS[record.kind] if not field.in_front_matter}
    if record.kind is Kind.CHECKPOINT:
        in_text.add("files")  # its text lists them
    if record.kind is Kind.SESSION:
        in_text.add("message_count")
    lines = {field.name for field in FIELDS[record.kind] if field.shape is Shape.LINES}
    for name, value in (*record.fields.items(), *record.extra.items()):
        if name in in_text or not (value or name == "confidence"):
            continue
        if name in lines:
            facts += [_fact(name.replace("_", " "), _ground(memory, item)) for item in value]
        else:
            facts.append(_fact(name.replace("_", " "), _value(memory, value)))
    if at := written_at(record, link):
        facts.append(_fact("written at", at))
    return facts


def _facts(memory: Memory, record: Record) -> list[Fact]:
    facts = _front_facts(memory, record, link_of(record, memory.links([record])))
    for anchor, located in memory.places(record):
        facts += place_facts(anchor, located)
    if record.kind is Kind.CHECKPOINT and memory.has_snapshot(record.id):
        facts.append(_fact("work tree", f"kept in this clone; git memory restore {record.label}"))
    facts += _links(memory, record)
    if (found := memory.found(record)) is not None:
        from lsp_server.memory.learning.telling import in_words

        facts.append(_fact("in events", in_words(found)))
    facts.append(_fact("file", record.path))
    return facts


def _links(memory: Memory, record: Record) -> list[Fact]:
    others = {other.id: other for _, other in memory.linked_to(record)}
    facts = []
    for link in record.links:
        other = others.get(link.target)
        told = f"{other.label} {other.title}" if other else f"{link.label or link.target}, which was deleted"
        facts.append(_fact(link.relation.value.replace("-", " "), told))
    return facts


def _value(memory: Memory, value: Any) -> str:
    """What the front matter says under a key; a record's id is told as that record."""
    other = memory.find(value) if isinstance(value, str) and len(value) == ID_LENGTH else None
    return f"{other.label} {other.title}" if other else field_text(value)


def _ground(memory: Memory, text: str) -> str:
    """Something that a decision is based on; a record's label or id with its title."""
    other = memory.find(text) if normalise_label(text) or len(text) == ID_LENGTH else None
    return f"{other.label} {other.title}" if other else field_text(text)


def _body_without_title(record: Record) -> str:
    # The headline has said it; a title in another form (underlined, reStructuredText) is left as it is.
    lines = record.body.lstrip("\r\n").split("\n")
    if lines[0].rstrip("\r").rstrip() == f"# {record.title}":
        return "\n".join(lines[1:])
    return record.body
