"""Errors of one kind: those of one type, raised in one place, whose messages differ only in their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lsp_server.memory.errors import masking
from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.learning.discretion import discreet
from lsp_server.memory.learning.model import HOLE, key_of
from lsp_server.records.anchors import CodeRange

_MOST = 500  # characters of a message that tell its kind
_HOLES = re.compile(r"<:?[*A-Za-z_]+:?>")  # as drain3 and the masks before it write them
_SEVERAL = re.compile(rf"{HOLE}(?:\s+{HOLE})+")


class Group(NamedTuple):
    """Errors that belong together: what their messages have in common, themselves, and what solves them."""

    template: str
    events: Sequence[TypedMemory]
    solution: TypedMemory | None = None


Grouping = Callable[[Sequence[TypedMemory]], Sequence[Group]]
"""Sorts errors, the oldest first, into groups."""


@dataclass(frozen=True)
class Raised:
    """What an error's event tells, whoever wrote it."""

    type: str
    message: str
    where: str
    function: str
    path: str | None
    line: int
    handled: bool

    @property
    def key(self) -> str:
        """The same for errors of one kind, however they are grouped."""
        return key_of(self.type, self.function or self.path or "", masked(self.message))

    @property
    def place(self) -> CodeRange | None:
        return CodeRange(self.path, self.line, self.line) if self.path and self.line > 0 else None


@dataclass(frozen=True)
class Pattern:
    """Errors of one kind, the oldest first. ``keys`` are those of its errors, ``key`` its first one's."""

    template: str
    events: tuple[TypedMemory, ...]
    key: str
    keys: frozenset[str]
    messages: frozenset[str]
    solution: TypedMemory | None = None

    @property
    def newest(self) -> Raised:
        return raised(self.events[-1])


def raised(memory: TypedMemory) -> Raised:
    """What is known of an error. One without such metadata is told by its title."""
    told = memory.metadata.get("error")
    if not isinstance(told, Mapping):
        kind, colon, rest = memory.title.partition(": ")
        named = bool(colon) and re.fullmatch(r"[\w.]+", kind) is not None
        return Raised(
            kind if named else "", discreet(rest if named else memory.title), "", "", None, 0, handled=True
        )
    line, path, message = told.get("line"), told.get("path"), told.get("message")
    return Raised(
        _text(told.get("type")),
        discreet(message if isinstance(message, str) else memory.title),
        _text(told.get("where")),
        _text(told.get("function")),
        path if isinstance(path, str) and path else None,
        line if isinstance(line, int) and not isinstance(line, bool) else 0,
        handled=told.get("handled") is not False,
    )


def masked(message: str) -> str:
    """A message without its values."""
    first = message.strip().split("\n", 1)[0][:_MOST]
    return readable(masking.masked(first))


def readable(template: str) -> str:
    """A template as people read it: ``No answer from … in … s``."""
    return _SEVERAL.sub(HOLE, " ".join(_HOLES.sub(HOLE, template).split()))


def patterns(
    errors: Iterable[TypedMemory], solutions: Sequence[TypedMemory] = (), grouping: Grouping | None = None
) -> list[Pattern]:
    """The errors by their kind, the most frequent first. ``grouping`` finds which belong together, and what
    solves them, where something knows more of that than a message's form."""
    by_age = sorted(errors, key=lambda memory: (memory.created, memory.id))
    groups = _by_form(by_age, solutions) if grouping is None else grouping(by_age)
    found = [_pattern(group) for group in groups if group.events]
    return sorted(found, key=lambda one: (-len(one.events), one.key))


def _by_form(errors: Sequence[TypedMemory], solutions: Sequence[TypedMemory]) -> list[Group]:
    by_key: dict[str, list[TypedMemory]] = {}
    for memory in errors:
        by_key.setdefault(raised(memory).key, []).append(memory)
    solved: dict[tuple[str, str], TypedMemory] = {}
    for memory in solutions:
        solves = memory.metadata.get("solves")
        if isinstance(solves, Mapping) and isinstance(message := solves.get("message"), str):
            solved[_text(solves.get("type")), masked(message)] = memory
    groups = []
    for events in by_key.values():
        one = raised(events[0])
        mask = masked(one.message)
        groups.append(Group("", events, solved.get((one.type, mask)) or solved.get(("", mask))))
    return groups


def _pattern(group: Group) -> Pattern:
    told = [raised(memory) for memory in group.events]
    keys = list(dict.fromkeys(one.key for one in told))
    messages = dict.fromkeys(one.message.strip().split("\n", 1)[0] for one in told)
    template = group.template or masked(told[0].message)
    if len(messages) == 1:
        template = next(iter(messages))
    return Pattern(
        readable(template), tuple(group.events), keys[0], frozenset(keys), frozenset(messages), group.solution
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
