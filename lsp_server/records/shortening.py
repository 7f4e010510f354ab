"""Texts that are cut to what there is room for."""

from __future__ import annotations


def shortened(text: str, most: int) -> str:
    """At most so many characters of a text; ``…`` tells that there are more."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
