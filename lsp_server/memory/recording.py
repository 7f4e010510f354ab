"""Use case: write a new record."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from math import isfinite
from typing import Any, NamedTuple

from lsp_server.errors import UsageError
from lsp_server.memory.core import Core
from lsp_server.memory.edits import Edits, Known
from lsp_server.memory.guard import Guard
from lsp_server.memory.keeping import kept
from lsp_server.memory.titles import clean_tags, clean_title, heading_text
from lsp_server.records.anchors import Anchor, CodePlace, CodePosition
from lsp_server.records.fields import FIELDS, SEVERITIES, Field, Shape
from lsp_server.records.front_matter import split
from lsp_server.records.labels import ID_WIDTH, NUMBERED, format_label, normalise_label
from lsp_server.records.life_cycle import FIRST, check_status
from lsp_server.records.model import Kind, Link, Record
from lsp_server.records.outcomes import CHECKED
from lsp_server.records.paths import FOLDERS
from lsp_server.rendering.records import render_record


class Given(NamedTuple):
    """What a caller gives of a new record; see ``Memory.record``."""

    kind: Kind
    title: str
    fields: Mapping[str, Any] | None = None
    status: str | None = None
    tags: Sequence[str] = ()
    at: Sequence[CodePlace] = ()
    links: Sequence[Link] = ()
    body: str | None = None
    text: str = ""
    form: str = ""


class Prepared(NamedTuple):
    """A record that has everything but its number, its label and its path: those the branch gives."""

    record: Record
    form: str = ""
    text: str = ""
    body: str | None = None
    files: Sequence[Any] = ()
    """Changed files that it lists."""
    keys: Sequence[tuple[str, str]] = ()
    """Further keys of its front matter."""
    guard: Guard = Guard()
    by_machine: bool = False  # nobody's text: what found it finds it again, so no draft keeps it


def prepare(
    core: Core,
    given: Given,
    guard: Guard,
    *,
    code: CodePosition | None = None,
    created: datetime | None = None,
) -> Prepared:
    """Check everything that can be checked before the branch is looked at. ``code`` and ``created`` are where
    the code stands and what time it is, unless given."""
    kind, form = given.kind, given.form
    if kind is Kind.SESSION:
        raise UsageError("a session is not written as other records are: see `git memory session`")
    if form not in ("", "madr", "nygard") or (form and kind is not Kind.DECISION):
        raise UsageError(f"there is no form {form!r} of a {kind.value}; decisions have madr and nygard")
    anchors: tuple[Anchor, ...] = ()
    if given.at:
        from lsp_server.memory.anchoring import anchored

        # Not what a batch remembers: anchors count in the files of the very commit that is noted with them.
        code = code or core.position_now()
        anchors = tuple([anchored(core, place) for place in given.at])
    return Prepared(
        with_values(
            blank(kind),
            extra={},
            id=str(uuid.uuid4()),
            title=clean_title(given.title),
            created=created or core.now(),
            status=check_status(kind, given.status) if given.status else FIRST[kind],
            tags=clean_tags(given.tags),
            links=tuple(given.links),
            code=code or core.position(),
            anchors=anchors,
            fields=clean_fields(kind, given.fields or {}),
        ),
        form=form,
        text=given.text,
        body=given.body,
        guard=guard,
    )


def place(core: Core, edits: Edits, new: Prepared, number: int | None = None) -> Record:
    """Give a new record its number (the next one, unless the caller has claimed another), label and path, and
    write its file. The record is as anybody will read it."""
    kind = new.record.kind
    if number is None and kind in NUMBERED:
        number = edits.next_number(kind)
    new = core.team.applied(new, edits.snapshot)
    record = with_values(new.record, number=number, label=format_label(kind, number, new.record.id))
    rendered = render_new(core, record, new)
    text = new.guard.clean(rendered, _own_values(core, record), seen=False)
    if text != rendered:
        # A redacted title must not come back in the file's name, nor a redacted field in our answer.
        from lsp_server.records.document import parse

        record = parse(f"{FOLDERS[kind]}/redacted.md", text.encode("utf-8")).record or record
    record = with_values(record, path=edits.free_path(record), body=split(text).body_text)
    data = text.encode("utf-8")
    edits.write(record.path, data, _known(core, new, record, data) if text is rendered else None)
    return record


def _own_values(core: Core, record: Record) -> tuple[str, ...]:
    """Values that the guard need not look at. What that spares counts in a batch only."""
    if core.batch is None:
        return ()
    from lsp_server.memory.ready_records import own_values

    return own_values(record)


def _known(core: Core, new: Prepared, record: Record, data: bytes) -> Known | None:
    """Tells the record as it will be read; None where it must be read for that, or nobody is going to."""
    if core.batch is None or new.body is not None:
        return None
    if new.text or new.files or new.keys or new.form:
        return None
    if core.templates.is_replaced(f"records/{record.kind.value}.md"):
        return None
    from lsp_server.memory.ready_records import Ready

    return Ready(data, record)


def render_new(core: Core, record: Record, new: Prepared, *, draft: bool = False) -> str:
    """The file of a new record."""
    text = render_record(
        core.templates,
        record,
        title=heading_text(record.title),
        draft=draft,
        text=new.text,
        files=new.files,
        keys=new.keys,
        form=new.form if new.form == "nygard" else "",
    )
    if new.body is not None:
        text = text[: split(text).body] + new.body
    return text


def record(core: Core, new: Prepared) -> Record:
    """Commit one new record."""
    writing = _Writing(core, new)
    with kept(core, [new]):
        core.commit(writing)
    return writing.written()


class _Writing:
    """Writes one new record, maybe several times: on each tip that the branch has come to. An object and not
    a function within another, because a batch keeps thousands, and such a function is six objects."""

    __slots__ = ("_core", "_label", "_new", "_placed")

    def __init__(self, core: Core, new: Prepared) -> None:
        self._core = core
        self._new = new
        self._placed = new.record
        self._label: Callable[[], str] | None = None

    def __call__(self, edits: Edits) -> str:
        placed = self._placed = place(self._core, edits, self._new)
        message = self._core.message("record", placed, code=placed.code)
        # From here on git is at work and we wait: the time to look.
        if self._label is None and self._core.batch is None:
            self._label = _label_check(self._core, placed)
        return message

    def written(self) -> Record:
        placed = self._placed
        if placed.number is not None or self._label is None:
            return placed
        return with_values(placed, label=self._label())


def _label_check(core: Core, record: Record) -> Callable[[], str]:
    """Start to look whether the short label of a new record is taken; call the result for its label.

    The look takes milliseconds of loading SQLite, which pass while git writes.
    """
    if record.kind in NUMBERED:
        return lambda: record.label
    width, file = ID_WIDTH, core.indexes.file(core.store.ref)

    def look() -> None:
        nonlocal width
        from lsp_server.index.taken import width_needed

        width = width_needed(file, record.kind.value, record.id.replace("-", ""))

    thread = threading.Thread(target=look, name="label", daemon=True)
    thread.start()

    def label() -> str:
        thread.join()
        return format_label(record.kind, None, record.id, width)

    return label


@cache
def blank(kind: Kind) -> Record:
    return Record(id="", kind=kind, title="", label="", created=datetime.min, path="")


def with_values(record: Record, **changes: Any) -> Record:
    """``dataclasses.replace``, in a tenth of its time: it is asked for several times for each record."""
    made = object.__new__(Record)
    vars(made).update(vars(record), **changes)
    return made


def clean_fields(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in their shapes. Raises ``UsageError`` for a field the kind does not have."""
    known = _known_fields(kind)
    for name in given:
        if name not in known:
            raise UsageError(f"a {kind.value} has no field {name!r}; it has {', '.join(known)}")
    fields: dict[str, Any] = {}
    for name, value in given.items():
        if value in (None, "", ()):
            continue
        item, is_text, is_list = known[name]
        # Most of them are as they should be, and there are thousands in an import.
        if is_text and type(value) is str and "\0" not in value and "\r" not in value:
            fields[name] = value.strip("\n")
        elif is_list and type(value) is tuple and item.shape is not Shape.LINES and _are_clean(value):
            fields[name] = value
        else:
            fields[name] = _shaped(item, value)
    return fields


@cache
def _known_fields(kind: Kind) -> Mapping[str, tuple[Field, bool, bool]]:
    """Each field by its name; whether it is a text, and whether a list."""
    return {item.name: (item, item.shape is Shape.TEXT, item.is_list) for item in FIELDS[kind]}


def _are_clean(values: tuple[Any, ...]) -> bool:
    return not [
        1
        for one in values
        if type(one) is not str or not one or "\0" in one or "\r" in one or one.strip() != one
    ]


def _shaped(item: Field, value: Any) -> Any:
    if item.shape is Shape.MAPPING:
        if not isinstance(value, Mapping):
            raise UsageError(f"{item.name} should be a mapping of names to figures")
        for name, figure in value.items():
            if isinstance(figure, float) and not isfinite(figure):
                raise UsageError(f"{name} is {figure}, which is no figure")
        return {_clean(str(name)): figure for name, figure in value.items()}
    if item.name in CHECKED:
        return None if value is None or value == "" else CHECKED[item.name](value)
    if item.is_list:
        values = [value] if isinstance(value, str) else list(value)
        cleaned = [_clean(str(one)).strip() for one in values]
        if item.shape is Shape.LINES:  # labels in their one spelling: a merge that renumbers finds them
            cleaned = list(dict.fromkeys(normalise_label(one) or " ".join(one.split()) for one in cleaned))
        return tuple([one for one in cleaned if one])
    text = _clean(str(value)).strip("\n")
    if item.shape is Shape.WORD:
        text = " ".join(text.split())
        if item.name == "severity" and text.lower() not in SEVERITIES:
            raise UsageError(f"a severity is one of {', '.join(SEVERITIES)}, not {text!r}")
        return text.lower() if item.name == "severity" else text
    return text


def _clean(text: str) -> str:
    """Text as git and every editor can show it: line ends as LF, and no NUL."""
    if "\0" in text:
        raise UsageError("the text contains a NUL character")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
