"""Use case: bring a folder of ADRs onto the branch, body byte for byte, as one commit."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timezone
from pathlib import Path

from lsp_server.code.history import added_dates
from lsp_server.errors import RefusedError, UsageError
from lsp_server.index import Filters
from lsp_server.memory.core import Core
from lsp_server.memory.edits import Edits
from lsp_server.memory.guard import Guard
from lsp_server.memory.results import Imported, ImportReport
from lsp_server.records.adr import Adr, day_comes_first, read_adr
from lsp_server.records.document import parse
from lsp_server.records.front_matter import flow, read, scalar, split
from lsp_server.records.front_matter_edit import append_lines, prepend_front_matter
from lsp_server.records.labels import format_label
from lsp_server.records.model import Kind, Link, Record, Relation
from lsp_server.rendering.records import write_link

SUFFIXES = (".md", ".markdown", ".rst", ".adoc", ".asciidoc")
_LARGEST = 4 << 20  # bytes; an ADR is text that a person wrote
_INVERSE = {
    Relation.SUPERSEDES: Relation.SUPERSEDED_BY,
    Relation.SUPERSEDED_BY: Relation.SUPERSEDES,
    Relation.AMENDS: Relation.AMENDED_BY,
    Relation.AMENDED_BY: Relation.AMENDS,
    Relation.RELATES_TO: Relation.RELATES_TO,
}


@dataclass
class _Source:
    """One file on its way in."""

    name: str  # relative to the folder, `/` separated
    origin: str  # what the record remembers as its source
    data: bytes
    adr: Adr
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    number: int = 0
    created: datetime | None = None
    alias: str | None = None
    notes: list[str] = field(default_factory=list)
    links: dict[tuple[Relation, str], str] = field(default_factory=dict)
    known: Record | None = None
    broken: str = ""


def import_adrs(core: Core, directory: Path, *, dry_run: bool, guard: Guard) -> ImportReport:
    """Import every ADR below ``directory``. What an earlier import brought is left as it is."""
    if not directory.is_dir():
        raise UsageError(f"{directory} is not a folder")
    paths = list(_files(directory))
    # 03-11-2018 can only be read with the other files' dates beside it.
    day_first = day_comes_first(_text(path) for path in paths)
    sources = [_source(core, directory, path, guard, day_first=day_first) for path in paths]
    if not sources:
        raise UsageError(f"there are no Markdown, reStructuredText or AsciiDoc files in {directory}")
    _date(core, directory, [s for s in sources if s.adr.is_adr])
    report: list[Imported] = []
    core.tip()

    def change(edits: Edits) -> str:
        core.index.follow(core.store, edits.snapshot.version)
        _recognise(core, edits, sources)
        new = [s for s in sources if s.adr.is_adr and not s.broken and s.known is None]
        _number(core, edits, new)
        _link([s for s in sources if s.adr.is_adr and not s.broken])
        written = {source.name: _write(edits, source) for source in new}
        report[:] = [_reported(source, written.get(source.name)) for source in sources]
        if not new:
            return ""
        first = written[new[0].name]
        names = [f"{written[s.name].label} {written[s.name].title}" for s in new]
        count = f"{len(new)} ADR{'s' if len(new) != 1 else ''}"
        return core.templates.render(
            "commits/message",
            subject=f"decision: import {count} from {_place(core, directory)}",
            body="\n".join(name[:100] for name in names),
            trailers=[("Memory-Id", first.id)] if len(new) == 1 else [],
        )

    if dry_run:
        change(core.edits(core.store.snapshot()))
        return ImportReport(tuple(report), None)
    version = core.commit(change)
    return ImportReport(tuple(report), version)


def _files(directory: Path) -> Iterator[Path]:
    """The files that may be ADRs, in name order; symbolic links and hidden folders are left alone."""
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink():
                yield path


def _place(core: Core, path: Path) -> str:
    """A path as the record remembers it: relative to the work tree, or its last two parts elsewhere."""
    root = core.repository.work_tree
    absolute = path.resolve()
    if root is not None and absolute.is_relative_to(root.resolve()):
        return absolute.relative_to(root.resolve()).as_posix()
    return "/".join(absolute.parts[-2:])


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def _source(core: Core, directory: Path, path: Path, guard: Guard, *, day_first: bool | None) -> _Source:
    # What is not UTF-8 in a name no front matter can hold: it is told as an escape.
    name = os.fsencode(path.relative_to(directory).as_posix()).decode("utf-8", "backslashreplace")
    broken = ""
    try:
        data = path.read_bytes()
    except OSError as error:
        data, broken = b"", f"it cannot be read: {error.strerror}"
    text = data[:_LARGEST].decode("utf-8", "replace")
    source = _Source(
        name, f"{_place(core, directory)}/{name}", data, read_adr(name, text, day_first=day_first)
    )
    source.broken = broken
    source.notes.extend(source.adr.notes)
    if len(data) > _LARGEST:
        source.broken = "the file is larger than 4 MB"
    elif b"\0" in data:
        source.broken = "the file is not text"
    elif "\ufffd" in text and b"\xef\xbf\xbd" not in data:
        source.notes.append("the file is not UTF-8; it was kept as it is")
    if source.adr.is_adr and not source.broken:
        try:
            clean = guard.clean(text)
            source.origin = guard.clean(
                source.origin
            )  # it becomes a front matter key, and perhaps the name on the branch
            if clean != text:
                _redact(source, clean, day_first=day_first)
        except (RefusedError, UsageError) as error:  # one such file does not keep the others out
            source.broken = str(error)
    return source


def _redact(source: _Source, text: str, *, day_first: bool | None) -> None:
    try:
        source.data.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError("it looks like it holds a secret, and is not UTF-8: redact it by hand") from None
    source.data = text.encode("utf-8")
    source.adr = read_adr(source.name, text, day_first=day_first)
    source.notes[:] = [*source.adr.notes, "what looks like a secret was redacted"]


def _date(core: Core, directory: Path, sources: Sequence[_Source]) -> None:
    """The dates of the files; where a file has none, git's of the commit that added it."""
    undated = [s for s in sources if s.adr.date is None]
    git, root = core.repository.git, core.repository.work_tree
    added = added_dates(git, root, directory) if undated else {}
    for source in sources:
        if source.adr.date is not None:
            source.created = datetime.combine(source.adr.date, time(), timezone.utc)
            continue
        source.created = added.get(source.name)
        if source.created is not None:
            source.notes.append(f"it has no date; git added it on {source.created:%Y-%m-%d}")
        else:
            source.created = core.now()
            source.notes.append("it has no date; the date of the import stands for it")


def _recognise(core: Core, edits: Edits, sources: Sequence[_Source]) -> None:
    """Find what an earlier import brought, by where it came from or by the very same text."""
    by_origin: dict[str, Record] = {}
    by_body: dict[str, Record] = {}
    for record in (
        *core.index.list(Filters(Kind.DECISION)),
        *edits.records(),
    ):  # those of the same batch, too
        if origin := record.extra.get("source"):
            by_origin[origin] = record
            by_body[record.body.strip()] = record
    for source in sources:
        text = source.data.decode("utf-8", "replace").removeprefix("\ufeff")
        source.known = by_origin.get(source.origin) or by_body.get(split(text).body_text.strip())


def _number(core: Core, edits: Edits, new: Sequence[_Source]) -> None:
    """Keep the numbers that are free; of several files with one number the first by name keeps it."""
    taken = {r.number: r.label for r in core.index.list(Filters(Kind.DECISION)) if r.number is not None}
    taken.update(core.index.deleted_numbers(Kind.DECISION))
    taken.update({r.number: r.label for r in edits.records() if r.kind is Kind.DECISION and r.number})
    for source in new:
        source.number, source.alias = 0, None
        wanted = source.adr.number
        # A branch that gives 1, 2, 3 must not jump to a date (20200924) because a file name holds one.
        if wanted is not None and 0 <= wanted < 100_000 and wanted not in taken:
            source.number = wanted
            taken[wanted] = source.name
            edits.claim_number(Kind.DECISION, wanted)
    for source in new:
        wanted = source.adr.number
        keeps = wanted is not None and taken.get(wanted) == source.name
        if keeps:
            continue
        source.number = edits.next_number(Kind.DECISION)
        taken[source.number] = source.name
        if wanted is not None:
            source.alias = format_label(Kind.DECISION, wanted, "")
            source.notes.append(
                f"the number {wanted} is taken by {taken[wanted]}; it is now "
                f"{format_label(Kind.DECISION, source.number, '')}, and {source.alias} stays as an alias"
            )


def _link(sources: Sequence[_Source]) -> None:
    """Resolve what the files say about each other, and link the other side as well."""
    by_number: dict[int, _Source] = {}
    by_name: dict[str, _Source] = {}
    for source in sources:
        name = source.name.rpartition("/")[2]
        by_name.setdefault(name.casefold(), source)
        by_name.setdefault(name.rpartition(".")[0].casefold(), source)
        by_name.setdefault(source.adr.slug.casefold(), source)
        if source.adr.number is not None:
            by_number.setdefault(source.adr.number, source)
        source.links = {}
    for source in sources:
        for link in source.adr.links:
            target = _target(link.target, by_name, by_number)
            if target is source:
                continue
            if target is None:
                note = f"line {link.line + 1}: {link.relation.value} {link.target!r} is not in this folder"
                if note not in source.notes:
                    source.notes.append(note)
                continue
            for here, relation, there in (
                (source, link.relation, target),
                (target, _INVERSE[link.relation], source),
            ):
                other = there.known or there
                label = there.known.label if there.known else format_label(Kind.DECISION, there.number, "")
                here.links[(relation, other.id)] = label


def _target(text: str, by_name: Mapping[str, _Source], by_number: Mapping[int, _Source]) -> _Source | None:
    name = text.partition("#")[0].rpartition("/")[2].casefold()
    if name in by_name:
        return by_name[name]
    return by_number.get(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _write(edits: Edits, source: _Source) -> Record:
    """The file with our keys in its front matter; nothing else of it changes."""
    adr = source.adr
    # Latin-1 keeps every byte as it is, whatever the file's encoding; the keys are ASCII or escaped.
    whole = source.data.decode("latin-1")
    mark = "\xef\xbb\xbf"
    whole = "\ufeff" + whole[len(mark) :] if whole.startswith(mark) else whole
    theirs, wrong = read(split(whole).front or "")
    if wrong:
        source.notes.append("its front matter is not YAML; it was kept as part of the text")
    assert source.created is not None
    keys = [
        ("id", source.id),
        ("kind", Kind.DECISION.value),
        ("number", scalar(source.number)),
        ("created", source.created.isoformat(timespec="seconds")),
        ("source", scalar(source.origin)),
    ]
    if source.alias:
        keys.append(("aliases", flow([source.alias])))
    if adr.tags and "tags" not in theirs:
        keys.append(("tags", flow(adr.tags)))
    lines = [f"{f'memory-{key}' if key in theirs else key}: {value}" for key, value in keys]
    if source.links:
        lines.append("memory-links:" if "links" in theirs else "links:")
        for (relation, target), label in sorted(source.links.items()):
            lines.append(f"  - {write_link(Link(relation, target, label))}")
    lines = [line.encode("utf-8").decode("latin-1") for line in lines]
    text = prepend_front_matter(whole, lines) if wrong else append_lines(whole, lines)
    data = (mark + text[1:] if text.startswith("\ufeff") else text).encode("latin-1")
    suffix = Path(source.name).suffix.lower()
    path = edits.free_path(_bare(source), ".md" if suffix == ".markdown" else suffix)
    edits.write(path, data)
    record = parse(path, data).record
    if record is None:
        raise UsageError(f"{source.name}: its front matter cannot take the keys of a record")
    return record


def _bare(source: _Source) -> Record:
    assert source.created is not None
    return Record(
        id=source.id,
        kind=Kind.DECISION,
        title=source.adr.title or source.adr.slug,
        label=format_label(Kind.DECISION, source.number, source.id),
        created=source.created,
        path="",
        number=source.number,
    )


def _reported(source: _Source, written: Record | None) -> Imported:
    if source.broken:
        return Imported(source.name, None, False, source.adr.dialect, (source.broken,))
    if not source.adr.is_adr:
        return Imported(source.name, None, False, source.adr.dialect, tuple(source.notes))
    if source.known is not None:
        return Imported(source.name, source.known, False, source.adr.dialect, ())
    return Imported(source.name, written, True, source.adr.dialect, tuple(source.notes))
