"""An ADR's file as a record: our keys in its front matter, and every other byte as it was."""

from __future__ import annotations

from pathlib import Path

from lsp_server.errors import UsageError
from lsp_server.memory.edits import Edits
from lsp_server.memory.importing.folder import Source
from lsp_server.records.document import parse
from lsp_server.records.front_matter import flow, read, scalar, split
from lsp_server.records.front_matter_edit import append_lines, prepend_front_matter
from lsp_server.records.labels import format_label
from lsp_server.records.model import Kind, Link, Record
from lsp_server.rendering.records import write_link


def write_record(edits: Edits, source: Source) -> Record:
    """The file with our keys in its front matter; nothing else of it changes."""
    adr = source.adr
    # Latin-1 keeps every byte as it is, whatever the file's encoding; the keys are ASCII or escaped.
    whole = source.data.decode("latin-1")
    mark = "\xef\xbb\xbf"
    whole = "\ufeff" + whole[len(mark) :] if whole.startswith(mark) else whole
    theirs, wrong = read(split(whole).front or "")
    if wrong:
        source.remarks.append("its front matter is not YAML; it was kept as part of the text")
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


def _bare(source: Source) -> Record:
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
