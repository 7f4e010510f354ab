"""Sizes as people read them."""

from __future__ import annotations


def size_text(size: int | None) -> str:
    """Bytes as a person reads them: ``817 B``, ``24.1 KiB``; ``?`` where nobody knows."""
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
