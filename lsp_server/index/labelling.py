"""How labels are kept in the index, and how long those made of an id must be to be told apart."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from lsp_server.records.labels import ID_WIDTH, normalise_label


def label_key(label: str) -> str:
    """The spelling under which a label is kept: any zero padding and case come to the same."""
    with contextlib.suppress(ValueError):  # a number of thousands of digits
        return normalise_label(label) or label.strip().upper()
    return label.strip().upper()


def width_among(digits: str, others: Iterable[str]) -> int:
    """How many digits of an id tell it apart from these others: ``ID_WIDTH`` at least."""
    return max([ID_WIDTH, *(_common(digits, other) + 1 for other in others)])


def _common(one: str, other: str) -> int:
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
