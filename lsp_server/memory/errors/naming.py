"""What people and programs name an error by: an exception, a memory, a group, an id or a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from lsp_server.errors import AmbiguousError, NotFoundError, UsageError
from lsp_server.memory.errors.collecting import (
    collected,
    group_of,
    known_groups,
    known_solutions,
    noted_group,
)
from lsp_server.memory.errors.facts import ERROR_TYPES, Facts, facts_of, typed_text
from lsp_server.memory.errors.results import ErrorGroup, Solution
from lsp_server.memory.events.model import TypedMemory
from lsp_server.store.keyvalue.base import Value

if TYPE_CHECKING:
    from lsp_server.memory.events.event_memory import EventMemory

_ID = re.compile(r"[0-9a-f]{6,}|[0-9a-f]{8}-[0-9a-f-]{1,27}")

Named = "BaseException | str | TypedMemory | ErrorGroup"
Described = Callable[[BaseException], TypedMemory]


def group_named(events: EventMemory, name: str) -> ErrorGroup:
    """The group with this id, or whose id begins so, or that has the error with this id. Raises
    ``NotFoundError``, ``AmbiguousError``, and ``RefusedError`` where drain3 is missing."""
    groups = collected(events, None)
    exact = [group for group, names in groups if group.id == name] or [
        group for group, names in groups if name in names
    ]
    if exact:
        return exact[0]
    near = [group for group, _ in groups if group.id.startswith(name)] if name else []
    if len(near) > 1:
        raise AmbiguousError(f"{name} could be {', '.join(group.id for group in near[:5])}")
    if near:
        return near[0]
    memory = events.memory(name) if len(name) >= 6 else None
    if memory is not None and memory.memory_type in ERROR_TYPES:
        solutions, _ = known_solutions(events)
        wanted = group_of(known_groups(events, solutions)[0], memory)[0].id
        for group, names in groups:
            if group.id == wanted or wanted in names:
                return group
    raise NotFoundError(f"there is no group of errors {name!r} (see `git memory errors --all`)")


def is_id(text: str) -> bool:
    """Whether a text can be the id of a group or of a memory, or the beginning of one."""
    return _ID.fullmatch(text) is not None


def solves(events: EventMemory, error: TypedMemory | ErrorGroup | str) -> dict[str, Value]:
    """What a solution notes about the error that it is for."""
    if isinstance(error, str) and is_id(error.strip()):
        error = group_named(events, error.strip())
    if isinstance(error, str):
        kind, message = typed_text(" ".join(error.split()))
        if not message:
            raise UsageError(
                'a solution is for an error: write its message, like "ConnectionError: No answer"'
            )
        return {"type": kind, "message": message}
    memory = error.example if isinstance(error, ErrorGroup) else error
    facts = facts_of(memory)
    made: dict[str, Value] = {"type": facts.type, "message": facts.message}
    if facts.place:
        made["place"] = facts.place
    if isinstance(error, ErrorGroup):
        return {**made, "template": error.template, "group": error.id}
    noted = noted_group(memory)
    return {**made, "group": noted} if noted else made


def solutions_of(events: EventMemory, error: TypedMemory | ErrorGroup | str) -> list[Solution]:
    """The solutions for an error, best first."""
    if isinstance(error, str) and is_id(error.strip()):
        error = group_named(events, error.strip())
    if isinstance(error, str):
        kind, message = typed_text(" ".join(error.split()))
        facts, noted = Facts(kind, message, "", "", ""), ""
    else:
        memory = error.example if isinstance(error, ErrorGroup) else error
        facts, noted = facts_of(memory), noted_group(memory)
    solutions, _ = known_solutions(events)
    grouper, _ = known_groups(events, solutions)
    group = grouper.group_of(facts.type, facts.place, facts.message, noted)
    return solutions.of(facts, group, grouper)
