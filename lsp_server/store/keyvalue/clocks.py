"""What time it is, for a storage: in UTC, and never earlier than it was.

A clock that is set back must neither bring an expired value back nor make a later write look older than an
earlier one. Within one process it stands still until it has caught up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone

from lsp_server.errors import UsageError
from lsp_server.store.keyvalue.base import Clock, Item
from lsp_server.store.moments import microseconds, moment_at

__all__ = ["microseconds", "moment_at", "never_back", "now", "utc", "written_between"]

_FIRST, _LAST = (moment.replace(tzinfo=timezone.utc) for moment in (datetime.min, datetime.max))


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(timezone.utc)


def never_back(clock: Clock | None = None) -> Clock:
    """A clock in UTC that never goes back, however ``clock`` (default: the machine's) does."""
    read = clock or now
    latest = _FIRST

    def forward() -> datetime:
        # Two threads may both set it: each answers with a time that was, and the next is no earlier by more
        # than the moment between them.
        nonlocal latest
        moment = utc(read())
        if moment < latest:
            return latest
        latest = moment
        return moment

    return forward


def utc(moment: datetime) -> datetime:
    """A moment in UTC. One without a zone is local time, as ``datetime.now()`` gives it.

    Raises ``UsageError`` for what is no ``datetime``.
    """
    try:
        return moment if moment.tzinfo is timezone.utc else moment.astimezone(timezone.utc)
    except (OverflowError, ValueError):  # `datetime.max` west of UTC, as people write "never"
        return _LAST if moment.year > 1 else _FIRST
    except AttributeError:
        raise UsageError(f"a moment is a datetime, not {type(moment).__name__}") from None


def written_between(items: Iterable[Item], after: datetime | None, before: datetime | None) -> list[Item]:
    """Those that were last written at ``after`` or later and before ``before``; the oldest first, of one
    moment by key."""
    low, high = after and utc(after), before and utc(before)
    found = (
        item
        for item in items
        if (low is None or item.updated >= low) and (high is None or item.updated < high)
    )
    return sorted(found, key=lambda item: (item.updated, item.key))
