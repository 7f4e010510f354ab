"""A whole session's file as plain values, by YAML's C library where there is one.

Only what JSON has comes out: texts, numbers, true, false, null, lists, mappings with texts for keys. ``yes``,
dates and everything else that YAML 1.1 would make something of stays the text that it is. Nothing is ever
made because a file says so (tags are ignored), and one value never stands in two places (no aliases), so a
small file cannot become a huge session.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import nullcontext
from functools import cache
from typing import Any

import yaml

from lsp_server.records.model import Problem
from lsp_server.records.uncollected import uncollected

DEEPEST = 100  # collections inside each other; far below where YAML's C reader overflows the stack
_LARGE = 1 << 18  # characters
_WORDS: Mapping[str, tuple[Any]] = {
    "": (None,), "~": (None,), "null": (None,), "Null": (None,), "NULL": (None,),
    "true": (True,), "True": (True,), "TRUE": (True,),
    "false": (False,), "False": (False,), "FALSE": (False,),
    ".inf": (float("inf"),), "-.inf": (float("-inf"),), ".nan": (float("nan"),),
}  # fmt: skip
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?(?:\.[0-9]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)\Z", re.ASCII)
_FIRST = frozenset("~nNtTfF-+.0123456789")


class _NotReadError(yaml.MarkedYAMLError):
    """YAML that is more than a session's file may hold."""


class _Values:
    """What a loader asks about each value: here its depth is counted, and what it is told."""

    depth = composed = 0
    typed = True

    def descend_resolver(self, _parent: Any, _index: Any) -> None:
        self.composed += 1
        self.depth += 1
        if self.depth > DEEPEST + 1:  # the innermost scalar counts as well
            raise _NotReadError(problem=f"nested more than {DEEPEST} deep", problem_mark=_mark(_parent))

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, kind: type[yaml.Node], value: str, implicit: Any) -> tuple[Any] | None:
        """What a plain scalar means; None for a text."""
        if kind is yaml.ScalarNode and implicit[0] and (not value or value[0] in _FIRST) and self.typed:
            return _WORDS.get(value) or _number(value)
        return None

    def check_resolver_prefix(self, *_: Any) -> bool:
        return False


def _mark(node: Any) -> yaml.Mark | None:
    return getattr(node, "start_mark", None)


def _number(value: str) -> tuple[Any] | None:
    if _INTEGER.match(value) and len(value) < 4000:  # Python refuses to count longer ones
        return (int(value),)
    return (float(value),) if any(map(str.isdigit, value)) and _FLOAT.match(value) else None


@cache
def _loader() -> Any:
    if yaml.__with_libyaml__:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs leave out where it comes from

        class Quick(_Values, CParser):
            pass

        return Quick

    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class Plain(_Values, Reader, Scanner, Parser, Composer):
        def __init__(self, text: str) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)

    return Plain


def load(text: str, *, typed: bool = True) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The keys of a file, and what is wrong with it, by its 0-based line. What cannot be read gives no keys
    and one problem. With ``typed`` false every scalar is a text."""
    try:
        with uncollected() if len(text) >= _LARGE else nullcontext():
            loader = _loader()(text)
            loader.typed = typed
            root = loader.get_single_node()
            value = None if root is None else _Building(loader.composed).value(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if (error.context or "").startswith(("while parsing a flow", "while scanning a quoted")):
            mark = error.context_mark  # what is never closed is wrong where it opens
        return {}, (Problem(mark.line if mark else 0, f"the file is not YAML: {error.problem}"),)
    except yaml.YAMLError as error:
        line = text[: getattr(error, "position", 0)].count("\n")
        return {}, (Problem(line, f"the file is not YAML: {getattr(error, 'reason', error)}"),)
    except (ValueError, RecursionError) as error:
        return {}, (Problem(0, f"the file is not YAML: {error}"),)
    if not isinstance(value, dict):
        return {}, (Problem(0, "the file is not a list of `key: value` lines"),)
    return value, ()


class _Building:
    """Values from nodes. ``composed`` is how many nodes the file has; more values than that mean that one is
    used twice."""

    def __init__(self, composed: int) -> None:
        self._left = composed

    def value(self, node: yaml.Node) -> Any:
        self._left -= 1
        if self._left < 0:
            raise _NotReadError(
                problem="anchors and aliases are not read; write the value out",
                problem_mark=node.start_mark,
            )
        if isinstance(node, yaml.ScalarNode):
            tag: Any = node.tag  # what ``resolve`` said, or a text where the file itself has a tag
            return tag[0] if type(tag) is tuple else node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item) for item in node.value]
        made = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _NotReadError(problem="a key is not a word", problem_mark=key.start_mark)
            self._left -= 1
            if key.value in made:
                raise _NotReadError(
                    problem=f"{key.value[:40]!r} stands there twice", problem_mark=key.start_mark
                )
            made[key.value] = self.value(item)
        return made
