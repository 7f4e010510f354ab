"""What the export of a project directory answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
