"""What the import and the export of a project directory answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from lsp_server.records.model import Record


class Taken(str, Enum):
    """What became of one thing in the directory."""

    NEW = "new"
    UPDATED = "updated"  # the directory's was changed since it was imported, and the memory's was not
    KNOWN = "known"  # it is in the memory as it is in the directory
    DIFFERS = "differs"  # both were changed: a person must look
    SKIPPED = "skipped"  # it cannot come in


@dataclass(frozen=True)
class FromDirectory:
    """One thing of the directory: a file, or an entry of one (``decisions.md: Use JWT``).

    ``record`` is the record that it is, ``path`` where it stands on the branch; None where it was skipped.
    ``notes`` say what was not understood, or why it did not come in.
    """

    source: str
    taken: Taken
    path: str | None = None
    record: Record | None = None
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class DirectoryImport:
    """What an import made of a directory. ``version`` is the memory's after it, None in a dry run."""

    things: Sequence[FromDirectory]
    version: str | None

    def count(self, taken: Taken) -> int:
        """How many things became this."""
        return sum(thing.taken is taken for thing in self.things)


@dataclass(frozen=True)
class DirectoryExport:
    """What an export wrote, by names relative to the directory: ``written`` are new or changed, ``unchanged``
    stood there already, ``removed`` were of an earlier export and are no more. ``left_out`` are paths on the
    branch that are no part of such a directory; ``notes`` say why something could not be written."""

    directory: str
    written: Sequence[str]
    unchanged: Sequence[str]
    removed: Sequence[str]
    left_out: Sequence[str] = ()
    notes: Sequence[str] = ()
