"""What a journal answers with."""

from __future__ import annotations

from typing import NamedTuple

from lsp_server.errors import StoreError
from lsp_server.store.keyvalue.base import Value


class Position(NamedTuple):
    """Where an event's line begins: its segment's name, and bytes. Ordered within a segment."""

    segment: str
    offset: int


class Kept(NamedTuple):
    """An event, read. ``end`` is where its line ends: what a follower keeps of a segment, to go on there."""

    position: Position
    event: dict[str, Value]
    end: int


class PartlyKeptError(StoreError):
    """Not all of many events could be written. ``positions``: those of the first ones, which are kept."""

    def __init__(self, message: str, positions: list[Position]) -> None:
        self.why = message
        self.positions = positions
        super().__init__(f"{message}; the first {len(positions)} of these events are kept")
