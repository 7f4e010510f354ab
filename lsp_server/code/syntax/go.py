"""Go: a method belongs to its receiver's type, wherever it stands in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.code.syntax.model import Definition, Found, Rule, Rules, name_of, text, variables

if TYPE_CHECKING:
    from tree_sitter import Node


def _function(node: Node, _in_function: bool) -> Found:
    name = name_of(node)
    return Found((Definition(name, "function", node, node),), name, is_function=True)


def _method(node: Node, _in_function: bool) -> Found:
    name = name_of(node)
    owner = _receiver(node.child_by_field_name("receiver"))
    full = f"{owner}.{name}" if owner else name
    return Found((Definition(full, "method", node, node),), full, is_function=True)


def _receiver(node: Node | None) -> str:
    """``Server`` of ``(s *Server[T])``."""
    declared = (
        next((one for one in node.named_children if one.type == "parameter_declaration"), None)
        if node
        else None
    )
    kind = declared.child_by_field_name("type") if declared else None
    return text(kind).lstrip("*( ").partition("[")[0].rstrip(") ")


def _type(node: Node, in_function: bool) -> Found | None:
    if in_function:
        return None
    name = name_of(node)
    outer = _alone(node)
    return Found((Definition(name, "type", outer, outer),), name)


def _values(what: str) -> Rule:
    def rule(node: Node, in_function: bool) -> Found | None:
        if in_function:
            return None
        names = [text(one) for one in node.children_by_field_name("name") if one.type != ","]
        return variables([name for name in names if name != "_"], what, _alone(node))

    return rule


def _member(what: str) -> Rule:
    """A struct's field, or an interface's method."""

    def rule(node: Node, in_function: bool) -> Found | None:
        names = [text(one) for one in node.children_by_field_name("name") if one.type != ","]
        return None if in_function else variables(names, what, node)

    return rule


def _alone(node: Node) -> Node:
    """The whole declaration, where it is of this alone: ``type Server struct``, not one of ``type ( … )``."""
    outer = node.parent
    if outer is not None and outer.type == "var_spec_list":
        outer = outer.parent
    if outer is None or not outer.type.endswith("_declaration"):
        return node
    return outer if "(" not in (child.type for child in outer.children) and node.parent == outer else node


RULES: Rules = {
    "function_declaration": _function,
    "method_declaration": _method,
    "type_spec": _type,
    "type_alias": _type,
    "const_spec": _values("constant"),
    "var_spec": _values("variable"),
    "field_declaration": _member("field"),
    "method_elem": _member("method"),
}
