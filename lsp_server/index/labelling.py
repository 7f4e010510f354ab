"""How labels are kept in the index, and how long those made of an id must be to be told apart."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsp_server.records.labels import ID_WIDTH, normalise_label

if TYPE_CHECKING:
    import sqlite3

BEYOND = "\U0010ffff"
"""Sorts after every continuation of a prefix."""


def label_key(label: str) -> str:
    """The spelling under which a label is kept: any zero padding and case come to the same."""
    with contextlib.suppress(ValueError):  # a number of thousands of digits
        return normalise_label(label) or label.strip().upper()
    return label.strip().upper()


def width_among(digits: str, others: Iterable[str]) -> int:
    """How many digits of an id tell it apart from these others: ``ID_WIDTH`` at least."""
    return max([ID_WIDTH, *(_common(digits, other) + 1 for other in others)])


def width_in(connection: sqlite3.Connection, kind: str, digits: str) -> int:
    """How many of an id's ``digits`` tell it apart from the records of its kind that are called by theirs."""
    start = digits[:ID_WIDTH]
    others = connection.execute(
        "SELECT hex FROM records WHERE kind = ? AND hex >= ? AND hex < ? AND hex <> ? AND number IS NULL",
        (kind, start, start + BEYOND, digits),
    )
    return width_among(digits, [other for (other,) in others])


def _common(one: str, other: str) -> int:
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
