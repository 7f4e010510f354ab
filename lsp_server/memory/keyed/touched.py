"""Values of the branch that live longer in this clone than the branch says, because somebody went on reading
them. Kept beside the branch, in a directory of the repository's private one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from lsp_server.store.keyvalue.base import Clock, Item
from lsp_server.store.keyvalue.directory import FileStorage

_UPDATED, _UNTIL = "updated", "until"


class Touched:
    """When items expire here. Of a value that was written again since, the branch's own word holds."""

    def __init__(self, place: Path, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._opened: FileStorage | None = None

    def expiry(self, item: Item) -> datetime | None:
        """When this item expires here."""
        if self._opened is None and not self._place.is_dir():
            return item.expires
        noted = self._storage().get(item.key)
        if noted is None or not isinstance(noted.value, dict) or noted.value.get(_UPDATED) != item.updated:
            return item.expires
        until = noted.value.get(_UNTIL)
        if until is None or item.expires is None:
            return None
        return max(until, item.expires) if isinstance(until, datetime) else item.expires

    def note(self, item: Item, expires: datetime | None) -> None:
        """This item lives that long here. What has expired is forgotten by itself."""
        self._storage().put(item.key, {_UPDATED: item.updated, _UNTIL: expires}, expires=expires)

    def forget(self, key: str) -> None:
        """The branch's own word holds."""
        if self._opened is not None or self._place.is_dir():
            self._storage().delete(key)

    def clean(self) -> None:
        """Give back the room of what has expired."""
        if self._opened is not None or self._place.is_dir():
            self._storage().remove_expired()

    def _storage(self) -> FileStorage:
        if self._opened is None:
            self._opened = FileStorage(self._place, clock=self._clock)
        return self._opened
