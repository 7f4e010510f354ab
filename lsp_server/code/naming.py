"""Which symbol a person means by a name, and clear words where it is none, or several."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsp_server.code.symbols import Outline, Symbol
from lsp_server.errors import UsageError
from lsp_server.records.anchors import CodeSymbol

_NAMED = 3  # suggestions
_LISTED = 6  # candidates, or names of a file
_ALIKE, _NEARLY = 0.7, 0.1  # how alike a name is that is suggested, and how much less than the best one
_SPACES = ("namespace", "module")  # whose names may be left out in front


def tidy_name(name: str) -> str:
    """``Login.check``, also where it was written as ``Login::check`` or ``Login#check``."""
    return re.sub(r"::|(?<=\w)#(?=\w)", ".", name.strip()).lstrip(".")


def find(outline: Outline, place: CodeSymbol) -> Symbol:
    """The one symbol that is meant. Raises ``UsageError``, which names what there is instead."""
    name = tidy_name(place.name)
    there = outline.named(name) or _within_namespaces(outline, name)
    if not there:
        raise UsageError(_not_there(outline, place.path, name))
    if place.line:
        # Somebody who names a line may mean a declaration, too.
        at = [one for one in outline.symbols if one.name == there[0].name and _has(one, place.line)]
        if not at:
            raise UsageError(
                f"line {place.line} of {place.path} is not in {there[0].name}; that stands at {_spans(there)}"
            )
        return min(at, key=lambda one: one.end - one.start)
    if len(there) > 1:
        example = f"{place.path}::{there[0].name}:{there[0].start}"
        raise UsageError(
            f"{place.path} has {len(there)} symbols {there[0].name}: {_spans(there)}; "
            f"say which by one of its lines, like {example}"
        )
    return there[0]


def _within_namespaces(outline: Outline, name: str) -> list[Symbol]:
    """What has this name within a namespace of the file that was left out."""
    spaces = {one.name for one in outline.symbols if one.what in _SPACES}
    full = {
        one.name
        for one in outline.symbols
        if one.name.endswith(f".{name}") and one.name.removesuffix(f".{name}") in spaces
    }
    return outline.named(full.pop()) if len(full) == 1 else []


def _has(symbol: Symbol, line: int) -> bool:
    return symbol.start <= line <= symbol.end


def _spans(symbols: Sequence[Symbol]) -> str:
    """``3-9 (getter) and 11-14 (setter)``."""
    told = [f"{one.span} ({one.what})" for one in symbols[:_LISTED]]
    if len(symbols) > _LISTED:
        told.append(f"{len(symbols) - _LISTED} more")
    return _and(told, "and")


def _not_there(outline: Outline, path: str, name: str) -> str:
    near = suggestions(outline, name)
    if near:
        return f"{path} has no symbol {name}; did you mean {_and(near, 'or')}?"
    if not outline.symbols:
        return f"{path} has no symbols; name lines of it instead: {path}:LINE"
    top = [one for one in outline.names if "." not in one]
    more = f" and {len(top) - _LISTED} more" if len(top) > _LISTED else ""
    return f"{path} has no symbol {name}; it has {', '.join(top[:_LISTED])}{more}"


def suggestions(outline: Outline, name: str) -> list[str]:
    """Names of the file that are like ``name``: the same at its end, then those that are spelled alike."""
    wanted = name.casefold()
    last = wanted.rpartition(".")[2]
    names = list(outline.names)
    same = [one for one in names if one.casefold() == wanted]
    same += [one for one in names if one.casefold().rpartition(".")[2] == last]
    if not same:
        alike = {one: max(_likeness(name, one), _likeness(last, one.rpartition(".")[2])) for one in names}
        best = max(alike.values(), default=0.0)
        same = [one for one in names if alike[one] >= max(_ALIKE, best - _NEARLY)]
        same.sort(key=lambda one: (-alike[one], -_likeness(name, one)))
    return list(dict.fromkeys(same))[:_NAMED]


def _likeness(one: str, other: str) -> float:
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, one.casefold(), other.casefold())
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0


def _and(words: Sequence[str], joint: str) -> str:
    return f" {joint} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
