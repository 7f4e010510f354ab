"""What every key-value storage can do: values under keys, with expiry, each change whole or not at all.

A protocol of its own beside the versioned ``store.base.Store``: programs want the value of now, thousands of
times a second, where a memory wants every version for ever. Four kinds pass one suite
(``tests/store/keyvalue/conformance.py``): in this process, in a directory of files, in an SQL database, and
on the memory's git branch (``memory/keyed/git_storage.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeAlias

# Anything that JSON can hold, and dates: what is read is what was written, ``(1, 2)`` as ``[1, 2]``. What is
# refused is told by ``values.checked``. As with ``json.loads``, whoever reads knows what it is: the union of
# all that it may be would have to be taken apart at every use.
Value: TypeAlias = Any

Clock = Callable[[], datetime]  # now, with its zone


class Item(NamedTuple):
    """What stands under one key. Times are in UTC, exact to the microsecond.

    ``created`` is when the key got its first value; a key that was deleted, or had expired, begins anew.
    ``updated`` is when this value was written. At ``expires`` and from then on the item is not there; None:
    it stays. The value is the caller's own: changing it changes nothing here.
    """

    key: str
    value: Value
    created: datetime
    updated: datetime
    expires: datetime | None = None


class Write(NamedTuple):
    """A value to be written, and when it goes away; None: never."""

    value: Value
    expires: datetime | None = None


class KeyValue(Protocol):
    """Values under keys.

    A key is any text of 1 to 65,536 characters that UTF-8 can hold, without NUL. An item that has expired is
    nowhere: not read, not listed, not counted, not an old value for ``change``; whether its bytes are still
    there is nobody's concern. Many processes and threads may use one storage at once; each call is seen whole
    or not at all, and a value that a call has returned from storing is there for every later reader, also
    after this process is killed.

    Every call raises ``UsageError`` for a key or value that cannot be kept (nothing is written then), and
    ``StoreError`` where the storage cannot do it now (disk full, read-only, database gone).
    """

    def get(self, key: str) -> Item | None:
        """What stands under a key."""
        ...

    def get_many(self, keys: Iterable[str]) -> dict[str, Item]:
        """What stands under many keys, those that are there only, in the order asked for."""
        ...

    def put(self, key: str, value: Value, *, expires: datetime | None = None) -> Item:
        """Write a value, whatever stood there. One that expires in the past is not there afterwards."""
        ...

    def put_many(self, writes: Mapping[str, Write | None]) -> None:
        """Many writes, and deletions where None is given, all of them or none."""
        ...

    def change(self, key: str, change: Callable[[Item | None], Write | None]) -> Item | None:
        """Write ``change(what stands there)``; None deletes. No other write to the key comes in between.

        ``change`` may be called again, with what another writer wrote meanwhile: it must do nothing but
        answer. Where it writes to the same storage, that raises ``UsageError``. What it raises goes through,
        and nothing is written.
        """
        ...

    def touch(self, key: str, expires: datetime | None) -> bool:
        """Move the expiry alone: no new value, ``updated`` stays. Whether the item was there.

        Cheap enough for every read: on the git branch it makes no commit.
        """
        ...

    def delete(self, key: str) -> bool:
        """Take a key out; whether it was there."""
        ...

    def delete_prefix(self, prefix: str) -> int:
        """Take out every key that begins so; how many were there. ``""`` is all."""
        ...

    def scan(self, prefix: str = "", *, after: str | None = None, limit: int | None = None) -> Sequence[Item]:
        """The items whose keys begin so, by key (order of code points), those behind ``after`` only; at most
        ``limit``, a number from 0 on."""
        ...

    def updated(
        self, *, after: datetime | None = None, before: datetime | None = None, prefix: str = ""
    ) -> Sequence[Item]:
        """The items that were last written at ``after`` or later and before ``before``; the oldest first, of
        one moment by key."""
        ...

    def remove_expired(self) -> int:
        """Give back the room of what has expired; how many items that were. Costs what it removes, not what
        is kept."""
        ...

    def close(self) -> None:
        """Let go of files and connections. Safe to call twice; every other call raises ``UsageError``
        afterwards."""
        ...
