"""Anchors as they stand in the front matter, both ways.

anchors:
  - path: src/auth.py
    lines: 10-12
    births:
      - 3f2a… 8-10 src/auth.py
    text: |2-
      def login(user):
  - path: src/auth.py
    lines: 14
    births:
      - uncommitted 14 src/auth.py
    beside: 1 0 6f1c0e5a9b3d2748 1
    text: …
  - path: src/auth.py
    lines: 20-31
    symbol: Login.check
    births: …
    text: …
  - path: src/auth.py
  - path: src/auth/
    commit: 7c1d…

`beside` tells a line that was in no commit from others of the same text: how many lines above and below it a
digest is of, the digest, and which of the anchor's lines stood once in the file. The last two are a whole
file and a folder; `commit` is where the code stood when an anchor was made, where that was later than its
record.
"""

from __future__ import annotations

import re
from typing import Any

from lsp_server.records.anchors import (
    MOST_LINES,
    ROOT,
    UNCOMMITTED,
    Anchor,
    Beside,
    Birth,
    CodeRange,
    whole,
)
from lsp_server.records.front_matter import block, scalar

_LINES = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?\Z")
_BIRTH = re.compile(
    rf"([0-9a-f]{{40}}(?:[0-9a-f]{{24}})?|{UNCOMMITTED}) (\d{{1,9}})(?:-(\d{{1,9}}))? (.+)\Z", re.DOTALL
)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_BESIDE = re.compile(r"(\d{1,4}) (\d{1,4}) ([0-9a-f]{16}|-)(?: ([0-9][0-9,-]{0,300}))?\Z", re.ASCII)
_OWN = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?", re.ASCII)
_LONGEST_NAME = 1000  # characters of a symbol's name


def write_anchor(anchor: Anchor) -> str:
    """One anchor as the item of a list, its continuation lines indented by two."""
    made_at = f"\n  commit: {anchor.made_at}" if anchor.made_at else ""
    if anchor.range.is_whole:
        return f"path: {scalar(anchor.range.path)}{made_at}"
    births = "".join(
        f"\n    - {scalar(f'{birth.commit} {_span(birth.start, birth.end)} {birth.path}')}"
        for birth in anchor.births
    )
    symbol = f"  symbol: {scalar(anchor.symbol)}\n" if anchor.symbol else ""
    return (
        f"path: {scalar(anchor.range.path)}\n"
        f"  lines: {_span(anchor.range.start, anchor.range.end)}{made_at}\n"
        f"{symbol}"
        f"  births:{births or ' []'}\n"
        f"{_beside_line(anchor.beside)}"
        f"  text:{block(anchor.text, 4)}"
    )


def _span(start: int, end: int) -> str:
    return f"{start}-{end}" if end != start else str(start)


def read_anchors(value: Any) -> tuple[tuple[Anchor, ...], list[str]]:
    """The anchors that a front matter's value holds, and what is wrong with the others."""
    if value in (None, "", []):
        return (), []
    if not isinstance(value, list):
        return (), ["'anchors' should be a list"]
    anchors, wrong = [], []
    for item in value:
        try:
            anchors.append(_anchor(item))
        except ValueError as error:
            wrong.append(f"an anchor cannot be read: {error}")
    return tuple(anchors), wrong


def _anchor(item: Any) -> Anchor:
    if not isinstance(item, dict):
        raise ValueError("it needs a `path`, and `lines` unless it is a whole file or a folder")
    if "lines" not in item:
        return _whole(item)
    path = _path(item.get("path"))
    start, end = _lines(item.get("lines"))
    births = tuple(_birth(text) for text in _listed(item.get("births"), "births"))
    if max(end - start + 1, sum(birth.length for birth in births)) > MOST_LINES:
        raise ValueError(f"it has more than {MOST_LINES:,} lines")
    raw = item.get("text")
    if isinstance(raw, str):
        text = tuple(raw.removesuffix("\n").split("\n")) if raw else ()
    else:
        text = tuple(_listed(raw, "text"))
    place = CodeRange(path, start, end)
    name, made_at = _symbol(item.get("symbol")), _commit(item.get("commit"))
    return Anchor(place, births, text, name, made_at, _beside(item.get("beside")))


def _beside_line(beside: Beside | None) -> str:
    if beside is None:
        return ""
    spans: list[tuple[int, int]] = []
    for line in beside.own:
        if spans and spans[-1][1] + 1 == line:
            spans[-1] = spans[-1][0], line
        else:
            spans.append((line, line))
    own = ",".join(_span(*span) for span in spans)
    words = [f"{beside.above}", f"{beside.below}", beside.digest or "-", own]
    return f"  beside: {scalar(' '.join(words).rstrip())}\n"


def _beside(value: Any) -> Beside | None:
    """What stood beside the lines; where it cannot be read, nothing is known of it."""
    found = _BESIDE.match(value) if isinstance(value, str) else None
    if found is None:
        return None
    own: list[int] = []
    for span in _OWN.finditer(found[4] or ""):
        start, end = int(span[1]), int(span[2] or span[1])
        own += range(start, min(end, MOST_LINES) + 1)
        if len(own) > MOST_LINES:
            return None
    return Beside(int(found[1]), int(found[2]), found[3].strip("-"), tuple(own))


def _whole(item: dict[Any, Any]) -> Anchor:
    """A whole file, or a folder: nothing but a path."""
    for key in ("births", "text", "symbol"):
        if item.get(key) not in (None, "", []):
            raise ValueError(f"it has `{key}` but no `lines`")
    path = item.get("path")
    if path == ROOT:
        place = whole(ROOT)
    elif isinstance(path, str) and path.endswith("/"):
        place = whole(_path(path[:-1]) + "/")
    else:
        place = whole(_path(path))
    return Anchor(place, made_at=_commit(item.get("commit")))


def _commit(value: Any) -> str:
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or not _COMMIT.match(value):
        raise ValueError("its commit should be a full id")
    return value


def _symbol(value: Any) -> str:
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST_NAME or not value.isprintable():
        raise ValueError("its symbol should be a name like Login.check")
    return value


def _path(value: Any) -> str:
    # A path from a file never leads out of the repository, whoever wrote it.
    if not isinstance(value, str) or not value:
        raise ValueError("it has no path")
    parts = value.lower().split("/")
    if value.startswith("/") or "\0" in value or any(part in ("", ".", "..", ".git") for part in parts):
        raise ValueError(f"{value!r} is not a path inside the repository")
    return value


def _lines(value: Any) -> tuple[int, int]:
    found = _LINES.match(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("its lines should be like 10 or 10-12")
    start = int(found[1])
    end = int(found[2] or found[1])
    if not 1 <= start <= end:
        raise ValueError(f"there are no lines {value}")
    return start, end


def _birth(value: str) -> Birth:
    found = _BIRTH.match(value)
    if found is None:
        raise ValueError("a birth should be like `<commit> 8-10 src/auth.py`")
    start, end = int(found[2]), int(found[3] or found[2])
    if end < start:
        raise ValueError(f"the lines {start}-{end} of a birth run backwards")
    return Birth(found[1], _path(found[4]), start, end)


def _listed(value: Any, name: str) -> list[str]:
    if value in (None, ""):
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"its {name} should be a list")
    return value
