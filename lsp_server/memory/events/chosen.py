"""Which memories people want in their history, and the second journal where these wait for the branch.

It is small, and nothing is rotated away from it: a solution does not go with the stream that it came in.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import StoreError, UsageError
from lsp_server.memory.events.model import TypedMemory, event_of
from lsp_server.memory.events.types import TYPES, checked_type
from lsp_server.store.journal.base import PartlyKeptError
from lsp_server.store.journal.journal import Journal
from lsp_server.store.keyvalue.base import Value

if TYPE_CHECKING:
    from lsp_server.memory.events.places import OfRepository

SUMMARY = "summary"
DEFAULT = ("solution", "insight", "optimisation", "decision", "decision.outcome", SUMMARY)
"""The types that go to the branch unless somebody says otherwise."""

KEY = "memory.eventTypes"
NONE = "none"
FOLDER = "chosen"
_BUDGET, _SEGMENT = 1 << 60, 1 << 26  # bytes: never too much, and any event fits


def journal_beside(directory: Path) -> Journal:
    """The journal of chosen memories beside the one in ``directory``."""
    return Journal(directory / FOLDER, budget=_BUDGET, segment_size=_SEGMENT)


def chosen_types(given: Collection[str] | None, repository: OfRepository | None) -> frozenset[str]:
    """The types that go to the branch: as ``given``, else as git's configuration says, else the usual ones.

    Raises ``UsageError`` for what is no type.
    """
    if given is not None:
        return frozenset(checked_type(name) for name in ([given] if isinstance(given, str) else given))
    said = None
    if repository is not None:
        said = repository.memory._core.repository.config.get(KEY.lower())
    return frozenset(DEFAULT) if said is None else configured_types(said)


def configured_types(said: str) -> frozenset[str]:
    """The types that a setting names. Raises ``UsageError``."""
    names = [name.strip() for name in said.split(",") if name.strip()]
    if NONE in names and len(names) > 1:
        raise UsageError(f"git config {KEY}: none and other types are not both meant: write one of them")
    try:
        return frozenset(checked_type(name) for name in names if name != NONE)
    except UsageError as error:
        raise UsageError(f"git config {KEY}: {error}") from None


def keep_one(journal: Journal, chosen: Journal, event: Mapping[str, Value]) -> None:
    """Write a chosen event to both. Where the disk is full it is kept in both, in ``chosen`` alone, where all
    find it, or nowhere: never where it would not come to the branch."""
    journal.check(event)
    chosen.append(event)
    with contextlib.suppress(StoreError):
        journal.append(event)


def keep_many(
    journal: Journal, chosen: Journal, memories: Sequence[TypedMemory], types: Collection[str]
) -> None:
    """Write all to one journal, and those that are chosen to the other as well.

    Raises ``PartlyKeptError`` where the disk is full before the last: the first so many are where they
    belong; ``StoreError`` where not even the first is.
    """
    refused = None
    try:
        positions = journal.append_many(map(event_of, memories))
    except PartlyKeptError as error:
        refused, positions = error, error.positions
    places = [at for at, memory in enumerate(memories[: len(positions)]) if memory.memory_type in types]
    try:
        if places:
            chosen.append_many(event_of(memories[at]) for at in places)
    except PartlyKeptError as error:
        raise PartlyKeptError(error.why, positions[: places[len(error.positions)]]) from error
    except StoreError as error:
        if places[0] == 0:
            raise
        raise PartlyKeptError(error.message, positions[: places[0]]) from error
    if refused is not None:
        raise refused


def in_words(name: str, count: int) -> str:
    """So many of a type, in words: ``decision outcomes``; a program's own type as it is."""
    if name not in DEFAULT and name not in TYPES:
        return name
    plain = name.replace(".", " ").replace("_", " ")
    return plain if count == 1 else "summaries" if name == SUMMARY else f"{plain}s"
