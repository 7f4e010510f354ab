"""Merging two tips of the memory, by record id."""

from __future__ import annotations

from lsp_server.memory.merging.into import changes_nothing, merge_into, repair

__all__ = ["changes_nothing", "merge_into", "repair"]
