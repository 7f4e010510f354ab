"""Keyed values as files: one for each key in a directory, atomic, safe for many processes, and readable.

``<name>.json`` holds one line (``value_file``). A JSON file of another form is a plain value, as programs
write it with ``json.dump``: it is read as it is, under its name without ``.json``, and gets our form when it
is written to. How writers and readers keep out of each other's way is in ``locked_directory``; what has
expired is found by ``expiry_files`` without looking at what has not.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import unquote

from lsp_server.errors import StoreError, UsageError
from lsp_server.store.keyvalue import value_file
from lsp_server.store.keyvalue.base import Clock, Item, Value, Write
from lsp_server.store.keyvalue.clocks import never_back, utc, written_between
from lsp_server.store.keyvalue.closing import refuse_from_now_on
from lsp_server.store.keyvalue.expiry_files import ExpiryFiles
from lsp_server.store.keyvalue.keys import HASHED, check_range, checked_key, file_name
from lsp_server.store.keyvalue.locked_directory import LockedDirectory, bytes_of
from lsp_server.store.keyvalue.values import dumps, loads
from lsp_server.store.keyvalue.writes import asked, checked_writes

_ENDING = ".json"
_Texts = Mapping[str, tuple[str, datetime | None] | None]  # values as JSON, with their expiry; None: it goes

# Paths are texts here, put together for each call: `pathlib` costs more than the file itself.


class _TheirError(Exception):
    """What a caller's function raised, which is not about our files."""


class FileStorage:
    """A ``KeyValue`` in a directory, which is made where it is not there.

    A stored value survives the killing of this process; with ``durable`` a power cut, too, at the price of
    waiting for the disk. ``clock`` tells the time, with its zone; default: the machine's.

    Raises ``UsageError`` for an empty name, ``StoreError`` where the directory cannot be made.
    """

    def __init__(
        self, data_dir: str | os.PathLike[str], *, durable: bool = False, clock: Clock | None = None
    ) -> None:
        if not os.fspath(data_dir):  # it would be wherever the program happens to be
            raise UsageError('a directory of values has a name ("." for this one)')
        self._place = os.path.abspath(os.fspath(data_dir))  # noqa: PTH100 (see above)
        self._files = LockedDirectory(self._place, durable=durable)
        self._expiring = ExpiryFiles(f"{self._place}/.expiring")
        self._clock = never_back(clock)
        with self._files.told():
            os.makedirs(self._place, exist_ok=True)  # noqa: PTH103

    def get(self, key: str) -> Item | None:
        path = self._path(checked_key(key))
        try:  # as `told` does: this is called more often than all else
            if self._files.has_begun():
                with self._files.locked():
                    pass
            return self._read(path, key, self._clock())
        except OSError as error:
            raise self._files.told_of(error) from error

    def get_many(self, keys: Iterable[str]) -> dict[str, Item]:
        paths = {key: self._path(checked_key(key)) for key in keys}
        with self._files.reading():
            now = self._clock()
            found = ((key, self._read(path, key, now)) for key, path in paths.items())
            return {key: item for key, item in found if item}

    def put(self, key: str, value: Value, *, expires: datetime | None = None) -> Item:
        path, text = self._path(checked_key(key)), dumps(value)
        with self._files.locked():
            item = self._write(path, key, text, expires, self._clock())
        return item._replace(value=loads(text))

    def put_many(self, writes: Mapping[str, Write | None]) -> None:
        texts = {
            checked_key(key): (dumps(write.value), write.expires and utc(write.expires)) if write else None
            for key, write in checked_writes(writes)
        }
        with self._files.locked():
            self._files.put_many_in_place(self._files_of(self._clock(), texts))

    def change(self, key: str, change: Callable[[Item | None], Write | None]) -> Item | None:
        path = self._path(checked_key(key))
        try:
            with self._files.locked():
                now = self._clock()
                item = self._read(path, key, now)
                try:
                    write = asked(self._files.named, change, item)
                except OSError as error:
                    raise _TheirError from error
                if write is None:
                    self._remove(path, key)
                    return None
                text = dumps(write.value)
                return self._write(path, key, text, write.expires, now)._replace(value=loads(text))
        except _TheirError as theirs:
            raise theirs.__cause__ or theirs from None

    def touch(self, key: str, expires: datetime | None) -> bool:
        path = self._path(checked_key(key))
        with self._files.locked():
            item = self._read(path, key, self._clock())
            if item:
                self._keep(path, item._replace(expires=expires and utc(expires)), dumps(item.value))
            return item is not None

    def delete(self, key: str) -> bool:
        path = self._path(checked_key(key))
        with self._files.locked():
            was_there = self._read(path, key, self._clock(), leave_broken=True) is not None
            self._remove(path, key)
            return was_there

    def delete_prefix(self, prefix: str) -> int:
        check_range(prefix)
        with self._files.locked():
            now = self._clock()
            found = [
                key for key, path in self._paths(prefix) if self._read(path, key, now, leave_broken=True)
            ]
            self._files.put_many_in_place(self._files_of(now, dict.fromkeys(found)))
            return len(found)

    def scan(self, prefix: str = "", *, after: str | None = None, limit: int | None = None) -> Sequence[Item]:
        check_range(prefix, after, limit)
        with self._files.reading():
            now = self._clock()
            found: list[Item] = []
            for key, path in sorted(self._paths(prefix)):
                if limit is not None and len(found) >= limit:
                    break
                if (after is None or key > after) and (item := self._read(path, key, now, leave_broken=True)):
                    found.append(item)
            return found

    def updated(
        self, *, after: datetime | None = None, before: datetime | None = None, prefix: str = ""
    ) -> Sequence[Item]:
        return written_between(self.scan(prefix), after, before)

    def remove_expired(self) -> int:
        with self._files.locked():
            now = self._clock()
            removed = 0
            for name in self._expiring.due(now):
                path = f"{self._place}/{name}{_ENDING}"
                head = self._head(path)
                if head and head.expires and head.expires <= now:
                    os.unlink(path)  # noqa: PTH108
                    removed += 1
            self._expiring.forget(now)
            return removed

    def close(self) -> None:
        refuse_from_now_on(self)

    # Keys and their files

    def _path(self, key: str) -> str:
        return f"{self._place}/{file_name(key)}{_ENDING}"

    def _plain_path(self, path: str, key: str) -> str | None:
        """Where a program of before has the key's value under the key as it stands; None: nowhere."""
        plain = f"{self._place}/{key}{_ENDING}"
        if plain == path or "/" in key or key.startswith("."):
            return None
        try:
            if not os.path.isfile(plain):  # noqa: PTH113
                return None
            kept = value_file.parsed(bytes_of(plain) or b"")
        except (OSError, ValueError):
            return None
        # The key `a%3Ab` must not be given the file of `a:b`.
        return plain if kept is None or kept.key in (None, key) else None

    def _paths(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Every key that begins so, and its file."""
        for name in os.listdir(self._place):  # noqa: PTH208
            stem, ending = os.path.splitext(name)  # noqa: PTH122
            if ending != _ENDING or name.startswith("."):
                continue
            path = f"{self._place}/{name}"
            key = unquote(stem)
            if HASHED in stem and (kept := value_file.parsed(bytes_of(path) or b"")) and kept.key:
                key = kept.key
            if not self._is_found_at(path, key):
                key = stem
                if not self._is_found_at(path, key):
                    continue
            if key.startswith(prefix):
                yield key, path

    def _is_found_at(self, path: str, key: str) -> bool:
        """Whether ``get`` finds this file under the key: it has the key's own name, or is a plain one where
        there is none of that name."""
        try:
            own = self._path(checked_key(key))
        except UsageError:  # a name that is no text
            return False
        return path == own or (path == self._plain_path(own, key) and not os.path.exists(own))  # noqa: PTH110

    # Reading

    def _read(self, path: str, key: str, now: datetime, *, leave_broken: bool = False) -> Item | None:
        text = bytes_of(path)
        if text is None:
            plain = self._plain_path(path, key)
            if plain is None:
                return None
            path, text = plain, bytes_of(plain) or b""
        kept = value_file.parsed(text)
        if kept is None:
            if leave_broken:
                return None
            raise StoreError(
                f"{path} is not JSON, so what stands under its key is not known: mend it by hand"
            )
        if kept.expires and kept.expires <= now:
            return None
        if kept.created is None or kept.updated is None:
            written = value_file.moment_of(os.stat(path).st_mtime_ns)  # noqa: PTH116
            return Item(key, kept.value, written, written, None)
        return Item(key, kept.value, kept.created, kept.updated, kept.expires)

    def _head(self, path: str) -> value_file.Head | None:
        """The times of a file in our form, without its value."""
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123
                return value_file.head(file.read(value_file.HEAD_BYTES)) or value_file.head_of_all(path)
        except FileNotFoundError:
            return None

    # Writing, with the lock held

    def _item(self, path: str, key: str, expires: datetime | None, now: datetime) -> tuple[Item, str | None]:
        """The item that is written now, without its value, and the plain file whose place it takes."""
        head = self._head(path)
        created = updated = now
        if head and not (head.expires and head.expires <= now):
            created, updated = head.created, max(now, head.updated)  # that clock may have been ahead
        plain = None if head else self._plain_path(path, key)
        return Item(key, None, created, updated, expires and utc(expires)), plain

    def _write(self, path: str, key: str, text: str, expires: datetime | None, now: datetime) -> Item:
        item, plain = self._item(path, key, expires, now)
        self._keep(path, item, text)
        if plain:
            os.unlink(plain)  # noqa: PTH108
        return item

    def _keep(self, path: str, item: Item, text: str) -> None:
        self._note(path, item)
        self._files.put_in_place(path, value_file.text_of(item, text))

    def _note(self, path: str, item: Item) -> None:
        """When it goes, before it is there: a name too many is nothing, one too few is a file for ever."""
        if item.expires:
            self._expiring.note(item.expires, self._name(path)[: -len(_ENDING)])

    def _name(self, path: str) -> str:
        return path[len(self._place) + 1 :]

    def _remove(self, path: str, key: str) -> None:
        for place in (path, self._plain_path(path, key)):
            if place:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(place)  # noqa: PTH108
        self._files.sync()

    def _files_of(self, now: datetime, texts: _Texts) -> Iterator[tuple[str, bytes | None]]:
        """What becomes of which files, by their names."""
        for key, write in texts.items():
            path = self._path(key)
            if write is None:
                plain = self._plain_path(path, key)
                yield self._name(path), None
            else:
                item, plain = self._item(path, key, write[1], now)
                self._note(path, item)
                yield self._name(path), value_file.text_of(item, write[0])
            if plain:
                yield self._name(plain), None
