"""What a rule says about a node, and the few looks at a node that all languages share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node


_MOST_ATTRIBUTES = 50  # looked at, comments between them included


class Definition(NamedTuple):
    """Something with a name. ``name`` is as it is called within the scope it stands in, and may have dots;
    it reaches from the beginning of ``first`` to the end of ``last``. ``has_body`` is false for what is only
    declared: a prototype, an overload's signature, a forward declaration."""

    name: str
    what: str
    first: Node
    last: Node
    has_body: bool = True


class Found(NamedTuple):
    """What a node defines, and the scope that it opens for what is defined inside it."""

    definitions: tuple[Definition, ...] = ()
    scope: str = ""
    is_function: bool = False
    """Variables inside are nobody's business: they are no symbols."""


Rule = Callable[["Node", bool], "Found | None"]
"""Takes a node and whether it stands inside a function."""

Rules = Mapping[str, Rule]
"""By the type of the node."""


def text(node: Node | None) -> str:
    """The source of a node in one line."""
    if node is None or node.text is None:
        return ""
    return " ".join(node.text.decode("utf-8", "replace").split())


def name_of(node: Node, field: str = "name") -> str:
    return text(node.child_by_field_name(field))


def outermost(node: Node, *wrappers: str) -> Node:
    """The node, or what wraps it: an ``export``, a ``template <…>``, its decorators."""
    parent = node.parent
    while parent is not None and parent.type in wrappers:
        node, parent = parent, parent.parent
    return node


def with_attributes(node: Node, *attributes: str) -> Node:
    """The node's first attribute (decorator, annotation) where those stand before it as its siblings."""
    first, above = node, node.prev_named_sibling
    for _ in range(_MOST_ATTRIBUTES):
        if above is None:
            break
        if above.type in attributes:
            first = above
        elif "comment" not in above.type:
            break
        above = above.prev_named_sibling
    return first


def defined(what: str, *, scope: bool = False, function: bool = False, body: str = "") -> Rule:
    """The rule of a node with a ``name``. ``body`` is the field that is missing where it is only declared."""

    def rule(node: Node, _in_function: bool) -> Found | None:
        name = name_of(node)
        if not name:
            return None
        has_body = not body or node.child_by_field_name(body) is not None
        opened = name if scope or function else ""
        return Found((Definition(name, what, node, node, has_body),), opened, function)

    return rule


def variables(names: list[str], what: str, extent: Node) -> Found | None:
    """One definition for each of the names."""
    return Found(tuple(Definition(name, what, extent, extent) for name in names if name))
