"""A document's file that may have been cut off: half-written, or copied from a disk that was full."""

from __future__ import annotations

import re

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_LOOKED_AT = 20  # lines above


def with_its_end(base: str, text: str) -> str | None:
    """A text with the end that it had and lost; None where nothing says that it was cut off.

    It was where it stops inside a line or before its line end, and where all that comes after its last line
    is gone, a heading or more than half of the whole among it: a person takes out bullets from anywhere, a
    writer that was stopped only the rest.
    """
    before, lines = base.split("\n"), text.rstrip("\n").split("\n")
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    is_ended = text.endswith("\n")
    at = _place(before, lines, whole=is_ended)
    if at is None or not lines[-1].strip():
        return None
    rest = before[at + 1 :]
    gone = [line for line in rest if line.strip()]
    if is_ended:
        heads = {line.rstrip() for line in gone if _HEADING.match(line)}
        is_cut = len(gone) > len(before) // 2 or (heads and heads.isdisjoint(map(str.rstrip, lines)))
    else:
        is_inside = before[at].rstrip() != lines[-1].rstrip()
        is_cut = bool(gone) or (is_inside and base.endswith("\n"))
    return "\n".join([*lines[:-1], *before[at:]]) if is_cut else None


def _place(before: list[str], lines: list[str], *, whole: bool) -> int | None:
    """The line of ``before`` that the last of ``lines`` is, or is the beginning of: of several the one that
    stands below the same lines."""
    last = lines[-1].rstrip()
    found = [
        at for at, line in enumerate(before) if (line.rstrip() == last if whole else line.startswith(last))
    ]
    known = set(before)
    above = [line for line in lines[:-1] if line in known][-_LOOKED_AT:][::-1]

    def common(at: int) -> int:
        there = before[max(at - _LOOKED_AT, 0) : at][::-1]
        return next(
            (n for n, (one, other) in enumerate(zip(above, there)) if one != other),  # noqa: B905 (prefixes)
            min(len(above), len(there)),
        )

    return max(found, key=common, default=None)
