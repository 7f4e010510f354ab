"""Bullets of a living document: how a further one is written, and where it goes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsp_server.records.living.outline import Node, tree, walk
from lsp_server.records.merging.units import ITEM, LISTED, STEP

MARK = re.compile(r"[ \t]*(?:[*+-]|(?P<number>\d{1,9})(?P<after>[.)]))[ \t]*")


def marker_of(text: str, section: Node) -> str:
    """How a further bullet of a section begins, indent and all."""
    own = [one for one in section.parts if one.kind in LISTED]
    near = own or [one for node in walk(tree(text)) for one in node.parts if one.kind == ITEM]
    return mark_of(text, near[-1] if own else near[0]) if near else "- "


def mark_of(text: str, node: Node) -> str:
    """How one more bullet like this one begins; a number counts on."""
    found = MARK.match(text, node.start)
    if found is None:
        return "- "
    if node.kind == STEP and found["number"]:
        start = found.start("number")
        return f"{text[node.start : start]}{int(found['number']) + 1}{found['after']} "
    return found[0] if found[0].endswith((" ", "\t")) else found[0] + " "


def with_item(text: str, section: Node, marker: str, said: str) -> str:
    """The text with a bullet below the last one of a section."""
    line = bullet(marker, said)
    direct = [one for one in section.parts if not one.level]
    listed = [one for one in direct if one.kind in LISTED]
    if listed:
        return put_in(text, listed[-1].stop, f"\n{line}")
    if direct:
        return put_in(text, direct[-1].stop, f"\n\n{line}")
    return put_in(text, section.end, f"{_below_heading(text)}{line}")


def _below_heading(text: str) -> str:
    """What stands between a heading and the first bullet below it, as the document has it elsewhere."""
    gaps = [node.gap for node in walk(tree(text)) if node.follows in LISTED]
    return "\n\n" if gaps and sum(gap.count("\n") > 1 for gap in gaps) * 2 > len(gaps) else "\n"


def bullet(marker: str, said: str) -> str:
    """A text as a bullet, its further lines below the first."""
    margin = " " * len(marker.expandtabs(4))
    first, *rest = said.split("\n")
    return "\n".join([marker + first, *(margin + line for line in rest)])


def spellings(said: str) -> tuple[str, ...]:
    """A text as one bullet, the ways in which it may be written: the second, in one line, where its lines
    would be something else."""
    return tuple(dict.fromkeys((said, " ".join(said.split()))))


def said_already(nodes: Sequence[Node], said: str) -> bool:
    """Whether one of some bullets or fields says this, in whatever way it had to be written."""
    words = said.split()
    return any(one.words.split() == words for one in nodes)


def put_in(text: str, at: int, added: str) -> str:
    """The text with something at a place."""
    return text[:at] + added + text[at:]


def has_one_more(before: str, after: str) -> bool:
    """Whether a bullet was added, and nothing else reads in another way."""
    old, new = _flat(tree(before), before), _flat(tree(after), after)
    if len(new) != len(old) + 1:
        return False
    at = next((place for place, one in enumerate(old) if new[place] != one), len(old))
    return new[at + 1 :] == old[at:] and new[at][0] in LISTED


def _flat(nodes: Sequence[Node], text: str) -> list[tuple[str, str]]:
    return [
        one
        for node in nodes
        for one in ((node.kind, text[node.start : node.end].strip()), *_flat(node.parts, text))
    ]


def section_names(text: str) -> list[str]:
    """All headings of a text, in order."""
    return [node.name for node in walk(tree(text))]
