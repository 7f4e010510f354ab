"""Examples of what a scanner rule matches, made from the rule's regular expression.

Made at run time from random characters, so that no file here holds anything that looks like a secret.
"""

from __future__ import annotations

import importlib
import random
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

_SRE = "re._" if sys.version_info >= (3, 11) else "sre_"
_parser = importlib.import_module(f"{_SRE}parser" if _SRE == "re._" else "sre_parse")
_c = importlib.import_module(f"{_SRE}constants")

_PRINTABLE = [chr(c) for c in range(33, 127)]


def parse(rust_pattern: str) -> Any:
    """The syntax tree of a rule's pattern; what Python spells otherwise is put in its words."""
    pattern = rust_pattern.replace(r"\z", r"\Z").replace("[:alnum:]", "a-zA-Z0-9")
    flags = re.VERBOSE if re.match(r"\(\?[a-z]*x", pattern) else 0
    pattern = re.sub(r"\(\?-?[imsx]+\)", "", pattern)
    pattern = re.sub(r"\(\?-?[imx]+:", "(?:", pattern)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _parser.parse(pattern, flags)


def example(tree: Any, dice: random.Random, *, shortest: bool) -> str:
    """One text that the pattern matches. ``shortest`` repeats everything as little as it may."""
    return "".join(_pieces(tree, dice, shortest, {}))


def _pieces(
    tree: Iterable[Any], dice: random.Random, shortest: bool, groups: dict[int, str]
) -> Iterator[str]:
    for op, value in tree:
        if op is _c.LITERAL:
            yield chr(value)
        elif op is _c.NOT_LITERAL:
            yield dice.choice([c for c in _PRINTABLE if ord(c) != value])
        elif op is _c.ANY:
            yield dice.choice("abcdefghij")
        elif op is _c.IN:
            yield dice.choice(_members(value))
        elif op is _c.BRANCH:
            yield from _pieces(dice.choice(value[1]), dice, shortest, groups)
        elif op is _c.SUBPATTERN:
            text = "".join(_pieces(value[3], dice, shortest, groups))
            if value[0] is not None:
                groups[value[0]] = text
            yield text
        elif op in (_c.MAX_REPEAT, _c.MIN_REPEAT):
            low, high, inner = value
            times = low if shortest else dice.randint(low, max(low, min(int(high), low + 6)))
            for _ in range(times):
                yield from _pieces(inner, dice, shortest, groups)
        elif op is _c.GROUPREF:
            yield groups[value]
        elif op is not _c.AT:
            raise NotImplementedError(f"a rule uses {op}")


def _members(items: Any) -> list[str]:
    negated = items[0][0] is _c.NEGATE
    members: list[str] = []
    for op, value in items[1:] if negated else items:
        if op is _c.LITERAL:
            members.append(chr(value))
        elif op is _c.RANGE:
            members += [chr(c) for c in range(value[0], value[1] + 1)]
        elif op is _c.CATEGORY:
            members += [c for c in [*_PRINTABLE, " "] if _in_category(value, c)]
    if negated:
        return [c for c in _PRINTABLE if c not in members]
    return [c for c in members if c.isprintable()] or members


def _in_category(category: Any, char: str) -> bool:
    classes = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
    name = str(category).rsplit("_", 1)[-1]
    inside = re.match(classes[name], char) is not None
    return inside != ("_NOT_" in str(category))


def literals(tree: Any) -> frozenset[str]:
    """Case-folded strings of which every match holds at least one; empty when none could be told."""
    best: frozenset[str] = frozenset()
    run: frozenset[str] = frozenset({""})

    def keep(found: frozenset[str]) -> None:
        nonlocal best
        if found and min(map(len, found)) > (min(map(len, best)) if best else 0):
            best = found

    for op, value in tree:
        exact = _exact([(op, value)])
        if exact is not None and len(run) * len(exact) <= 64:
            run = frozenset(a + b for a in run for b in exact)
            continue
        keep(run)
        run = frozenset({""})
        if op is _c.SUBPATTERN:
            keep(literals(value[3]))
        elif op is _c.BRANCH:
            of_each = [literals(branch) for branch in value[1]]
            if all(of_each):
                keep(frozenset().union(*of_each))
        elif op in (_c.MAX_REPEAT, _c.MIN_REPEAT) and value[0] >= 1:
            keep(literals(value[2]))
    keep(run)
    return best


def _exact(tree: Iterable[Any]) -> frozenset[str] | None:
    """All that the (small) pattern can match, case-folded; None when that is too much to list."""
    strings = frozenset({""})
    for op, value in tree:
        more: frozenset[str] | None = None
        if op is _c.LITERAL:
            more = frozenset({chr(value).casefold()})
        elif op is _c.IN and all(o is _c.LITERAL for o, _ in value):
            more = frozenset(chr(c).casefold() for _, c in value)
        elif op is _c.AT:
            more = frozenset({""})
        elif op is _c.SUBPATTERN:
            more = _exact(value[3])
        elif op is _c.BRANCH:
            of_each = [_exact(branch) for branch in value[1]]
            if all(e is not None for e in of_each):
                more = frozenset().union(*(e for e in of_each if e is not None))
        elif op in (_c.MAX_REPEAT, _c.MIN_REPEAT) and value[1] <= 2:
            inner = _exact(value[2])
            if inner is not None:
                times = range(value[0], int(value[1]) + 1)
                more = frozenset().union(*(_power(inner, n) for n in times))
        if more is None or len(strings) * len(more) > 64:
            return None
        strings = frozenset(a + b for a in strings for b in more)
    return strings


def _power(strings: frozenset[str], times: int) -> frozenset[str]:
    result = frozenset({""})
    for _ in range(times):
        result = frozenset(a + b for a in result for b in strings)
    return result
