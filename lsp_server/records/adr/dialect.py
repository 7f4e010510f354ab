"""Which of the known ways of writing an ADR a file follows; only for reports."""

from __future__ import annotations

from collections.abc import Sequence

from lsp_server.records.adr.fields import FieldValue
from lsp_server.records.adr.front import FrontMatter
from lsp_server.records.adr.layout import ASCIIDOC, RST, Layout
from lsp_server.records.adr.names import FileName


def dialect_of(layout: Layout, front: FrontMatter, file: FileName, fields: Sequence[FieldValue]) -> str:
    """``MADR 4``, ``MADR 3``, ``MADR 2``, ``MADR``, ``log4brains``, ``Nygard`` or ``custom``; the markup's
    name where that is not Markdown."""
    if layout.markup in (RST, ASCIIDOC):
        return layout.markup
    names = {heading.words.rstrip(":").lower() for heading in layout.headings}
    keys = {field.key for field in fields if field.how == "field"}
    if "context and problem statement" in names or "decision outcome" in names:
        if file.date is not None and file.number is None:
            return "log4brains"
        if front.end:
            four = {"decision-makers", "decision makers"} & front.values.keys() or "confirmation" in names
            return "MADR 4" if four or not {"status", "deciders"} & front.values.keys() else "MADR 3"
        return (
            "MADR 2" if keys & {"status", "date", "deciders"} or "positive consequences" in names else "MADR"
        )
    if file.date is not None and file.number is None and {"status", "date"} <= keys:
        return "log4brains"
    if {"status", "context", "decision"} <= names:
        return "custom" if "changelog" in names else "Nygard"
    return "custom"
