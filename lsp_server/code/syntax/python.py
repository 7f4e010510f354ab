"""Python: classes, functions, and the names that a module or a class gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.code.syntax.model import Definition, Found, Rules, name_of, outermost, text, variables

if TYPE_CHECKING:
    from tree_sitter import Node

_ACCESSORS = ("setter", "deleter", "getter")


def _class(node: Node, _in_function: bool) -> Found:
    outer = outermost(node, "decorated_definition")
    name = name_of(node)
    return Found((Definition(name, "class", outer, outer),), name)


def _function(node: Node, _in_function: bool) -> Found:
    outer = outermost(node, "decorated_definition")
    name = name_of(node)
    what, has_body = "function", True
    if outer is not node:
        for decorator in outer.children:
            said = text(decorator).removeprefix("@").strip().partition("(")[0] if decorator != node else ""
            last = said.rpartition(".")[2]
            if last == "overload":
                has_body = False
            elif last in ("property", "cached_property"):
                what = "getter"
            elif said.startswith(f"{name}.") and last in _ACCESSORS:
                what = last
    return Found((Definition(name, what, outer, outer, has_body),), name, is_function=True)


def _assignment(node: Node, in_function: bool) -> Found | None:
    left = node.child_by_field_name("left")
    if in_function or left is None:
        return None
    targets = left.named_children if left.type in ("pattern_list", "tuple_pattern") else [left]
    return variables([text(one) for one in targets if one.type == "identifier"], "variable", node)


def _type_alias(node: Node, in_function: bool) -> Found | None:
    # `type Pair[T] = …`: the name is what stands before the brackets.
    left = node.child_by_field_name("left")
    return None if in_function else variables([text(left).partition("[")[0]], "type", node)


RULES: Rules = {
    "class_definition": _class,
    "function_definition": _function,
    "assignment": _assignment,
    "type_alias_statement": _type_alias,
}
