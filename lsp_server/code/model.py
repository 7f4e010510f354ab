"""What can be said about the user's code today, as pure values.

The stored half (anchors, births, code positions) is ``records.anchors``; this is the computed half.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from lsp_server.records.anchors import CodePosition, CodeRange


class Certainty(Enum):
    """How an anchor was found on today's lines."""

    BIRTHS = "births"  # blame finds the same lines
    TEXT = "text"  # the text stands there, once
    NAME = "name"  # a symbol, file or folder: by its name, or by what git says it is called now
    STALE = "stale"  # none of its lines is left
    ABSENT = "absent"  # its lines are on another branch, and never came to this one
    UNKNOWN = "unknown"  # history is cut here: nothing can be said


@dataclass(frozen=True)
class Located:
    """Where an anchor is today. ``ranges`` is empty when it is stale, absent or unknown, else in line
    order.

    ``survived`` and ``total`` count lines: a partly rewritten range keeps what survives. ``symbol`` is the
    name that the anchor's symbol has now; "" for other anchors.

    Of a stale anchor whose commits are here, ``gone_by`` is the one that took the last of its lines away, and
    ``last`` where that was before; ``gone_by`` is "" where they are only gone from the work tree.
    """

    ranges: tuple[CodeRange, ...]
    certainty: Certainty
    survived: int
    total: int
    symbol: str = ""
    last: CodeRange | None = None
    gone_by: str = ""


@dataclass(frozen=True)
class FileChange:
    """A file changed between two states of the code; counts are None for a binary file. ``was`` is its path
    before where it was renamed."""

    path: str
    added: int | None
    removed: int | None
    was: str | None = None


@dataclass(frozen=True)
class WorkState:
    """What a checkpoint notes about the code by itself."""

    position: CodePosition
    files: tuple[FileChange, ...] = field(default=())
