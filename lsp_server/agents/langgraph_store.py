"""LangGraph's long-term memory on any keyed storage: what an agent puts there outlives its process.

An item of the namespace ``("user", "123")`` under ``prefs`` is the keyed value ``langgraph:user:123:prefs``,
so that ``MemoryManager`` reads it, too. Where an item has a time to live or an index of its own, its value
stands in ``{"langgraph": {…}, "value": {…}}``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from lsp_server.errors import UsageError

try:
    from langgraph.store.base import (
        BaseStore,
        GetOp,
        IndexConfig,
        Item,
        ListNamespacesOp,
        Op,
        PutOp,
        Result,
        SearchOp,
        TTLConfig,
        validate_op_namespace,
    )
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        'GitMemoryStore needs LangGraph: pip install "git-memory-lsp[langgraph]"', name=error.name
    ) from None

from lsp_server.agents import langgraph_search as search
from lsp_server.agents.langgraph_meaning import Meaning, Vectors
from lsp_server.memory.keyed import Clock, KeyedItem, Value, Where, Write, never_back, opened

_META, _VALUE = "langgraph", "value"
_TTL, _INDEX = "ttl", "index"

_Namespace = tuple[str, ...]


class _Stored(NamedTuple):
    """An item with what it was put there with: minutes to live, and the fields that are searched (None: as
    the store is configured; False: none); and the moment at which it goes away."""

    item: Item
    ttl: float | None
    fields: list[str] | bool | None
    expires: datetime | None


class _Looked(NamedTuple):
    """What a batch needs to search by meaning: vectors, texts that have to be embedded for it, and what is in
    the namespaces, which are not read a second time."""

    vectors: Vectors
    unknown: list[str]
    below: Mapping[_Namespace, list[_Stored]]


class GitMemoryStore(BaseStore):
    """A LangGraph ``BaseStore`` on a keyed storage: namespaces, search with filters, search by meaning where
    ``index`` names an embedding, and times to live.

    ``storage``: as of ``MemoryManager`` (``"git:"``, ``"sqlite:///agents.db"``, …). ``index`` and ``ttl`` are
    LangGraph's own configurations; ``ttl`` counts minutes, and reading an item renews its time unless
    ``refresh_on_read`` is false. What expired is never answered with; ``sweep_ttl`` gives its room back.
    Items are answered in the order in which they were first put there.

    >>> store = GitMemoryStore("sqlite:///agents.db")
    >>> store.put(("users", "123"), "prefs", {"theme": "dark"})
    >>> graph = builder.compile(store=store)
    """

    supports_ttl = True

    def __init__(
        self,
        storage: Where = None,
        *,
        index: IndexConfig | None = None,
        ttl: TTLConfig | None = None,
        prefix: str = "langgraph",
        clock: Clock | None = None,
    ) -> None:
        self.ttl_config = ttl
        self._storage = opened(storage, clock)
        self._clock = never_back(clock)
        self._prefix = f"{_escaped(prefix)}:"
        self._meaning = Meaning(index)

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """LangGraph's way in: everything is read before anything is put, and all puts are one change."""
        ops = self._checked(ops)
        looked = self._looked(ops)
        looked.vectors.update(self._meaning.embedded(looked.unknown))
        return self._done(ops, looked)

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """``batch`` without keeping the event loop waiting."""
        ops = self._checked(ops)
        looked = await asyncio.to_thread(self._looked, ops)
        looked.vectors.update(await self._meaning.aembedded(looked.unknown))
        return await asyncio.to_thread(self._done, ops, looked)

    def sweep_ttl(self) -> int:
        """Give back the room of what has expired; how many items that were."""
        return self._storage.remove_expired()

    def close(self) -> None:
        """Let go of files and connections."""
        self._storage.close()

    # One batch

    def _checked(self, ops: Iterable[Op]) -> list[Op]:
        ops = list(ops)
        for op in ops:
            validate_op_namespace(op)
        return ops

    def _looked(self, ops: Sequence[Op]) -> _Looked:
        texts: list[str] = []
        below: dict[_Namespace, list[_Stored]] = {}
        for op in ops if self._meaning.is_on else ():
            if isinstance(op, PutOp) and op.value is not None:
                texts += self._meaning.texts_in(op.value, op.index)
            elif isinstance(op, SearchOp) and op.query:
                texts.append(op.query)
                namespace = tuple(op.namespace_prefix)
                if namespace not in below:
                    below[namespace] = self._below(namespace)
                for each in below[namespace]:
                    texts += self._meaning.texts_in(each.item.value, each.fields)
        return _Looked(*self._meaning.known(texts), below)

    def _done(self, ops: Sequence[Op], looked: _Looked) -> list[Result]:
        results: list[Result] = []
        writes: dict[str, Write | None] = {}
        for op in ops:
            if isinstance(op, GetOp):
                results.append(self._got(op))
            elif isinstance(op, SearchOp):
                results.append(self._searched(op, looked))
            elif isinstance(op, ListNamespacesOp):
                results.append(self._namespaces(op))
            elif isinstance(op, PutOp):
                key = self._key(op.namespace, op.key)
                writes.pop(key, None)
                writes[key] = None if op.value is None else self._write(op)
                results.append(None)
            else:
                raise ValueError(f"unknown operation {type(op).__name__}")
        if len(writes) == 1:
            ((key, write),) = writes.items()
            if write:
                self._storage.put(key, write.value, expires=write.expires)
            else:
                self._storage.delete(key)
        elif writes:
            self._storage.put_many(writes)
        return results

    def _got(self, op: GetOp) -> Item | None:
        kept = self._storage.get(self._key(op.namespace, op.key))
        stored = kept and _stored(kept, op.namespace, op.key)
        if not stored:
            return None
        if op.refresh_ttl:
            self._renew([stored])
        return stored.item

    def _searched(self, op: SearchOp, looked: _Looked) -> list[Any]:
        by_meaning = bool(op.query) and self._meaning.is_on
        if by_meaning:  # a model may have taken its time
            now = self._clock()
            below = looked.below[tuple(op.namespace_prefix)]
            known = [one for one in below if one.expires is None or one.expires > now]
        else:
            known = self._below(op.namespace_prefix)
        items = [each for each in known if search.passes(each.item.value, op.filter)]
        if by_meaning and op.query:
            near = ((each.item, self._vectors_of(each, looked.vectors)) for each in items)
            answer = search.ranked(op, looked.vectors[op.query], near)
        else:
            answer = [search.found(each.item) for each in items[op.offset : op.offset + op.limit]]
        if op.refresh_ttl:
            answered = {(item.namespace, item.key) for item in answer}
            self._renew(each for each in items if (each.item.namespace, each.item.key) in answered)
        return answer

    def _namespaces(self, op: ListNamespacesOp) -> list[tuple[str, ...]]:
        known = {each.item.namespace for each in self._below(())}
        wanted = (
            namespace[: op.max_depth]
            for namespace in known
            if all(search.matches(condition, namespace) for condition in op.match_conditions or ())
        )
        return sorted(set(wanted))[op.offset : op.offset + op.limit]

    def _write(self, op: PutOp) -> Write:
        value = dict(op.value or {})
        meta: dict[str, Value] = {}
        if op.ttl is not None:
            meta[_TTL] = op.ttl
        if op.index is not None:
            meta[_INDEX] = op.index if isinstance(op.index, bool) else list(op.index)
        expires = None if op.ttl is None else self._in_minutes(op.ttl)
        return Write({_META: meta, _VALUE: value} if meta or _is_wrapped(value) else value, expires)

    def _in_minutes(self, ttl: float) -> datetime | None:
        try:
            return self._clock() + timedelta(minutes=ttl)
        except OverflowError:  # later than there are dates
            return None
        except (TypeError, ValueError):
            raise UsageError(f"ttl is a number of minutes, not {ttl!r}") from None

    def _renew(self, items: Iterable[_Stored]) -> None:
        for item, ttl, *_ in items:
            if ttl is not None:
                self._storage.touch(self._key(item.namespace, item.key), self._in_minutes(ttl))

    def _below(self, namespace: Sequence[str]) -> list[_Stored]:
        """The items of a namespace and of those below it: namespaces in the order in which they began, and
        their items so, too."""
        known = [
            stored
            for item in self._storage.scan(self._within(namespace))
            if (stored := _stored(item, *_place(item.key[len(self._prefix) :])))
        ]
        began: dict[tuple[str, ...], datetime] = {}
        for item, *_ in known:
            began[item.namespace] = min(began.get(item.namespace, item.created_at), item.created_at)
        known.sort(key=lambda each: (began[each.item.namespace], each.item.namespace, each.item.created_at))
        return known

    def _key(self, namespace: Sequence[str], key: str) -> str:
        return self._within(namespace) + _escaped(key)

    def _within(self, namespace: Sequence[str]) -> str:
        """What the keys in a namespace begin with."""
        return self._prefix + "".join(f"{_escaped(label)}:" for label in namespace)

    def _vectors_of(self, stored: _Stored, vectors: Vectors) -> list[list[float]]:
        texts = self._meaning.texts_in(stored.item.value, stored.fields)
        return [vectors[text] for text in texts if text in vectors]


def _stored(kept: KeyedItem, namespace: Sequence[str], key: str) -> _Stored | None:
    """A keyed value as an item; None where somebody put something else there."""
    value: Any = kept.value
    meta: Mapping[str, Any] = {}
    if _is_wrapped(value):
        value, meta = value[_VALUE], value[_META]
    if not isinstance(value, dict):
        return None
    item = Item(
        value=value,
        key=key,
        namespace=tuple(namespace),
        created_at=kept.created,
        updated_at=kept.updated,
    )
    return _Stored(item, meta.get(_TTL), meta.get(_INDEX), kept.expires)


def _is_wrapped(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {_META, _VALUE} and isinstance(value[_META], dict)


def _place(name: str) -> tuple[_Namespace, str]:
    *labels, key = (_unescaped(part) for part in name.split(":"))
    return tuple(labels), key


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace(":", "%3A").replace("\0", "%00")


def _unescaped(part: str) -> str:
    return part.replace("%00", "\0").replace("%3A", ":").replace("%25", "%")
