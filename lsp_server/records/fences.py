"""Fenced code in Markdown, told line by line."""

from __future__ import annotations

import re

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*\Z)|~{3,})")  # ```such a text``` is code in a line


def fence_after(line: str, fence: str) -> str | None:
    """The fence that is open below ``line``, empty when none is; None when the line is no fence, so that
    nothing changes. ``fence`` is the one that was open above it."""
    found = _FENCE.match(line)
    if found is None:
        return None
    if not fence:
        return found[1]
    closes = found[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence
