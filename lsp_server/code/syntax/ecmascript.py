"""JavaScript and TypeScript: also functions that are given a name by a ``const``, an object's key or an
assignment to ``exports``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.code.syntax.model import (
    Definition,
    Found,
    Rule,
    Rules,
    outermost,
    text,
    with_attributes,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_WRAPPERS = ("export_statement", "ambient_declaration", "expression_statement")
_FUNCTIONS = ("arrow_function", "function_expression", "generator_function", "function")
_CLASSES = ("class",)
# What stands before a name and is no part of it.
_EXPORTED = ("module.exports.", "exports.", "window.", "globalThis.", "self.")


def _declared(what: str, *, function: bool = False, body: bool = True) -> Rule:
    def rule(node: Node, _in_function: bool) -> Found | None:
        outer = outermost(node, *_WRAPPERS)
        name = _key(node.child_by_field_name("name"))
        if not name and outer.type == "export_statement":
            name = "default"
        if not name:
            return None
        first = with_attributes(outer, "decorator")
        return Found((Definition(name, what, first, outer, body),), name, is_function=function)

    return rule


def _member(what: str, *, body: bool = True) -> Rule:
    """Of a class, an interface or an object."""

    def rule(node: Node, _in_function: bool) -> Found | None:
        name = _key(node.child_by_field_name("name"))
        said = what
        for child in node.children:
            if child.type in ("get", "set"):
                said = f"{child.type}ter"
        first = with_attributes(node, "decorator")
        return Found((Definition(name, said, first, node, body),), name, is_function=body) if name else None

    return rule


def _field(node: Node, _in_function: bool) -> Found | None:
    name = _key(node.child_by_field_name("name") or node.child_by_field_name("property"))
    if not name:
        return None
    return _valued(name, node.child_by_field_name("value"), with_attributes(node, "decorator"), node)


def _property_signature(node: Node, in_function: bool) -> Found | None:
    name = _key(node.child_by_field_name("name"))
    return None if in_function or not name else Found((Definition(name, "property", node, node),))


def _declarator(node: Node, in_function: bool) -> Found | None:
    target = node.child_by_field_name("name")
    if target is None or target.type != "identifier":
        return None  # `const {a, b} = …` names parts of something else
    value = node.child_by_field_name("value")
    if in_function and _kind_of(value) == "variable":
        return None
    statement = node.parent
    outer = node
    if statement is not None and sum(c.type == node.type for c in statement.named_children) == 1:
        outer = outermost(node, "lexical_declaration", "variable_declaration", *_WRAPPERS)
    return _valued(text(target), value, outer, outer)


def _pair(node: Node, in_function: bool) -> Found | None:
    name = _key(node.child_by_field_name("key"))
    value = node.child_by_field_name("value")
    if not name or (in_function and _kind_of(value) == "variable"):
        return None
    return _valued(name, value, node, node, "property")


def _assignment(node: Node, in_function: bool) -> Found | None:
    left = node.child_by_field_name("left")
    value = node.child_by_field_name("right")
    if left is None or left.type != "member_expression":
        return None
    outer = outermost(node, *_WRAPPERS)
    name = text(left).replace(" ", "").replace("?.", ".")
    if name == "module.exports":
        # What an object holds is known by its own names; a function alone is the module's one.
        if _kind_of(value) in ("variable", "object"):
            return None
        return _valued("default", value, outer, outer)
    bare = next((name.removeprefix(start) for start in _EXPORTED if name.startswith(start)), name)
    bare = bare.replace(".prototype.", ".")
    # `this.x = 1` gives no name that could be asked for, nor does `a[0].b = 1`.
    if not bare.replace(".", "").replace("$", "").isidentifier() or bare.startswith("this."):
        return None
    if _kind_of(value) == "variable" and (in_function or bare == name):
        return None
    return _valued(bare, value, outer, outer)


def _export_default(node: Node, _in_function: bool) -> Found | None:
    """``export default`` of what has no declaration of its own: an arrow function, an object, a call."""
    value = node.child_by_field_name("value")
    if value is None or not any(child.type == "default" for child in node.children):
        return None
    kind = _kind_of(value)
    if kind in ("function", "class") and value.child_by_field_name("name") is not None:
        return None
    scope = "" if kind == "variable" else "default"
    return Found((Definition("default", kind, node, node),), scope, is_function=kind == "function")


def _namespace(node: Node, _in_function: bool) -> Found | None:
    outer = outermost(node, *_WRAPPERS)
    name = _key(node.child_by_field_name("name"))
    return Found((Definition(name, "namespace", outer, outer),), name) if name else None


def _valued(name: str, value: Node | None, first: Node, last: Node, otherwise: str = "variable") -> Found:
    kind = _kind_of(value)
    what = otherwise if kind in ("variable", "object") else kind
    scope = "" if kind == "variable" else name
    return Found((Definition(name, what, first, last),), scope, is_function=kind == "function")


def _kind_of(value: Node | None) -> str:
    """What a value is, seen through what only wraps it: ``memo(() => …)``, ``{…} as const``."""
    for _ in range(4):
        if value is None:
            return "variable"
        if value.type in _FUNCTIONS:
            return "function"
        if value.type in _CLASSES:
            return "class"
        if value.type == "object":
            return "object"
        if value.type == "call_expression":
            given = value.child_by_field_name("arguments")
            value = (
                next((one for one in given.named_children if one.type in _FUNCTIONS), None) if given else None
            )
        elif value.type in ("as_expression", "satisfies_expression", "parenthesized_expression"):
            value = value.named_children[0] if value.named_children else None
        else:
            return "variable"
    return "variable"


def _key(node: Node | None) -> str:
    """A name, also one in quotes; "" where it is computed."""
    if node is None or node.type == "computed_property_name":
        return ""
    name = text(node)
    return name[1:-1] if node.type == "string" else name


RULES: Rules = {
    "class_declaration": _declared("class"),
    "function_declaration": _declared("function", function=True),
    "generator_function_declaration": _declared("function", function=True),
    "method_definition": _member("method"),
    "field_definition": _field,
    "variable_declarator": _declarator,
    "pair": _pair,
    "assignment_expression": _assignment,
    "export_statement": _export_default,
}

TYPESCRIPT_RULES: Rules = {
    **{name: rule for name, rule in RULES.items() if name != "field_definition"},
    "abstract_class_declaration": _declared("class"),
    "interface_declaration": _declared("interface"),
    "enum_declaration": _declared("enum"),
    "type_alias_declaration": _declared("type"),
    "function_signature": _declared("function", body=False),
    "method_signature": _member("method", body=False),
    "abstract_method_signature": _member("method", body=False),
    "public_field_definition": _field,
    "property_signature": _property_signature,
    "internal_module": _namespace,
    "module": _namespace,
}
