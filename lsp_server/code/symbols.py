"""The symbols of a file: what has a name in it, on which lines. Nothing is read or run but the text.

A name is said with dots from the outermost scope in: ``Login.check``, whatever the language writes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.code.grammars import LANGUAGES, Grammar, grammars_of, load
from lsp_server.errors import UsageError

if TYPE_CHECKING:
    from tree_sitter import Node

    from lsp_server.code.syntax.model import Rules

_LARGEST = 4_000_000  # characters: what is larger was made by a program, and nobody's symbols are in it
_OUTLINES_KEPT = 32
_PATIENCE = 1.0  # seconds of computing, for texts that no person wrote: some take a parser many minutes
_PIECE = 1 << 16  # bytes given to the parser at a time
_MOST_IN_ERROR = 10_000  # nodes side by side that fit nowhere
_DEEPEST = 30  # scopes in scopes: nobody names what is deeper


class Symbol(NamedTuple):
    """``name`` stands on the lines ``start`` to ``end``, decorators and attributes included. ``what`` is what
    it is (``class``, ``method``). ``has_body`` is false for what is only declared; ``is_broken`` where there
    is a syntax error in it, so that its end may be wrong. ``line`` is the line of the name itself."""

    name: str
    start: int
    end: int
    what: str
    has_body: bool = True
    is_broken: bool = False
    line: int = 0

    @property
    def span(self) -> str:
        return str(self.start) if self.start == self.end else f"{self.start}-{self.end}"


@dataclass(frozen=True)
class Outline:
    """All symbols of a file in the order of their beginnings."""

    symbols: tuple[Symbol, ...]
    is_broken: bool = False
    """Whether a syntax error is somewhere in the file."""

    @cached_property
    def _by_name(self) -> dict[str, list[Symbol]]:
        found: dict[str, list[Symbol]] = {}
        for symbol in self.symbols:
            found.setdefault(symbol.name, []).append(symbol)
        return found

    @property
    def names(self) -> Sequence[str]:
        """Each name once, in order."""
        return list(self._by_name)

    def named(self, name: str) -> list[Symbol]:
        """What has this name; where some of it is defined, without what only declares it."""
        there = self._by_name.get(name, [])
        return [one for one in there if one.has_body] or there

    def around(self, start: int, end: int) -> Iterator[Symbol]:
        """The symbols that have all of these lines, the outermost first."""
        return (symbol for symbol in self.symbols if symbol.start <= start and end <= symbol.end)


class NoSymbolsError(UsageError):
    """Nobody can tell the symbols of this file: its language is not known here, or its grammar not there."""


def outline(path: str, lines: Sequence[str]) -> Outline:
    """The symbols of a text. Raises ``NoSymbolsError``. A millisecond for each ten kilobytes."""
    grammars = grammars_of(path, lines[0] if lines else "")
    if not grammars:
        raise NoSymbolsError(
            f"symbols of {path} are not known, only those of {LANGUAGES}; name lines instead: {path}:LINE"
        )
    if sum(map(len, lines)) > _LARGEST:
        raise NoSymbolsError(f"{path} is too large to look for symbols in; name lines instead: {path}:LINE")
    found = _outline(tuple(grammars), tuple(lines))
    if found is None:
        raise NoSymbolsError(f"{path} cannot be read for symbols in time; name lines instead: {path}:LINE")
    return found


@lru_cache(maxsize=_OUTLINES_KEPT)
def _outline(grammars: tuple[Grammar, ...], lines: tuple[str, ...]) -> Outline | None:
    source = "\n".join(lines).encode("utf-8", "replace")
    found: Outline | None = None
    for grammar in grammars:
        read = _read(grammar, source)
        if read is not None and (found is None or not read.is_broken):
            found = read
        if found is not None and not found.is_broken:
            break
    return found


def _read(grammar: Grammar, source: bytes) -> Outline | None:
    """None where it would take too long."""
    try:
        language, query, rules = load(grammar)
        from tree_sitter import Parser, QueryCursor
    except (ImportError, ValueError, AttributeError) as error:
        package = grammar.package.replace("_", "-")
        raise NoSymbolsError(
            f"symbols in {grammar.language} need the package {package}, which cannot be used here ({error}); "
            f"name lines instead: PATH:LINE"
        ) from error
    until = time.thread_time() + _PATIENCE
    try:
        root = (
            Parser(language)
            .parse(
                lambda at, _: source[at : at + _PIECE],
                progress_callback=lambda *_: time.thread_time() > until,
            )
            .root_node
        )
    except ValueError:  # it was stopped
        return None
    if root.has_error and _is_hopeless(root):
        return None
    nodes = QueryCursor(query).captures(root).get("defined", [])
    return Outline(_symbols(nodes, rules), root.has_error)


def _symbols(nodes: Sequence[Node], rules: Rules) -> tuple[Symbol, ...]:
    """What the nodes define, each named within the scopes that it stands in."""
    symbols: dict[tuple[str, int], Symbol] = {}
    open_: list[tuple[int, str, bool]] = []  # the scopes around: end, full name, inside of a function
    for node in sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte)):
        while open_ and open_[-1][0] <= node.start_byte:
            open_.pop()
        if len(open_) >= _DEEPEST:
            continue
        _, scope, in_function = open_[-1] if open_ else (0, "", False)
        found = rules[node.type](node, in_function)
        if found is None:
            continue
        for one in found.definitions:
            name = f"{scope}.{one.name}" if scope else one.name
            start, end = one.first.start_point[0] + 1, _last_line(one.last)
            symbol = Symbol(
                name, start, end, one.what, one.has_body, one.last.has_error, node.start_point[0] + 1
            )
            # `typedef struct a { … } a;` and `export const f = …` say one thing by two nodes.
            symbols.setdefault((name, start), symbol)
        if found.scope or found.is_function:
            inner = f"{scope}.{found.scope}" if scope and found.scope else found.scope or scope
            open_.append((node.end_byte, inner, in_function or found.is_function))
    return tuple(sorted(symbols.values(), key=lambda s: (s.start, -s.end)))


def _is_hopeless(root: Node) -> bool:
    """Whether so much of a text fits nowhere (a hundred thousand open brackets) that looking through it would
    take minutes: a query's time grows with the square of it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "ERROR" and node.child_count > _MOST_IN_ERROR:
            return True
        waiting += [child for child in node.children if child.has_error]
    return False


def _last_line(node: Node) -> int:
    row, column = node.end_point
    return row if column == 0 and row > node.start_point[0] else row + 1
