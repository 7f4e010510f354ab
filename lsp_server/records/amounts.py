"""How many, how large, how long: as people read it."""

from __future__ import annotations

from datetime import timedelta


def plural(count: int, one: str) -> str:
    """``1 file``, ``2,000 files``."""
    return f"{count:,} {one}{'s' if count != 1 else ''}"


def size_text(size: int | None) -> str:
    """Bytes: ``817 B``, ``24.1 KiB``; ``?`` where nobody knows."""
    if size is None:
        return "?"
    if size < 1024:
        return f"{size} B"
    amount = size / 1024
    for unit in ("KiB", "MiB", "GiB"):
        if amount < 1023.95:
            return f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def span_text(span: timedelta) -> str:
    """A span of time by its two largest units: ``2 days 3 hours``, ``5 minutes``."""
    seconds = max(0, int(span.total_seconds()))
    parts: list[str] = []
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count and len(parts) < 2:
            parts.append(plural(count, name))
        elif parts:
            break
    return " ".join(parts) or "0 seconds"
