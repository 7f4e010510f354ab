"""Adding a bullet to a living document and setting a field of it: what is not changed stays.

Texts have ``\\n`` for line ends here, where that is one kind throughout: ``edited`` sees to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from lsp_server.errors import RefusedError, UsageError
from lsp_server.records.living.documents import Document, Part, slug
from lsp_server.records.living.finding import Target, addressed, find, near_addresses, part_of
from lsp_server.records.living.outline import Node, field_of, is_placeholder, tree, walk
from lsp_server.records.merging.units import ITEM, LISTED, PROSE, STEP

_MARK = re.compile(r"[ \t]*(?:[*+-]|(?P<number>\d{1,9})(?P<after>[.)]))[ \t]*")


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
            after = _note_to_field(opened.text, target, said)
            return Edit(after, opened.added, opened.near)
        assert target.section is not None
        if said in [one.value for one in target.section.parts if one.kind in LISTED and not one.name]:
            return Edit(opened.text, opened.added, opened.near)
        for words_ in dict.fromkeys((said, " ".join(said.split()))):
            after = _with_item(opened.text, target.section, _marker(opened.text, target.section), words_)
            if _has_one_more(opened.text, after):
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
        after = _with_field(opened.text, target, values)
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
        return _put_in(text, before[-1].stop, f"\n\n{heading}")
    if after:
        return _put_in(text, after[0].start, f"{heading}\n\n")
    end = len(text.rstrip())
    gap = "\n\n" if end else ""
    return _put_in(text, end, gap + heading) if text[end:] else text + gap + heading + "\n"


def _put_in(text: str, at: int, added: str) -> str:
    return text[:at] + added + text[at:]


# a bullet in a section ------------------------------------------------------------------------------
def _marker(text: str, section: Node) -> str:
    """How a further bullet of a section begins, indent and all."""
    own = [one for one in section.parts if one.kind in LISTED]
    near = own or [one for node in walk(tree(text)) for one in node.parts if one.kind == ITEM]
    return _mark_of(text, near[-1] if own else near[0]) if near else "- "


def _mark_of(text: str, node: Node) -> str:
    found = _MARK.match(text, node.start)
    if found is None:
        return "- "
    if node.kind == STEP and found["number"]:
        start = found.start("number")
        return f"{text[node.start : start]}{int(found['number']) + 1}{found['after']} "
    return found[0] if found[0].endswith((" ", "\t")) else found[0] + " "


def _with_item(text: str, section: Node, marker: str, said: str) -> str:
    bullet = _bullet(marker, said)
    direct = [one for one in section.parts if not one.level]
    listed = [one for one in direct if one.kind in LISTED]
    if listed:
        return _put_in(text, listed[-1].stop, f"\n{bullet}")
    if direct:
        return _put_in(text, direct[-1].stop, f"\n\n{bullet}")
    return _put_in(text, section.end, f"{_below_heading(text)}{bullet}")


def _below_heading(text: str) -> str:
    """What stands between a heading and the first bullet below it, as the document has it elsewhere."""
    gaps = [node.gap for node in walk(tree(text)) if node.follows in LISTED]
    return "\n\n" if gaps and sum(gap.count("\n") > 1 for gap in gaps) * 2 > len(gaps) else "\n"


def _bullet(marker: str, said: str) -> str:
    margin = " " * len(marker.expandtabs(4))
    first, *rest = said.split("\n")
    return "\n".join([marker + first, *(margin + line for line in rest)])


def _has_one_more(before: str, after: str) -> bool:
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


# fields ---------------------------------------------------------------------------------------------
def _note_to_field(text: str, target: Target, said: str) -> str:
    """Another bullet below a field; where it has one value, that becomes the first."""
    if not target.nodes:
        return _with_new_field(text, target, [said], as_list=True)
    if any(said in (one.value, *(part.value for part in one.parts)) for one in target.nodes):
        return text
    node = target.nodes[0]
    bullets = [part for part in node.parts if part.kind in LISTED]
    for words in dict.fromkeys((said, " ".join(said.split()))):
        if bullets and not node.value:
            after = _put_in(text, bullets[-1].stop, f"\n{_bullet(_mark_of(text, bullets[-1]), words)}")
        else:
            kept = [] if is_placeholder(node.value) or not node.value else [node.value]
            below = [text[part.start : part.stop] for part in bullets]
            after = _replaced(text, node, _as_list(text, node, kept, below, [words]))
        if _sections(after) == _sections(text):
            return after
    raise UsageError("this text cannot stand as one bullet: leave out what begins a heading or code")


def _with_field(text: str, target: Target, values: Sequence[str]) -> str:
    if not target.nodes:
        return _with_new_field(text, target, values)
    first, *others = target.nodes
    for said in (values, [" ".join(one.split()) for one in values]):
        after = text
        for node in reversed(others):
            after = _removed(after, node)
        after = _replaced(after, first, _field_text(text, first, said))
        again = [one for one in _all_fields(tree(after)) if one.start == first.start]
        if _sections(after) == _sections(text) and [one.name for one in again] == [first.name]:
            return after
    raise UsageError("this text cannot stand in a field: leave out what begins a heading or code")


def _all_fields(nodes: Sequence[Node]) -> list[Node]:
    sections = [one for node in walk(nodes) for one in node.parts]
    return [one for one in (*nodes, *sections) if one.is_field]


def _field_text(text: str, node: Node, values: Sequence[str]) -> str:
    """A field as it is written with these values: one stands behind its name, several below it."""
    source = text[node.start : node.end]
    head = node.head.rstrip(" \t")
    if not values:
        return head
    if len(values) == 1:
        space = node.head[len(head) :] or " "
        first, *rest = values[0].split("\n")
        if node.kind == PROSE:
            end = source[len(source.rstrip(" ")) :] if "\n" not in source else ""
            return f"{head}{space}{' '.join([first, *rest])}{end}"
        margin = _margin(source, node)
        return "\n".join([f"{head}{space}{first}", *(margin + line for line in rest)])
    return _as_list(text, node, (), (), values)


def _as_list(text: str, node: Node, first: Sequence[str], below: Sequence[str], last: Sequence[str]) -> str:
    """A field with bullets below it: new ones before and after the lines that it has."""
    source = text[node.start : node.end]
    marker = f"{_margin(source, node)}{source.lstrip()[0] if node.kind == ITEM else '-'} "
    lines = [*(_bullet(marker, one) for one in first), *below, *(_bullet(marker, one) for one in last)]
    return "\n".join([node.head.rstrip(" \t"), *lines])


def _margin(source: str, node: Node) -> str:
    mark = _MARK.match(source) if node.kind in LISTED else None
    return " " * (len(mark[0].expandtabs(4)) if mark else 0)


def _replaced(text: str, node: Node, said: str) -> str:
    rest = text[node.stop :]
    if node.kind == PROSE and "\n" in said and rest.startswith("\n") and not rest.startswith("\n\n"):
        rest = "\n" + rest  # or the next line would belong to the last bullet
    return text[: node.start] + said + rest


def _removed(text: str, node: Node) -> str:
    """The text without the lines of a field."""
    end = node.stop + 1 if text[node.stop : node.stop + 1] == "\n" else node.stop
    return text[: node.start] + text[end:]


def _with_new_field(text: str, target: Target, values: Sequence[str], *, as_list: bool = False) -> str:
    """A field that its section has not: after the one that the table has before it, written as they are."""
    section = target.section
    assert section is not None
    fields = [one for one in section.parts if one.is_field]
    samples = fields or [one for node in walk(tree(text)) for one in node.parts if one.is_field]
    line = _like(text, samples[0], target.field) if samples else f"- **{target.field}**: "
    known = [slug(name) for name in target.part.fields] if target.part else []
    place = known.index(slug(target.field)) if slug(target.field) in known else len(known)
    above = [one for one in fields if one.slug in known[:place]] or (fields if place == len(known) else [])
    if above:
        text = _put_in(text, above[-1].stop, f"\n{line}")
        start = above[-1].stop + 1
    elif fields:
        text = _put_in(text, fields[0].start, f"{line}\n")
        start = fields[0].start
    else:
        text = _with_item(text, section, line, "")
        start = text.index(line, section.end)
    again = next((one for one in _all_fields(tree(text)) if one.start == start), None)
    if again is None:
        raise RefusedError(f"a field cannot be added to {section.name!r} as it is written: add it by hand")
    said = _as_list(text, again, (), (), values) if as_list else _field_text(text, again, values)
    return _replaced(text, again, said)


def _like(text: str, sample: Node, name: str) -> str:
    """A field's line without a value, in the style of another one."""
    found = field_of(text[sample.start : sample.end].split("\n", maxsplit=1)[0])
    if found is None:
        return f"- **{name}**: "
    head = sample.head[: found.start("name")] + name + sample.head[found.end("name") :]
    return head.rstrip(" \t") + " "


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
    if len(_sections(after)) != len(_sections(text)):
        raise UsageError("this text cannot stand in a heading")
    return after


def _sections(text: str) -> list[str]:
    return [node.name for node in walk(tree(text))]
