"""How records are answered with: one JSON shape, and lines that a person scans."""

from __future__ import annotations

from datetime import datetime
from time import localtime
from typing import TYPE_CHECKING, Any

from lsp_server.cli.terminal import Span, Terminal, visible_line
from lsp_server.records.anchors import Anchor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lsp_server.cli.session import Session
    from lsp_server.memory.deciding.results import SimilarDecisions
    from lsp_server.memory.review_results import Commit
    from lsp_server.records.model import Headline, Record


def print_json(session: Session, document: object) -> None:
    """Write the one document of a ``--json`` answer. ASCII only, so that no encoding and no terminal
    can be upset by it."""
    import json

    session.out.line(json.dumps(document, indent=2, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    if hasattr(value, "items"):
        return dict(value.items())
    return str(value)


def commit_json(commit: Commit) -> dict[str, Any]:
    """A commit of the memory as JSON can hold it, without its message's body."""
    return {
        "version": commit.version,
        "author": commit.author,
        "email": commit.email,
        "when": commit.when.isoformat(),
        "subject": commit.subject,
    }


def commit_spans(commit: Commit, between: str = " ") -> tuple[Span, ...]:
    """A commit of the memory: which, when, whose."""
    when, author = f"{between}{minute(commit.when)}", f"{between}{commit.author}"
    return (commit.version[:8], "yellow"), (when, "dim"), (author, "blue")


def print_commit(out: Terminal, commit: Commit, told: str) -> None:
    """A commit of the memory, and below it what it did."""
    out.flow(*commit_spans(commit), indent=4)
    out.flow((f"    {told}", ""), indent=6)


def print_recorded(session: Session, record: Record) -> None:
    """Answer with one record that was written: its label, its whole id and its title, then where it is."""
    if session.json:
        from lsp_server.records.plain import record_json

        print_json(session, record_json(record))
    else:
        print_headline(session.out, record)
        print_anchors(session.out, record)


def print_decided(session: Session, record: Record, similar: SimilarDecisions) -> None:
    """Answer with a decision that was written; remark what came of those like it, where that is known."""
    if session.json:
        from lsp_server.cli.similar_text import decided_json

        print_json(session, decided_json(record, similar))
        return
    print_recorded(session, record)
    if similar.n:
        from lsp_server.cli.similar_text import print_similar

        print_similar(session.err, similar)


def print_deleted(session: Session, record: Record, before: str | None) -> None:
    """Answer with one record that was taken out; ``before`` is the version that still has it."""
    if session.json:
        from lsp_server.records.plain import record_json

        print_json(session, record_json(record))
        return
    print_headline(session.out, record, "deleted")
    if before is not None:
        session.out.line(f"  history keeps it: git show {before[:10]}:{visible_line(record.path)}")


def print_headline(out: Terminal, record: Record, verb: str = "") -> None:
    """``ADR-0012 5d2f0c1e-… Use JWT``."""
    head = f"{verb} " if verb else ""
    out.flow((head, ""), (record.label, "bold"), (f" {record.id}", "dim"), (f" {record.title}", ""), indent=4)


def print_anchors(out: Terminal, record: Record) -> None:
    """One line for each place in the code that a record is anchored to."""
    for anchor in record.anchors:
        print_fact(out, "at", [(str(anchor), "cyan")])


def print_fact(out: Terminal, name: str, told: Sequence[Span]) -> None:
    """One thing that is known of a record, below its headline."""
    out.flow((f"  {name} ", "dim"), *told, indent=len(name) + 3)


def place_facts(anchor: Anchor, located: Any) -> list[tuple[str, Sequence[Span]]]:
    """Where an anchor is today, as what a person reads, each with the word for it: ``at`` or ``was at``.
    ``located`` is as ``Memory.places`` has it."""
    written = str(anchor)
    if not located.ranges:
        certainty = located.certainty.value
        if certainty == "absent":
            return [("at", [(f"{written}; not on this branch", "")])]
        told = (anchor.ending, "yellow") if certainty == "stale" else ("history is cut here", "")
        since = f" since {located.gone_by[:8]}" if located.gone_by else ""
        last = f" (before: {located.last})" if since and located.last != anchor.range else ""
        return [("was at", [(f"{written}; ", ""), told, (f"{since}{last}", "")])]
    places = [str(Anchor(place, symbol=located.symbol)) for place in located.ranges]
    return [("at", [(at, "cyan"), (f", written at {written}" if at != written else "", "")]) for at in places]


def print_table(session: Session, records: Sequence[Record] | Sequence[Headline]) -> None:
    """Records, one line each."""
    session.out.table([record_row(session.out, record) for record in records])


def record_row(out: Terminal, record: Record | Headline) -> list[tuple[str, str]]:
    """A record's cells in a table: label, status, day, title with tags."""
    tags = "".join([f"  #{tag}" for tag in record.tags]) if record.tags else ""
    return [
        (record.label, "bold"),
        (record.status or "", out.status(record.status)),
        (day(record.created), "dim"),
        (f"{record.title}{tags}", ""),
    ]


def day(moment: datetime) -> str:
    """The day a person here would call it."""
    try:  # three times as fast as the datetime's own way, which a long list feels
        local = localtime(moment.timestamp())
    except (OverflowError, OSError, ValueError):
        return moment.isoformat()[:10]
    return f"{local.tm_year:04}-{local.tm_mon:02}-{local.tm_mday:02}"


def minute(moment: datetime) -> str:
    """The day and the minute, in local time."""
    return _local(moment).isoformat(" ")[:16]


def second(moment: datetime) -> str:
    """The day and the second, in local time."""
    return _local(moment).replace(tzinfo=None).isoformat(" ", "seconds")


def _local(moment: datetime) -> datetime:
    try:
        return moment.astimezone()
    except (OverflowError, OSError, ValueError):  # the first and the last year have no neighbour
        return moment


def field_text(value: Any) -> str:
    """A field's value in one line of text, whatever plain value it is: a file's own keys hold anything."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, (str, int, float)):
        return visible_line("" if value is None else str(value))
    if hasattr(value, "items"):
        pairs: Mapping[str, Any] = value
        return ", ".join(visible_line(f"{name} {figure}") for name, figure in pairs.items())
    return ", ".join(_item_text(item) for item in value)


def _item_text(item: Any) -> str:
    """An item of a list; of an activity its time and what it was."""
    values = item.values() if hasattr(item, "items") else (item,)
    return visible_line(" ".join(str(value) for value in values if value not in (None, "")))
