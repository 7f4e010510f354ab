"""Whether a short label is taken, asked of the index's file by one statement.

A command that only writes prints the new record's label: opening the index and bringing it to the tip for
that would cost it more than the write.
"""

from __future__ import annotations

from pathlib import Path

from lsp_server.index.labelling import width_in
from lsp_server.records.labels import ID_WIDTH


def width_needed(path: Path, kind: str, digits: str) -> int:
    """How many of an id's ``digits`` (hexadecimal, without dashes) tell it apart from the records of its kind
    in the index file, ``ID_WIDTH`` at least. What the index does not know yet does not count: where two
    labels came out the same, reading one finds it ambiguous and names both."""
    if not path.is_file():
        return ID_WIDTH
    import sqlite3

    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=0.2)
        try:
            return width_in(connection, kind, digits)
        finally:
            connection.close()
    except sqlite3.Error:
        return ID_WIDTH
