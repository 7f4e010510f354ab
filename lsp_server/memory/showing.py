"""Use case: a record in an editor's hover."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from lsp_server.memory.core import Core
from lsp_server.memory.learning.model import TAG
from lsp_server.memory.titles import inert, printable
from lsp_server.records.fields import FIELDS
from lsp_server.records.life_cycle import STEPS, still_holds
from lsp_server.records.model import Kind, Record
from lsp_server.records.outcomes import is_contested
from lsp_server.records.sections import sections
from lsp_server.records.shortening import shortened
from lsp_server.rendering.markdown import harmless

LINES = 10  # a hover's height
RECORDS = 3  # shown whole when there are several; the rest is counted
_SUMMARY = 300  # characters of text in all
_TITLE = 200  # characters
_PLACE, _PLACES = 80, 2  # characters of a symbol or path that it is about, and how many are named
_STATUS = 40  # characters of a status that is none of ours
_NO_TEXT = ("```", "~~~", "<<<<<<<", "=======", ">>>>>>>")  # fences, and the marks of a conflict
# What a reader on the line wants to know first, by kind.
_TELLING: dict[Kind, tuple[str, ...]] = {
    Kind.DECISION: ("decision", "rationale", "context"),
    Kind.LEARNING: ("lesson", "solution", "what_happened"),
    Kind.BUG: ("description", "actual", "root_cause", "fix"),
    Kind.CHECKPOINT: ("notes", "in_progress", "todo", "completed"),
    Kind.SESSION: ("summary", "achievements"),
}


def hover(core: Core, records: Sequence[Record], uris: Sequence[str], stale: Collection[str] = ()) -> str:
    """Markdown of ten lines at most; ``uris`` are the records' file views, ``stale`` the ids of those whose
    lines are gone."""
    shown = list(zip(records[:RECORDS], uris, strict=False))
    room = {1: 3, 2: 1, 3: 0}[len(shown)]
    today = core.now().astimezone().date().isoformat()
    views = [
        {
            "label": record.label,
            "kind": record.kind.value,
            "status": _status(record),
            "outcome": _outcome(record, today),
            "found": _found(core, record),
            "conflict": bool(record.conflicts),
            "stale": record.id in stale,
            "holds": still_holds(record.kind, record.status),
            "date": f"{record.created:%Y-%m-%d}",
            "about": _about(record),
            "title": _escaped(record.title, _TITLE),
            "uri": uri,
            "summary": summary(record, room),
        }
        for record, uri in shown
    ]
    text = core.templates.render("editor/hover.md", records=views, more=len(records) - len(shown))
    lines = text.strip("\n").split("\n")
    # The head and the link come first, so a cut takes from the text below them.
    return "\n".join(lines if len(lines) <= LINES else [*lines[: LINES - 1], "…"])


def _found(core: Core, record: Record) -> str:
    """How often what a record tells of was seen in the events, and when last; "" where it tells of none."""
    if TAG not in record.tags:
        return ""
    from lsp_server.memory.learning.ledger import told_by
    from lsp_server.memory.learning.telling import in_words

    standing = told_by(core, record)
    return "" if standing is None else in_words(standing)


def _about(record: Record) -> str:
    """What a record is about where that is more than the lines it is shown on: symbols, files, folders."""
    names = [_escaped(one.symbol, _PLACE) for one in record.anchors if one.symbol]
    names += [f"all of {_escaped(one.range.path, _PLACE)}" for one in record.anchors if one.range.is_whole]
    return ", ".join([*names[:_PLACES], *(["…"] if len(names) > _PLACES else [])])


def summary(record: Record, lines: int) -> str:
    """The first lines of what matters most in a record; empty when there is nothing or no room."""
    if not lines:
        return ""
    text = next((text for name in _TELLING[record.kind] if (text := _text(record, name))), "")
    if not text:
        own = {field.key.casefold() for field in FIELDS[record.kind]}
        rest = [section for name, section in sections(record.body).items() if name not in own]
        text = next((section for section in rest if section.strip()), "")
    kept = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(_NO_TEXT)]
    cut = " ".join(kept[:lines]) if lines == 1 else "\n".join(kept[:lines])
    if len(cut) > _SUMMARY:
        cut = cut[:_SUMMARY].rsplit(" ", 1)[0] + " …"
    elif len(kept) > lines:
        cut += " …"
    return _harmless(cut)


def _text(record: Record, name: str) -> str:
    value = record.fields.get(name)
    if isinstance(value, tuple):
        return "\n".join(f"* {item}" for item in value)
    return value if isinstance(value, str) else ""


def _status(record: Record) -> str:
    """A status as it is where it is one of the kind's, else whatever the file says, made harmless."""
    status = record.status or ""
    return status if status in STEPS[record.kind] else _escaped(status, _STATUS)


def _outcome(record: Record, today: str) -> str:
    """What came of a decision, or that it should be known by now."""
    if is_contested(record):
        return "outcome in conflict"
    if result := record.fields.get("outcome"):
        return f"outcome {result}"
    due = record.fields.get("outcome_due")
    return f"outcome due since {due}" if due and due <= today and record.status != "rejected" else ""


def _escaped(text: str, length: int) -> str:
    """Words from a file as one line that is no Markdown."""
    return re.sub(r"([\\\[\]<>`*_~&|])", r"\\\1", shortened(printable(text), length))


def _harmless(text: str) -> str:
    """Markdown from the branch, without what an editor would load or run, and without characters that act
    on what stands around them."""
    return harmless("\n".join(inert(line.expandtabs(4)) for line in text.split("\n")))
