"""What time it is, for a storage: in UTC, and never earlier than it was.

A clock that is set back must neither bring an expired value back nor make a later write look older than an
earlier one. Within one process it stands still until it has caught up.
"""

from __future__ import annotations

from datetime import datetime, timezone

from lsp_server.store.keyvalue.base import Clock


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(timezone.utc)


def never_back(clock: Clock | None = None) -> Clock:
    """A clock in UTC that never goes back, however ``clock`` (default: the machine's) does."""
    read = clock or now
    latest = datetime.min.replace(tzinfo=timezone.utc)

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
    """A moment in UTC. One without a zone is local time, as ``datetime.now()`` gives it."""
    return moment if moment.tzinfo is timezone.utc else moment.astimezone(timezone.utc)
