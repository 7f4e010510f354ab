"""Times as files have them: ISO 8601, with or without a zone."""

from __future__ import annotations

import re
from datetime import datetime, timezone


def moment(word: object) -> datetime | None:
    """A time, in UTC where it does not say its zone; None for anything else."""
    if not isinstance(word, str):
        return None
    try:
        when = datetime.fromisoformat(re.sub(r"[zZ]\Z", "+00:00", word.strip()))
        when = when if when.tzinfo else when.replace(tzinfo=timezone.utc)
        when.astimezone(timezone.utc)  # the first and the last day lie outside of time elsewhere
    except (ValueError, OverflowError):
        return None
    return when
