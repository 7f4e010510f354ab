"""What the ADRs of one folder say about each other, as links between records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lsp_server.memory.importing.folder import Source
from lsp_server.records.labels import format_label
from lsp_server.records.model import INVERSE, Kind


def link_sources(sources: Sequence[Source]) -> None:
    """Resolve what the files say about each other, and link the other side as well."""
    by_number: dict[int, Source] = {}
    by_name: dict[str, Source] = {}
    for source in sources:
        name = source.name.rpartition("/")[2]
        by_name.setdefault(name.casefold(), source)
        by_name.setdefault(name.rpartition(".")[0].casefold(), source)
        by_name.setdefault(source.adr.slug.casefold(), source)
        if source.adr.number is not None:
            by_number.setdefault(source.adr.number, source)
    for source in sources:
        for link in source.adr.links:
            target = _target(link.target, by_name, by_number)
            if target is source:
                continue
            if target is None:
                note = f"line {link.line + 1}: {link.relation.value} {link.target!r} is not in this folder"
                if note not in source.remarks:
                    source.remarks.append(note)
                continue
            for here, relation, there in (
                (source, link.relation, target),
                (target, INVERSE[link.relation], source),
            ):
                other = there.known or there
                label = there.known.label if there.known else format_label(Kind.DECISION, there.number, "")
                here.links[(relation, other.id)] = label


def _target(text: str, by_name: Mapping[str, Source], by_number: Mapping[int, Source]) -> Source | None:
    name = text.partition("#")[0].rpartition("/")[2].casefold()
    if name in by_name:
        return by_name[name]
    return by_number.get(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None
