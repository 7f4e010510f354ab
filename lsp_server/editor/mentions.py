"""Labels of records in any text: ``ADR-12``, ``BUG-7``, ``LEARN-9f3c1a2b``, ``memory:9f3c``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lsp_server.records.labels import label_in_text

_WINDOW = 120  # characters on each side of the cursor; no label is longer, but some lines are a megabyte
_LONGEST_LINE = 2000


@dataclass(frozen=True)
class Mention:
    """A label and where it stands in its line, in code points. ``ref`` is what ``Memory`` finds it by."""

    ref: str
    start: int
    end: int


def mention_at(line: str, column: int) -> Mention | None:
    """The label under (or just before) a column."""
    begin = max(0, column - _WINDOW)
    for found in label_in_text().finditer(line, begin, column + _WINDOW):
        if found.start() <= column <= found.end():
            return Mention(_ref(found[0]), found.start(), found.end())
    return None


def mentions(line: str) -> Iterator[Mention]:
    """Every label of a line."""
    for found in label_in_text().finditer(line, 0, _LONGEST_LINE):
        yield Mention(_ref(found[0]), found.start(), found.end())


def _ref(text: str) -> str:
    return text.partition(":")[2] or text
