"""C and C++: names are inside of declarators, and a definition may stand outside of its class."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsp_server.code.syntax.model import Definition, Found, Rule, Rules, name_of, outermost, text, variables

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = ("identifier", "field_identifier", "type_identifier", "namespace_identifier", "primitive_type")
_TEMPLATES = ("template_function", "template_method", "template_type")
# A type named without a body is a forward declaration only where it stands alone.
_ALONE_IN = (
    "translation_unit", "declaration_list", "template_declaration", "linkage_specification",
    "field_declaration_list", "preproc_ifdef", "preproc_if", "preproc_else", "preproc_elif",
)  # fmt: skip


def _function(node: Node, _in_function: bool) -> Found | None:
    name, _ = _declared(node.child_by_field_name("declarator"))
    if not name:
        return None
    outer = outermost(node, "template_declaration")
    return Found((Definition(name, "function", outer, outer),), name, is_function=True)


def _declaration(node: Node, in_function: bool) -> Found | None:
    """Prototypes and variables, a class's methods and fields."""
    if in_function:
        return None
    outer = outermost(node, "template_declaration")
    is_extern = any(text(child) == "extern" for child in node.children[:2])
    made = []
    for declarator in node.children_by_field_name("declarator"):
        name, is_function = _declared(declarator)
        if name:
            what = "function" if is_function else "variable"
            made.append(Definition(name, what, outer, outer, has_body=not (is_function or is_extern)))
    return Found(tuple(made))


def _type(what: str) -> Rule:
    def rule(node: Node, _in_function: bool) -> Found | None:
        name = _qualified(node.child_by_field_name("name"))
        has_body = node.child_by_field_name("body") is not None
        parent = node.parent
        if not has_body and (parent is None or parent.type not in _ALONE_IN):
            return None
        outer = outermost(node, "template_declaration")
        if not name:
            return Found(scope=_typedef_name(node))
        return Found((Definition(name, what, outer, outer, has_body),), name)

    return rule


def _typedef_name(node: Node) -> str:
    """``point`` of ``typedef struct { … } point``."""
    parent = node.parent
    if parent is None or parent.type != "type_definition":
        return ""
    return _declared(parent.child_by_field_name("declarator"))[0]


def _typedef(node: Node, in_function: bool) -> Found | None:
    names = [_declared(one)[0] for one in node.children_by_field_name("declarator")]
    return None if in_function else variables(names, "type", node)


def _namespace(node: Node, _in_function: bool) -> Found | None:
    name = _qualified(node.child_by_field_name("name"))
    return Found((Definition(name, "namespace", node, node),), name) if name else None


def _named(what: str) -> Rule:
    def rule(node: Node, in_function: bool) -> Found | None:
        name = name_of(node)
        outer = outermost(node, "template_declaration")
        return Found((Definition(name, what, outer, outer),)) if name and not in_function else None

    return rule


def _declared(node: Node | None) -> tuple[str, bool]:
    """The name in a declarator, with dots, and whether a function is declared by it."""
    is_function = False
    while node is not None:
        if node.type == "operator_cast":
            return f"operator {name_of(node, 'type')}", True
        name = _qualified(node)
        if name:
            return name, is_function or "operator_cast" in node.type
        is_function = node.type == "function_declarator"
        inner = node.child_by_field_name("declarator")
        node = inner or (
            node.named_children[-1] if node.type.endswith("_declarator") and node.named_children else None
        )
    return "", False


def _qualified(node: Node | None) -> str:
    """``a.Login.check`` of ``a::Login<T>::check``; "" for what is no name."""
    parts: list[str] = []
    waiting = [node]  # not by calling itself: a text can have a thousand `::`
    while waiting:
        part = waiting.pop()
        if part is None:
            continue
        if part.type == "qualified_identifier":
            waiting += [part.child_by_field_name("name"), part.child_by_field_name("scope")]
        elif part.type == "nested_namespace_specifier":
            waiting += reversed(part.named_children)
        elif part.type in _TEMPLATES:
            waiting.append(part.child_by_field_name("name"))
        elif name := _single(part):
            parts.append(name)
    return ".".join(parts)


def _single(node: Node) -> str:
    if node.type in _NAMES:
        return text(node)
    if node.type == "operator_name":
        return re.sub(r"(?<=\W) | (?=\W)", "", text(node))
    if node.type == "destructor_name":
        return text(node).replace(" ", "")
    if node.type == "operator_cast":
        return f"operator {name_of(node, 'type')}"
    return ""


_SHARED: Rules = {
    "function_definition": _function,
    "declaration": _declaration,
    "field_declaration": _declaration,
    "struct_specifier": _type("struct"),
    "union_specifier": _type("union"),
    "enum_specifier": _type("enum"),
    "enumerator": _named("constant"),
    "type_definition": _typedef,
    "preproc_def": _named("macro"),
    "preproc_function_def": _named("macro"),
}

C_RULES = _SHARED
CPP_RULES: Rules = {
    **_SHARED,
    "class_specifier": _type("class"),
    "namespace_definition": _namespace,
    "alias_declaration": _named("type"),
    "concept_definition": _named("concept"),
}
