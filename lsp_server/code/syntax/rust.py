"""Rust: what an ``impl`` block has belongs to its type; attributes belong to what they stand above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.code.syntax.model import Definition, Found, Rule, Rules, name_of, text, with_attributes

if TYPE_CHECKING:
    from tree_sitter import Node


def _item(what: str, *, scope: bool = False, function: bool = False, body: bool = True) -> Rule:
    def rule(node: Node, in_function: bool) -> Found | None:
        name = name_of(node)
        if not name or (in_function and not (scope or function)):
            return None
        first = with_attributes(node, "attribute_item")
        opened = name if scope or function else ""
        return Found((Definition(name, what, first, node, body),), opened, is_function=function)

    return rule


def _module(node: Node, _in_function: bool) -> Found:
    name = name_of(node)
    first = with_attributes(node, "attribute_item")
    has_body = node.child_by_field_name("body") is not None
    return Found((Definition(name, "module", first, node, has_body),), name)


def _implementation(node: Node, _in_function: bool) -> Found:
    return Found(scope=_type_name(node.child_by_field_name("type")))


def _type_name(node: Node | None) -> str:
    """``Vec`` of ``&std::vec::Vec<T>``."""
    while node is not None:
        inner = None
        if node.type == "scoped_type_identifier":
            inner = node.child_by_field_name("name")
        elif node.type in ("generic_type", "reference_type", "pointer_type"):
            inner = node.child_by_field_name("type")
        if inner is None:
            return text(node)
        node = inner
    return ""


RULES: Rules = {
    "function_item": _item("function", function=True),
    "function_signature_item": _item("function", body=False),
    "struct_item": _item("struct", scope=True),
    "enum_item": _item("enum", scope=True),
    "union_item": _item("union", scope=True),
    "trait_item": _item("trait", scope=True),
    "mod_item": _module,
    "impl_item": _implementation,
    "type_item": _item("type"),
    "associated_type": _item("type", body=False),
    "const_item": _item("constant"),
    "static_item": _item("static"),
    "macro_definition": _item("macro"),
    "enum_variant": _item("variant", scope=True),
    "field_declaration": _item("field"),
}
