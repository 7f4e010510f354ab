"""``MemoryManager``: keyed memory for applications, whatever keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, overload

from lsp_server.errors import UsageError
from lsp_server.memory.keyed.names import EVERYTHING, SEPARATOR, Defaults, key_of, merged, prefix_of
from lsp_server.memory.keyed.opening import opened
from lsp_server.store.keyvalue.base import Clock, Item, Value, Write
from lsp_server.store.keyvalue.clocks import never_back
from lsp_server.store.keyvalue.keys import checked_key

if TYPE_CHECKING:
    from types import TracebackType

    from lsp_server.memory.keyed.opening import Where

    Duration = float | timedelta

_NOTHING: Final[Any] = object()


class MemoryManager:
    """Values under keys such as ``user:123:preferences``: anything that JSON can hold, and dates.

    ``storage`` is an ``InMemoryStorage`` (default), a ``FileStorage``, a ``DatabaseStorage``, a
    ``GitStorage``, any other ``KeyValue``, or a name (``"sqlite:///app.db"``, ``"file:data"``, ``"git:"``).
    ``defaults`` are values for what is missing, by key or pattern (``"user:*:preferences"``). Every call
    takes a key, or an owner and a kind, which are the key ``owner:kind``. Calls may come from many threads
    and processes; see ``AsyncMemoryManager`` for asyncio.

    Every call raises ``UsageError`` for a key or value that cannot be kept, and ``StoreError`` where the
    storage cannot do it now.

    >>> memory = MemoryManager()
    >>> memory.store("user:123:preferences", {"theme": "dark", "editor": {"tabs": 4}})
    >>> memory.update("user:123:preferences", {"editor": {"wrap": True}})
    {'theme': 'dark', 'editor': {'tabs': 4, 'wrap': True}}
    >>> memory.retrieve("user:123", "preferences")["theme"]
    'dark'
    """

    def __init__(
        self,
        storage: Where = None,
        *,
        defaults: Mapping[str, Value] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._storage = opened(storage, clock)
        self._defaults = Defaults(defaults)
        self._clock = never_back(clock)
        self._prefix = ""

    # One value

    @overload
    def store(self, key: str, value: Value, /, *, ttl: Duration | None = None) -> None: ...
    @overload
    def store(self, owner: str, kind: str, value: Value, /, *, ttl: Duration | None = None) -> None: ...
    def store(self, key: str, second: Any, third: Any = _NOTHING, /, *, ttl: Duration | None = None) -> None:
        """Keep a value, in place of whatever stood there. ``ttl``: for so many seconds, or a ``timedelta``;
        default: until it is deleted."""
        kind, value = (None, second) if third is _NOTHING else (second, third)
        self._storage.put(self._key(key, kind), value, expires=self._expiry(ttl))

    def retrieve(self, key: str, kind: str | None = None, /, *, default: Value = None) -> Value:
        """The value; where there is none ``default``, or else the key's own default (see the class)."""
        name = self._key(key, kind)
        item = self._storage.get(name)
        if item:
            return item.value
        return self._defaults[name] if default is None else default

    def item(self, key: str, kind: str | None = None, /) -> Item | None:
        """The value with its times; None where there is none."""
        item = self._storage.get(self._key(key, kind))
        return item and self._own([item])[0]

    @overload
    def update(self, key: str, changes: Mapping[str, Value], /) -> Value: ...
    @overload
    def update(self, owner: str, kind: str, changes: Mapping[str, Value], /) -> Value: ...
    def update(self, key: str, second: Any, third: Any = _NOTHING, /) -> Value:
        """Merge changes into a dictionary, at every depth, and answer with what it is now. No other change
        comes in between; when it expires stays. What is missing is taken for an empty dictionary.

        Raises ``UsageError`` where a value is there that is no dictionary.
        """
        kind, changes = (None, second) if third is _NOTHING else (second, third)
        name = self._key(key, kind)
        if not isinstance(changes, Mapping):
            raise UsageError(f"update merges a dictionary, not a {type(changes).__name__}")

        def merge(item: Item | None) -> Write:
            if item and not isinstance(item.value, dict):
                what = type(item.value).__name__
                article = "an" if what == "int" else "a"
                raise UsageError(
                    f"{name} holds {article} {what}, which nothing can be merged into: store replaces it"
                )
            return Write(merged(item.value if item else {}, dict(changes)), item and item.expires)

        item = self._storage.change(name, merge)
        return item and item.value

    def change(self, key: str, change: Callable[[Value], Value], /) -> Value:
        """Replace a value by ``change(value)`` (None: there was none); no other change comes in between. It
        may be called again where another writer was faster. When the value expires stays."""
        name = self._key(key, None)
        item = self._storage.change(
            name, lambda item: Write(change(item.value if item else None), item and item.expires)
        )
        return item and item.value

    def delete(self, key: str, kind: str | None = None, /) -> int:
        """Take a value out; with ``*`` at the end every one whose key begins so (``session:42:*``). How many
        were there."""
        name = self._key(key, kind)
        if name.endswith(EVERYTHING):
            return self._storage.delete_prefix(name.removesuffix(EVERYTHING))
        return int(self._storage.delete(name))

    # Many values

    def keys(self, prefix: str = "") -> list[str]:
        """Every key that begins so, in order."""
        return [item.key for item in self.items(prefix)]

    def items(self, prefix: str = "") -> list[Item]:
        """Every value whose key begins so, with its times, in the order of keys. ``user:*`` means the same
        as ``user:``."""
        if not isinstance(prefix, str):
            raise UsageError(f"what keys begin with is text, not {type(prefix).__name__}")
        return self._own(self._storage.scan(self._prefix + prefix.removesuffix(EVERYTHING)))

    def query_by_timestamp(
        self,
        before: datetime | None = None,
        after: datetime | None = None,
        *,
        namespace: str | None = None,
    ) -> list[str]:
        """The keys whose values were last written before a moment, or at ``after`` or later, the oldest
        first. A moment without a zone is local time.

        With ``namespace="session"``: not keys, but the parts behind it (``"42"`` of ``session:42:history``),
        those with nothing that was written at another time: ``delete(f"session:{id}:*")`` takes nothing else.
        """
        within = "" if namespace is None else prefix_of(namespace)
        found = self._own(self._storage.updated(after=after, before=before, prefix=self._prefix + within))
        if namespace is None:
            return [item.key for item in found]
        ids = dict.fromkeys(_part(item.key, within) for item in found)
        matching = {item.key for item in found}
        others = {_part(key, within) for key in self.keys(within) if key not in matching}
        return [each for each in ids if each not in others]

    def cleanup(self) -> int:
        """Give back the room of what has expired; how many values that were. Nothing that expired is ever
        read, with or without it."""
        return self._storage.remove_expired()

    def namespace(self, name: str) -> MemoryManager:
        """The same memory, seen from below a name: ``namespace("user:123").retrieve("preferences")``."""
        below = object.__new__(MemoryManager)
        below.__dict__.update(self.__dict__, _prefix=self._prefix + prefix_of(name))
        return below

    def close(self) -> None:
        """Let go of files and connections. Safe to call twice."""
        self._storage.close()

    def __enter__(self) -> MemoryManager:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Keys and moments

    def _key(self, key: str, kind: str | None) -> str:
        # An empty name is no key, in a namespace as anywhere.
        name = key_of(key, kind) or checked_key(key)
        return self._prefix + name

    def _own(self, items: Iterable[Item]) -> list[Item]:
        cut = len(self._prefix)
        return [item._replace(key=item.key[cut:]) for item in items] if cut else list(items)

    def _expiry(self, ttl: Duration | None) -> datetime | None:
        if ttl is None:
            return None
        try:
            span = ttl if isinstance(ttl, timedelta) else timedelta(seconds=ttl)
            moment = self._clock() + span
        except OverflowError:
            raise UsageError("ttl goes on behind the year 9999: leave it out, and the value stays") from None
        except (TypeError, ValueError):
            raise UsageError(f"ttl is a number of seconds or a timedelta, not {ttl!r}") from None
        if span <= timedelta(0):
            raise UsageError("ttl is more than nothing: to take a value out, delete it")
        return moment


def _part(key: str, within: str) -> str:
    return key[len(within) :].split(SEPARATOR, 1)[0]
