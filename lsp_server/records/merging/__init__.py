"""The three-way merge of one file: a record by its fields, any other text by its paragraphs.

What merges is imported when it is asked for: whoever only wants to know the units of a text does not load
YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsp_server.records.merging.record import merge_record, merge_text
    from lsp_server.records.merging.results import Merged

__all__ = ["Merged", "merge_record", "merge_text"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{'results' if name == 'Merged' else 'record'}"), name)
