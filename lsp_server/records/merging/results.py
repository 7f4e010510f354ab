"""What a merge of one file answers with."""

from __future__ import annotations

from typing import NamedTuple

from lsp_server.records.model import Conflict


class Merged(NamedTuple):
    """``data`` is the merged file; ``conflicts`` all that stands in it unsettled, also from before."""

    data: bytes
    conflicts: tuple[Conflict, ...]
