"""What every import answers with: of ADRs, of sessions, of a ``memory/`` folder, of a project's directory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from lsp_server.records.model import Record


class Taken(str, Enum):
    """What became of one file, or of one entry of it."""

    NEW = "new"
    UPDATED = "updated"  # the memory had it, and now has what was changed there, too
    KNOWN = "known"  # the memory has all that it says
    DIFFERS = "differs"  # both were changed: a person must look
    SKIPPED = "skipped"  # it cannot come in


class Imported(NamedTuple):
    """One file of an import, or an entry of one (``decisions.md: Use JWT``).

    ``record`` is the record that it is, None for a document or an artifact; ``path`` where it stands on the
    branch, None where it was skipped. ``dialect`` is how an ADR is written. ``notes`` say what was not
    understood, or why it did not come in.
    """

    source: str
    taken: Taken
    path: str | None = None
    record: Record | None = None
    notes: Sequence[str] = ()
    dialect: str = ""

    @property
    def new(self) -> bool:
        """Whether the memory had nothing of it before."""
        return self.taken is Taken.NEW


@dataclass(frozen=True)
class ImportReport:
    """What an import made of a folder, file by file in name order. ``version`` is the memory's after it, None
    in a dry run."""

    files: Sequence[Imported]
    version: str | None

    def count(self, taken: Taken) -> int:
        """How many files became this."""
        return sum(file.taken is taken for file in self.files)
