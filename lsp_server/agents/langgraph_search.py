"""What LangGraph asks of a store beyond one key: filters, namespaces that match, likeness by vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from langgraph.store.base import Item, MatchCondition, SearchItem, SearchOp

Vectors = Sequence[Sequence[float]]

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, wanted: bool(value == wanted),
    "$ne": lambda value, wanted: bool(value != wanted),
    "$gt": lambda value, wanted: float(value) > float(wanted),
    "$gte": lambda value, wanted: float(value) >= float(wanted),
    "$lt": lambda value, wanted: float(value) < float(wanted),
    "$lte": lambda value, wanted: float(value) <= float(wanted),
}


def passes(value: Mapping[str, Any], wanted: Mapping[str, Any] | None) -> bool:
    """Whether a value has all that a filter asks for. Raises ``ValueError`` for an operator that is none."""
    return all(_fits(value.get(name), each) for name, each in (wanted or {}).items())


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        if any(name.startswith("$") for name in wanted):
            return all(_operator(name)(value, each) for name, each in wanted.items())
        return isinstance(value, Mapping) and passes(value, wanted)
    if isinstance(wanted, (list, tuple)):
        return (
            isinstance(value, (list, tuple))
            and len(value) == len(wanted)
            and all(_fits(one, each) for one, each in zip(value, wanted, strict=True))
        )
    return bool(value == wanted)


def _operator(name: str) -> Callable[[Any, Any], bool]:
    if name not in _OPERATORS:
        raise ValueError(f"unsupported operator {name}: a filter has {', '.join(_OPERATORS)}")
    return _OPERATORS[name]


def matches(condition: MatchCondition, namespace: tuple[str, ...]) -> bool:
    """Whether a namespace begins or ends as asked for; ``*`` is any one label."""
    length = len(condition.path)
    if length > len(namespace):
        return False
    if condition.match_type == "prefix":
        labels = namespace[:length]
    elif condition.match_type == "suffix":
        labels = namespace[len(namespace) - length :]
    else:
        raise ValueError(f"unsupported match type {condition.match_type}")
    return all(wanted in ("*", label) for label, wanted in zip(labels, condition.path, strict=True))


def found(item: Item, score: float | None = None) -> SearchItem:
    """An item as a search answers with it."""
    return SearchItem(item.namespace, item.key, item.value, item.created_at, item.updated_at, score)


def ranked(op: SearchOp, wanted: Sequence[float], items: Iterable[tuple[Item, Vectors]]) -> list[SearchItem]:
    """The items that are most like what was asked for, by the nearest of their vectors; those without any
    come last."""
    scored: list[tuple[float, Item]] = []
    others: list[Item] = []
    for item, vectors in items:
        if vectors:
            scored.append((max(_cosine(wanted, vector) for vector in vectors), item))
        else:
            others.append(item)
    scored.sort(key=lambda pair: -pair[0])
    page = [found(item, score) for score, item in scored[op.offset : op.offset + op.limit]]
    return page + [found(item) for item in others[: max(0, op.limit - len(page))]]


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    length = (sum(each * each for each in one) * sum(each * each for each in other)) ** 0.5
    return sum(a * b for a, b in zip(one, other, strict=False)) / length if length else 0.0
