"""Changing the anchors of a record's file: one goes, another takes its place; the others stay as written."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lsp_server.errors import RefusedError
from lsp_server.records.anchor_text import read_anchors, write_anchor
from lsp_server.records.anchors import Anchor
from lsp_server.records.front_entries import UnreadableError, find_entry, items_of, read_entries
from lsp_server.records.front_matter import split
from lsp_server.records.front_matter_edit import add_item, set_lines

Key = tuple[str, int, int, str]


def key_of(anchor: Anchor) -> Key:
    """What tells an anchor of a record from its others, also when its births were brought up to date."""
    return (*anchor.range, anchor.symbol)


def with_anchors(text: str, gone: Collection[Key], added: Sequence[Anchor]) -> str:
    """A record's file without the anchors of some keys, and with new ones where the first of those stood (at
    the end, where none goes). Raises ``RefusedError`` when the front matter cannot be changed safely."""
    if not gone:
        for anchor in added:
            text = add_item(text, "anchors", write_anchor(anchor))
        return text
    front = split(text).front or ""
    try:
        entry = find_entry(read_entries(front).entries, "anchors")
        before, items, _ = items_of(front, entry) if entry else ("", [], "")
    except UnreadableError as error:
        raise RefusedError(f"the anchors cannot be changed safely ({error}); change them by hand") from error
    lines: list[str] = []
    new = [line for anchor in added for line in _dashed(write_anchor(anchor))]
    for item in items:
        anchors, _ = read_anchors([item.value])
        if anchors and key_of(anchors[0]) in gone:
            lines += new
            new = []
        else:
            kept = [line.removesuffix("\r") for line in item.lines]
            lines += kept if item.dashed else [f"- {kept[0]}"]
    lines += new
    if not lines:
        return set_lines(text, "anchors", [])
    # A list in brackets has its words on the key's line; a comment may stand below it.
    head = [line.removesuffix("\r") for line in before.split("\n")[1:] if line.strip()]
    return set_lines(text, "anchors", ["anchors:", *head, *(f"  {line}" if line else "" for line in lines)])


def _dashed(item: str) -> list[str]:
    first, *rest = item.split("\n")
    return [f"- {first}", *rest]
