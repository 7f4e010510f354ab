"""Keyed values in this process, for tests and for what need not outlive it."""

from __future__ import annotations

import heapq
import os
import threading
import weakref
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple

from lsp_server.store.keyvalue.answering import refuse_while_answering
from lsp_server.store.keyvalue.base import Clock, Item, Value, Write
from lsp_server.store.keyvalue.clocks import never_back, utc, written_between
from lsp_server.store.keyvalue.closing import refuse_from_now_on
from lsp_server.store.keyvalue.keys import check_range, checked_key
from lsp_server.store.keyvalue.values import dumps, loads
from lsp_server.store.keyvalue.writes import asked, checked_writes


class _Kept(NamedTuple):
    text: str  # a text has no parts that somebody could change
    created: datetime
    updated: datetime
    expires: datetime | None


class InMemoryStorage:
    """A ``KeyValue`` in memory: one for each object, gone with it.

    ``clock`` tells the time, with its zone; default: the machine's.
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = never_back(clock)
        self._kept: dict[str, _Kept] = {}
        self._sorted: list[str] | None = []  # the keys in order; None: to be sorted again
        # A heap; what was overwritten stays in it till its time.
        self._expiring: list[tuple[datetime, str]] = []
        self._lock = threading.RLock()
        _open.add(self)

    def get(self, key: str) -> Item | None:
        return self._item(checked_key(key), self._clock())

    def get_many(self, keys: Iterable[str]) -> dict[str, Item]:
        now = self._clock()
        found = ((key, self._item(checked_key(key), now)) for key in keys)
        return {key: item for key, item in found if item}

    def put(self, key: str, value: Value, *, expires: datetime | None = None) -> Item:
        text = dumps(value)
        with self._writing():
            kept = self._write(checked_key(key), text, expires, self._clock())
        return Item(key, loads(text), kept.created, kept.updated, kept.expires)

    def put_many(self, writes: Mapping[str, Write | None]) -> None:
        texts = {
            checked_key(key): write and (dumps(write.value), write.expires and utc(write.expires))
            for key, write in checked_writes(writes)
        }
        with self._writing():
            now = self._clock()
            for key, write in texts.items():
                if write:
                    self._write(key, *write, now)
                else:
                    self._remove(key)

    def change(self, key: str, change: Callable[[Item | None], Write | None]) -> Item | None:
        with self._writing():
            write = asked(id(self), change, self.get(key))
            if write is None:
                self._remove(key)
                return None
            return self.put(key, write.value, expires=write.expires)

    def touch(self, key: str, expires: datetime | None) -> bool:
        with self._writing():
            kept = self._live(checked_key(key), self._clock())
            if kept:
                self._keep(key, kept._replace(expires=expires and utc(expires)))
            return kept is not None

    def delete(self, key: str) -> bool:
        with self._writing():
            was_there = self._live(checked_key(key), self._clock()) is not None
            self._remove(key)
            return was_there

    def delete_prefix(self, prefix: str) -> int:
        with self._writing():
            keys = [item.key for item in self.scan(prefix)]
            for key in keys:
                self._remove(key)
            return len(keys)

    def scan(self, prefix: str = "", *, after: str | None = None, limit: int | None = None) -> Sequence[Item]:
        check_range(prefix, after, limit)
        with self._lock:
            now = self._clock()
            found: list[Item] = []
            for key in self._keys_from(max(prefix, after or "")):
                if (limit is not None and len(found) >= limit) or not key.startswith(prefix):
                    break
                if key != after and (item := self._item(key, now)):
                    found.append(item)
            return found

    def updated(
        self, *, after: datetime | None = None, before: datetime | None = None, prefix: str = ""
    ) -> Sequence[Item]:
        return written_between(self.scan(prefix), after, before)

    def remove_expired(self) -> int:
        with self._writing():
            now = self._clock()
            removed = 0
            while self._expiring and self._expiring[0][0] <= now:
                when, key = heapq.heappop(self._expiring)
                kept = self._kept.get(key)
                if kept and kept.expires == when:
                    self._remove(key)
                    removed += 1
            return removed

    def close(self) -> None:
        refuse_from_now_on(self)

    def after_fork(self) -> None:
        """In the new process: another thread of the old one may have had the lock, and is not here."""
        self._lock = threading.RLock()

    def _writing(self) -> AbstractContextManager[object]:
        refuse_while_answering(id(self))
        return self._lock

    def _live(self, key: str, now: datetime) -> _Kept | None:
        kept = self._kept.get(key)
        return kept if kept and (kept.expires is None or now < kept.expires) else None

    def _item(self, key: str, now: datetime) -> Item | None:
        kept = self._live(key, now)
        return kept and Item(key, loads(kept.text), kept.created, kept.updated, kept.expires)

    def _write(self, key: str, text: str, expires: datetime | None, now: datetime) -> _Kept:
        before = self._live(key, now)
        kept = _Kept(text, before.created if before else now, now, expires and utc(expires))
        self._keep(key, kept)
        return kept

    def _keep(self, key: str, kept: _Kept) -> None:
        if key not in self._kept:
            self._sorted = None
        self._kept[key] = kept
        if kept.expires:
            heapq.heappush(self._expiring, (kept.expires, key))

    def _remove(self, key: str) -> None:
        if self._kept.pop(key, None):
            self._sorted = None

    def _keys_from(self, first: str) -> Iterable[str]:
        if self._sorted is None:
            self._sorted = sorted(self._kept)
        keys = self._sorted
        return (keys[index] for index in range(bisect_left(keys, first), len(keys)))


_open: weakref.WeakSet[InMemoryStorage] = weakref.WeakSet()


def _each_after_fork() -> None:
    for storage in list(_open):
        storage.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_each_after_fork)
