"""Which section or field of a document an address means; what it may have meant where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lsp_server.errors import AmbiguousError, NotFoundError
from lsp_server.records.living.documents import Document, Part, addresses, called, slug, without_links
from lsp_server.records.living.outline import Node, walk

_LISTED = 12  # addresses in an error


class Target(NamedTuple):
    """What an address means. ``section`` is None where the text has not got it (any more): ``part`` is then
    what the table says of it. ``field`` is the name of a field, empty where the section itself is meant;
    ``nodes`` are the places where the section has it, more than one after a merge."""

    section: Node | None
    part: Part | None
    field: str = ""
    nodes: tuple[Node, ...] = ()
    title: str = ""
    """The heading of a section that is neither in the text nor in the table."""


def part_of(document: Document, node: Node) -> Part | None:
    """What the table says of a section."""
    own = heading_slugs(node)
    for part in document.parts:
        words = called(part)
        if own[0] in words or (part.valued and own[1] in words):
            return part
    return None


def heading_slugs(node: Node) -> tuple[str, str]:
    """A section's heading as an address has it, whole and up to its first colon."""
    return slug(node.name), slug(without_links(node.name).partition(":")[0])


def find(document: Document, nodes: Sequence[Node], words: Sequence[str], *, new: bool = False) -> Target:
    """What an address means, given as the words behind the document's name. With ``new`` a field or section
    that is not there is one to be added. Raises ``NotFoundError``, ``AmbiguousError``."""
    wanted = [slug(word) for word in words]
    if not wanted or not all(wanted):
        raise unknown(document, nodes, words)
    found = _section(document, nodes, wanted)
    if found is not None:
        return found
    if len(wanted) == 1:
        if (field := _anywhere(document, nodes, wanted[0])) is not None:
            return field
        if new:
            return Target(None, None, title=_as_words(words[0]))
        raise unknown(document, nodes, words)
    above = _section(document, nodes, wanted[:-1])
    if above is not None:
        same = _fields(above.section, wanted[-1])
        if same:
            return above._replace(field=same[0].name, nodes=same)
        known = [name for name in (above.part.fields if above.part else ()) if slug(name) == wanted[-1]]
        if known or new:
            return above._replace(field=known[0] if known else _as_words(words[-1]))
    raise unknown(document, nodes, words)


def _as_words(word: str) -> str:
    """A name for what is added: as it was typed, and ``rate-limits`` as people write it."""
    word = word.strip()
    said = word.replace("-", " ") if word == slug(word) else word
    return said[:1].upper() + said[1:]


def _section(document: Document, nodes: Sequence[Node], wanted: Sequence[str]) -> Target | None:
    """The section that the words name one below the other; the table's where the text has none."""
    inside = nodes
    for depth, word in enumerate(wanted):
        node = next((one for one in walk(inside) if word in _names(document, one)), None)
        if node is None:
            part = next((one for one in document.parts if word in called(one)), None)
            return Target(None, part) if part is not None and len(wanted) == 1 and depth == 0 else None
        inside = node.parts
    return Target(node, part_of(document, node)) if node is not None else None


def _names(document: Document, node: Node) -> tuple[str, ...]:
    part = part_of(document, node)
    return (*heading_slugs(node), *(called(part) if part else ()))


def _anywhere(document: Document, nodes: Sequence[Node], wanted: str) -> Target | None:
    """A field by its name alone, where one section has it."""
    found = [
        Target(node, part_of(document, node), same[0].name, same)
        for node in walk(nodes)
        if (same := _fields(node, wanted))
    ]
    if top := tuple(node for node in nodes if node.is_field and node.slug == wanted):
        found.append(Target(None, None, top[0].name, top))
    if len(found) > 1:
        named = [_address(document, nodes, one.section, wanted) for one in found]
        raise AmbiguousError(f"{document.name}/{wanted} could be {' or '.join(named)}; give the section, too")
    if found:
        return found[0]
    for part in document.parts:
        for name in part.fields:
            if slug(name) == wanted:
                section = next((one for one in walk(nodes) if part_of(document, one) == part), None)
                return Target(section, part, name)
    return None


def _fields(section: Node | None, wanted: str) -> tuple[Node, ...]:
    return tuple(one for one in (section.parts if section else ()) if one.is_field and one.slug == wanted)


def _address(document: Document, nodes: Sequence[Node], section: Node | None, field: str) -> str:
    above = next((said for node, said in addressed(document, nodes) if node is section), document.name)
    return f"{above}/{field}"


def addressed(document: Document, nodes: Sequence[Node], above: str = "") -> Iterator[tuple[Node, str]]:
    """Every section of a text with its address."""
    for node in nodes:
        if node.level:
            part = part_of(document, node)
            said = next(iter(addresses(document._replace(parts=(part,)))), "") if part else ""
            if part is None or above or not said:
                said = f"{above or document.name}/{heading_slugs(node)[0]}"
            yield node, said
            # What stands in the table is addressed without the sections that a person put it into.
            yield from addressed(document, node.parts, "" if part is None and not above else said)


def all_addresses(document: Document, nodes: Sequence[Node]) -> list[str]:
    """Every address that there is: those of the text in its order, then what the table has besides."""
    found = []
    for node, said in addressed(document, nodes):
        found.append(said)
        found += [f"{said}/{one.slug}" for one in node.parts if one.is_field]
    return list(dict.fromkeys([*found, *addresses(document)]))


def unknown(document: Document, nodes: Sequence[Node], words: Sequence[str]) -> NotFoundError:
    """The error for an address that means nothing: what is near, and what there is."""
    there = all_addresses(document, nodes)
    asked = "/".join([document.name, *words])
    near = near_addresses(there, asked)
    if near:
        return NotFoundError(f"there is no {asked!r}; did you mean {' or '.join(near)}?")
    shown = ", ".join(there[:_LISTED]) + (" …" if len(there) > _LISTED else "")
    return NotFoundError(f"there is no {asked!r}; {document.path} has {shown or 'no sections'}")


def near_addresses(there: Sequence[str], asked: str) -> list[str]:
    """The addresses that read most like the one asked for."""
    from difflib import get_close_matches

    by_end: dict[str, str] = {}
    for address in there:
        by_end.setdefault(address.rpartition("/")[2], address)
        by_end[address] = address
    end = slug(asked.rpartition("/")[2])
    whole = get_close_matches(asked.casefold(), there, n=3, cutoff=0.75)
    return list(
        dict.fromkeys([*whole, *(by_end[one] for one in get_close_matches(end, by_end, n=3, cutoff=0.7))])
    )[:3]
