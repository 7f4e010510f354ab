"""Numbers of what is brought in: those that it had are kept where they are free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lsp_server.index import Filters
from lsp_server.memory.core import Core
from lsp_server.memory.edits import Edits
from lsp_server.records.labels import format_label
from lsp_server.records.model import Kind

# A branch that gives 1, 2, 3 must not jump to the number of an issue or a date because a file name holds one.
_HIGHEST = 99_999


class Numbered(Protocol):
    """One thing on its way in: the number that it had, and the one that it gets. ``alias`` is the label that
    its own number would have given, ``remarks`` say what became of it."""

    name: str
    number: int
    alias: str | None
    remarks: list[str]

    @property
    def wanted(self) -> int | None: ...


def give_numbers(core: Core, edits: Edits, kind: Kind, new: Sequence[Numbered]) -> None:
    """Keep the numbers that are free; of several with one number the first by name keeps it."""
    if not new:
        return
    taken = {r.number: r.label for r in core.index.list(Filters(kind)) if r.number is not None}
    taken.update(core.index.deleted_numbers(kind))
    taken.update({r.number: r.label for r in edits.records() if r.kind is kind and r.number is not None})
    keeps = set()
    for one in new:
        if one.wanted is not None and one.wanted <= _HIGHEST and one.wanted not in taken:
            one.number = one.wanted
            taken[one.wanted] = one.name
            keeps.add(id(one))
    if keeps:
        edits.claim_number(kind, max(one.number for one in new if id(one) in keeps))
    for one in new:
        if id(one) in keeps:
            continue
        one.number = edits.next_number(kind)
        wanted = one.wanted
        if wanted is None:
            continue
        one.alias = format_label(kind, wanted, "")
        reason = f"taken by {taken[wanted]}" if wanted in taken else "too high to go on from"
        one.remarks.append(
            f"the number {wanted} is {reason}; it is now {format_label(kind, one.number, '')}, "
            f"and {one.alias} stays as an alias"
        )
        taken[one.number] = one.name
