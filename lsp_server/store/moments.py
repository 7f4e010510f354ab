"""Moments as numbers: microseconds since 1970, exact, and in order."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Since 1970, of a moment that has its zone."""
    return (moment - EPOCH) // _MICROSECOND


def moment_at(microseconds: int) -> datetime:
    """That many microseconds since 1970, in UTC."""
    return EPOCH + timedelta(0, 0, microseconds)
