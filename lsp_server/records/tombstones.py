"""What is left of a deleted record: its label, so that the number is never given again, and its id."""

from __future__ import annotations

from lsp_server.records.front_matter import read


def read_tombstone(data: bytes) -> tuple[str, str] | None:
    """The label and the id that a tombstone file names; None when it cannot be read."""
    values, problems = read(data.decode("utf-8", "replace"))
    label, record_id = values.get("label"), values.get("id")
    if problems or not isinstance(label, str) or not isinstance(record_id, str):
        return None
    return label, record_id
