"""What taking in each thing of a project directory works with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.records.model import Record
from lsp_server.records.project_directory.beside import Beside

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.guard import Guard


class Taking(NamedTuple):
    """One commit being made: ``there`` are the records that were on the branch before it."""

    core: Core
    edits: Edits
    beside: Beside
    guard: Guard
    there: Sequence[Record]
