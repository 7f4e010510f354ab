"""Merging two tips of the memory, by record id."""

from __future__ import annotations

from lsp_server.memory.merging.into import changes_nothing, mend_adopted, merge_into, repair
from lsp_server.memory.merging.mixed import unmix
from lsp_server.memory.merging.onto import Onto, changes_onto
from lsp_server.memory.merging.replayed import may_be_mixed, unmix_replayed

__all__ = [
    "Onto",
    "changes_nothing",
    "changes_onto",
    "may_be_mixed",
    "mend_adopted",
    "merge_into",
    "repair",
    "unmix",
    "unmix_replayed",
]
