"""JSON lines that come in, from a pipe or anywhere: the good ones are kept at once, the others named.

Each line is an object with ``title`` and, as it has them, ``type``, ``content``, ``owner``, ``tags`` and
``metadata``.
"""

from __future__ import annotations

from json import JSONDecodeError
from typing import Any, NamedTuple

from lsp_server.errors import UsageError
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.model import TypedMemory, in_words
from lsp_server.store.journal.base import PartlyKeptError
from lsp_server.store.keyvalue.values import loads

LARGEST = 1 << 20
"""Bytes of the longest line that is taken."""

_MARK = b"\xef\xbb\xbf"  # how some programs begin a text


class Refused(NamedTuple):
    """A line that was not kept, counted from 1, and why."""

    line: int
    why: str


class Incoming:
    """Takes in bytes as they come. ``kept`` counts the memories so far."""

    def __init__(self, events: EventMemory) -> None:
        self._events = events
        self._rest = b""
        self._line = 0
        self._is_skipping = False  # the rest of a line that was too long
        self.kept = 0

    def take(self, data: bytes) -> list[Refused]:
        """Keep what is whole by now; what could not be. Raises ``StoreError`` where nothing can be kept."""
        *lines, rest = (self._rest + data).split(b"\n")
        refused = self._keep(lines)
        if len(rest) > LARGEST:
            if not self._is_skipping:
                refused.append(Refused(self._line + 1, _too_long()))
            self._is_skipping, rest = True, b""
        self._rest = rest
        return refused

    def end(self) -> list[Refused]:
        """Keep the last line where it has no end. Nothing comes any more."""
        rest, self._rest = self._rest, b""
        return self._keep([rest]) if rest or self._is_skipping else []

    def _keep(self, lines: list[bytes]) -> list[Refused]:
        made: list[TypedMemory] = []
        refused = []
        for line in lines:
            self._line += 1
            if self._is_skipping:
                self._is_skipping = False
                continue
            text = line.removeprefix(_MARK) if self._line == 1 else line
            if not text.strip():
                continue
            try:
                made.append(self._events.prepared(_read(text)))
            except UsageError as error:
                refused.append(Refused(self._line, in_words(error)))
        try:
            self._events.keep(made)
        except PartlyKeptError as error:
            self.kept += len(error.positions)
            raise
        self.kept += len(made)
        return refused


def _read(line: bytes) -> Any:
    if len(line) > LARGEST:
        raise UsageError(_too_long())
    try:
        return loads(line)
    except UnicodeDecodeError:
        raise UsageError("not UTF-8 text") from None
    except JSONDecodeError as error:
        raise UsageError(f"not JSON: {error.msg} (column {error.colno})") from None
    except ValueError as error:
        raise UsageError(f"not JSON: {error}") from None


def _too_long() -> str:
    return f"longer than {LARGEST >> 20} MiB"
