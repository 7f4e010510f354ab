"""Jinja2's environment with a shorter way to what a mapping holds. Imported with Jinja2 only."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro


class _QuickCode(CodeGenerator):
    """Looks a key up in the template's own code: the call of ``getattr`` costs more than all the rest of it.
    What another environment has compiled says the same in more time, so compiled templates may be mixed."""

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802  Jinja2 calls it so
        if not isinstance(node.node, nodes.Name):
            super().visit_Getattr(node, frame)
            return
        self.write("(")
        self.visit(node.node, frame)
        self.write(f"[{node.attr!r}] if isinstance(")
        self.visit(node.node, frame)
        self.write(f", dict) and {node.attr!r} in ")
        self.visit(node.node, frame)
        self.write(" else ")
        super().visit_Getattr(node, frame)
        self.write(")")


class _QuickContext(Context):
    """Calls a macro at once: whether it wants to be given the context, as a function may, need not be
    found out."""

    def call(self, called: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if type(called) is not Macro:
            return super().call(called, *args, **kwargs)
        if kwargs:  # what only such a function would be given
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        return called(*args, **kwargs)


class QuickEnvironment(Environment):
    """In ``fields.lesson`` the key comes first where ``fields`` is a mapping. Jinja2 looks for an attribute
    first, and most of the time of a rendering went into the errors of not finding one."""

    code_generator_class = _QuickCode
    context_class = _QuickContext

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One dictionary: Jinja2's chain of two is gone through by each rendering. Ours do not change."""
        return {**self.globals, **(d or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict):
            try:
                return obj[attribute]
            except KeyError:
                pass
        return super().getattr(obj, attribute)
