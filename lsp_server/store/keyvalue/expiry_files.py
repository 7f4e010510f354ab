"""When the files of a directory expire: a name for each expiry, in a folder for each hour.

``.expiring/2026-11-21T10/1795255200000000 user%3A123``: the moment in microseconds since 1970, and the file.
A name may be of a file that was written again or deleted since; none is missing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime, timezone

from lsp_server.store.moments import EPOCH, microseconds


class ExpiryFiles:
    """The names in one directory. Whoever calls holds the storage's lock."""

    def __init__(self, place: str) -> None:
        self._place = place

    def note(self, when: datetime, name: str) -> None:
        """A file, by its name without ending, goes at this moment (in UTC)."""
        when = max(when, EPOCH)  # the order of names is that of moments only from then on
        hour = f"{self._place}/{_hour(when)}"
        marker = f"{hour}/{microseconds(when):020} {name}"
        for _ in range(2):
            try:
                os.close(os.open(marker, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666))
            except FileNotFoundError:
                os.makedirs(hour, exist_ok=True)  # noqa: PTH103 (texts, as in the storage)
            else:
                return

    def due(self, now: datetime) -> Iterator[str]:
        """The names of what goes at ``now`` or went before."""
        for _, name in self._markers(now):
            yield name

    def forget(self, now: datetime) -> None:
        """Remove the names that ``due`` gave."""
        hours = set()
        for marker, _ in list(self._markers(now)):
            os.unlink(marker)  # noqa: PTH108
            hours.add(os.path.dirname(marker))  # noqa: PTH120
        for hour in hours:
            with contextlib.suppress(OSError):  # there is more in it
                os.rmdir(hour)  # noqa: PTH106

    def _markers(self, now: datetime) -> Iterator[tuple[str, str]]:
        latest, hour_of_now = microseconds(now), _hour(now)
        for hour in _names(self._place):
            if hour > hour_of_now:
                break
            for name in _names(f"{self._place}/{hour}"):
                when, _, file = name.partition(" ")
                if not when.isdigit() or int(when) > latest:
                    break
                yield f"{self._place}/{hour}/{name}", file


def _names(directory: str) -> list[str]:
    try:
        return sorted(os.listdir(directory))  # noqa: PTH208
    except FileNotFoundError:
        return []


def _hour(when: datetime) -> str:
    return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H")
