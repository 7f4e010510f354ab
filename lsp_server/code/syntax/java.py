"""Java: classes in classes, and what they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.code.syntax.model import Found, Rule, Rules, defined, name_of, variables

if TYPE_CHECKING:
    from tree_sitter import Node


def _fields(what: str) -> Rule:
    def rule(node: Node, in_function: bool) -> Found | None:
        names = [name_of(one) for one in node.children_by_field_name("declarator")]
        return None if in_function else variables(names, what, node)

    return rule


RULES: Rules = {
    "class_declaration": defined("class", scope=True),
    "interface_declaration": defined("interface", scope=True),
    "enum_declaration": defined("enum", scope=True),
    "record_declaration": defined("record", scope=True),
    "annotation_type_declaration": defined("annotation", scope=True),
    "method_declaration": defined("method", function=True, body="body"),
    "constructor_declaration": defined("constructor", function=True),
    "compact_constructor_declaration": defined("constructor", function=True),
    "annotation_type_element_declaration": defined("method"),
    "enum_constant": defined("constant", scope=True),
    "field_declaration": _fields("field"),
    "constant_declaration": _fields("constant"),
}
