"""Adding a bullet to a living document and setting a field of it: what is not changed stays.

Texts have ``\\n`` for line ends here, where that is one kind throughout: ``edited`` sees to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from lsp_server.errors import RefusedError, UsageError
from lsp_server.records.living.bullets import (
    has_one_more,
    marker_of,
    put_in,
    said_already,
    section_names,
    spellings,
    with_item,
)
from lsp_server.records.living.documents import Document, Part, slug
from lsp_server.records.living.field_editing import note_to_field, with_field
from lsp_server.records.living.finding import Target, addressed, find, near_addresses, part_of
from lsp_server.records.living.outline import Node, tree, walk
from lsp_server.records.merging.units import LISTED


class Edit(NamedTuple):
    """The text after a change, the same where it said so already. ``added`` is the heading of a section that
    was not there and was added; ``near`` are addresses of sections that may be the same, renamed."""

    text: str
    added: str = ""
    near: tuple[str, ...] = ()


def note(document: Document, text: str, words: Sequence[str], said: str, *, new: bool = False) -> Edit:
    """Add a bullet to a section, or below a field. ``words`` are the address behind the document's name.
    Raises ``NotFoundError``, ``AmbiguousError``, ``UsageError``."""
    said = clean(said)

    def change(lines: str) -> Edit:
        opened = _opened(document, lines, words, new=new)
        target = opened.target
        assert target.section is not None or target.nodes
        if target.field:
            after = note_to_field(opened.text, target, said)
            return Edit(after, opened.added, opened.near)
        assert target.section is not None
        if said_already([one for one in target.section.parts if one.kind in LISTED], said):
            return Edit(opened.text, opened.added, opened.near)
        for words_ in spellings(said):
            after = with_item(opened.text, target.section, marker_of(opened.text, target.section), words_)
            if has_one_more(opened.text, after):
                return Edit(after, opened.added, opened.near)
        raise UsageError("this text cannot stand as one bullet: leave out what begins a heading or code")

    return edited(text, change)


def put(
    document: Document, text: str, words: Sequence[str], value: str | Sequence[str], *, new: bool = False
) -> Edit:
    """Give a field, or a heading that says something, another value; several are bullets below it. Raises
    ``NotFoundError``, ``AmbiguousError``, ``UsageError``."""
    values = [value.strip()] if isinstance(value, str) else [clean(one) for one in value]
    values = [clean(one) for one in values if one]

    def change(lines: str) -> Edit:
        opened = _opened(document, lines, words, new=new)
        target = opened.target
        if not target.field:
            assert target.section is not None
            if target.part is None or not target.part.valued:
                raise UsageError(
                    f"{'/'.join([document.name, *words])} is a list: add to it with `git memory note`"
                )
            return Edit(_with_heading(opened.text, target, values), opened.added, opened.near)
        after = with_field(opened.text, target, values)
        return Edit(after, opened.added, opened.near)

    return edited(text, change)


def clean(said: str) -> str:
    """A text that a person gave, for a bullet or a field: without blanks around its lines and without empty
    ones. Raises ``UsageError`` for nothing, and for characters that nobody can see."""
    lines = [line.strip() for line in said.splitlines()] if "```" not in said else said.strip().splitlines()
    text = "\n".join(line.rstrip() for line in lines if line.strip())
    if not text:
        raise UsageError("the text is empty")
    for character in text:
        if not character.isprintable() and character not in "\n\t" and ord(character) < 0xA0:
            raise UsageError(f"the text contains the control character U+{ord(character):04X}")
    return text.replace("\t", " ")


def edited(text: str, change: Callable[[str], Edit]) -> Edit:
    """Make a change with the line ends and the byte order mark that the text has."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    plain = text[len(mark) :]
    windows = "\r\n" in plain and plain.count("\r\n") == plain.count("\n")
    done = change(plain.replace("\r\n", "\n") if windows else plain)
    after = done.text.replace("\n", "\r\n") if windows else done.text
    return done._replace(text=mark + after)


# the target -----------------------------------------------------------------------------------------
class _Opened(NamedTuple):
    text: str
    target: Target
    added: str
    near: tuple[str, ...]


def _opened(document: Document, text: str, words: Sequence[str], *, new: bool) -> _Opened:
    """The text with the section that is meant in it, added where it was not."""
    nodes = tree(text)
    target = find(document, nodes, words, new=new)
    if target.section is not None or target.nodes:
        return _Opened(text, target, "", ())
    title = target.part.title if target.part else target.title
    there = [(node, said) for node, said in addressed(document, nodes) if part_of(document, node) is None]
    near = near_addresses([said for _, said in there], f"{document.name}/{slug(title)}")
    text = _with_section(text, document, nodes, target.part, title)
    target = find(document, tree(text), words, new=new)
    if target.section is None:
        raise RefusedError(
            f"{document.path} has code or a comment that is never closed, and nothing below it is read: "
            "close it by hand first"
        )
    return _Opened(text, target, title, tuple(near))


def _with_section(text: str, document: Document, nodes: Sequence[Node], part: Part | None, title: str) -> str:
    """The text with a section's heading where the table has it."""
    there = {known: node for node in walk(nodes) if (known := part_of(document, node)) is not None}
    order = list(document.parts)
    place = order.index(part) if part in order else len(order)
    before = [there[one] for one in order[:place] if one in there]
    after = [there[one] for one in order[place + 1 :] if one in there]
    levels = [node.level for node in (*there.values(), *walk(nodes))]
    heading = "#" * (levels[0] if levels else 2) + " " + title
    if before:
        return put_in(text, before[-1].stop, f"\n\n{heading}")
    if after:
        return put_in(text, after[0].start, f"{heading}\n\n")
    end = len(text.rstrip())
    gap = "\n\n" if end else ""
    return put_in(text, end, gap + heading) if text[end:] else text + gap + heading + "\n"


def _with_heading(text: str, target: Target, values: Sequence[str]) -> str:
    """The text with another value behind a heading's colon."""
    section = target.section
    assert section is not None
    said = " ".join(" ".join(values).split())
    line = text[section.start : section.end]
    found = re.match(r"(\s{0,3}#{1,6}[ \t]+[^:\n]*?)[ \t]*(?::[^\n]*?)?((?:[ \t]+#+)?[ \t]*)\Z", line)
    if found is None:
        raise UsageError(f"the heading {section.name!r} is written in another way; change it by hand")
    after = text[: section.start] + f"{found[1]}: {said}{found[2]}".rstrip() + text[section.end :]
    names = section_names(after)
    if len(names) != len(section_names(text)) or not any(name.endswith(said) for name in names):
        raise UsageError("this text cannot stand in a heading")
    return after
