"""Documents whose sections are dated entries: a session log, a development log. Entries stand in the order of
their time, also where the clock went back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsp_server.records.living.editing import Edit, edited
from lsp_server.records.living.outline import Node, tree, walk

_DAY = re.compile(r"\D{0,3}(\d{4}-\d\d-\d\d)(?!\d)")
_TIME = re.compile(r"\D{0,3}(\d{1,2}):(\d\d)(?!\d)(?::(\d\d))?")


def day_of(node: Node) -> str | None:
    """The date that a heading begins with: ``2025-01-07 - Session Summary``."""
    found = _DAY.match(node.name)
    return found[1] if found else None


def time_of(node: Node) -> str | None:
    """The time that a heading begins with, as text that sorts."""
    found = _TIME.match(node.name)
    return f"{int(found[1]):02}:{found[2]}:{found[3] or '00'}" if found else None


def with_log_entry(text: str, day: str, time: str, block: str) -> str:
    """The log of a month with one more entry under its day. ``time`` is ``10:05``, ``block`` the entry's
    lines without a line end, its heading of the third level."""

    def change(lines: str) -> Edit:
        nodes = tree(lines)
        days = [node for node in walk(nodes) if node.level and day_of(node)]
        same = [node for node in days if day_of(node) == day]
        if not same:
            level = days[0].level if days else 2
            whole = f"{'#' * level} {day}\n\n{_deeper(block, level + 1)}"
            return Edit(_placed(lines, days, [day_of(node) or "" for node in days], day, whole))
        entries = [node for node in same[0].parts if node.level]
        level = entries[0].level if entries else same[0].level + 1
        whole = _deeper(block, level)
        if not entries:
            end = same[0].stop
            return Edit(_put_after(lines, end, whole))
        times = [time_of(node) or "" for node in entries]
        return Edit(_placed(lines, entries, times, f"{time}:00" if time.count(":") == 1 else time, whole))

    return edited(text, change).text


def with_entry(text: str, day: str, block: str) -> str:
    """A session log with one more entry; ``block`` are its lines, its heading of the second level."""

    def change(lines: str) -> Edit:
        entries = [node for node in walk(tree(lines)) if day_of(node)]
        whole = _deeper(block, entries[0].level if entries else 2)
        return Edit(_placed(lines, entries, [day_of(node) or "" for node in entries], day, whole))

    return edited(text, change).text


def newest(nodes: Sequence[Node]) -> Node | None:
    """The entry with the latest date; of several of one day the last."""
    entries = [node for node in walk(nodes) if day_of(node)]
    return max(entries, key=lambda node: (day_of(node) or "", _order(entries) * node.start), default=None)


def _order(entries: Sequence[Node]) -> int:
    """1 where the oldest stands first, -1 where the newest does."""
    days = [day_of(node) or "" for node in entries]
    return -1 if len(days) > 1 and days[0] > days[-1] else 1


def _placed(text: str, siblings: Sequence[Node], moments: Sequence[str], moment: str, block: str) -> str:
    known = [(said, node) for said, node in zip(moments, siblings, strict=True) if said]
    if not known:
        end = siblings[-1].stop if siblings else len(text.rstrip())
        return _put_after(text, end, block)
    newest_first = len(known) > 1 and known[0][0] > known[-1][0]
    before = [node for said, node in known if (said > moment if newest_first else said <= moment)]
    if before:
        return _put_after(text, before[-1].stop, block)
    first = known[0][1].start
    return f"{text[:first]}{block}\n\n{text[first:]}"


def _put_after(text: str, end: int, block: str) -> str:
    gap = "\n\n" if text[:end].strip() else ""
    rest = text[end:]
    return text[:end] + gap + block + (rest if rest.strip("\n") or rest else "\n")


def _deeper(block: str, level: int) -> str:
    """The block with its heading on this level."""
    return re.sub(r"\A#+", "#" * level, block)
