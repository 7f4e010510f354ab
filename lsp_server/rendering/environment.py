"""The one Jinja2 environment. Loading Jinja2 costs tens of milliseconds: the first rendering does it."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_server.records.front_matter import flow, scalar

if TYPE_CHECKING:
    from jinja2 import Environment, Template

    from lsp_server.rendering.shapes import Shapes

_PACKAGE = Path(__file__).resolve().parent.parent


def templates_directory() -> Path:
    """The templates inside the installed package, or beside it in a checkout."""
    inside = _PACKAGE / "templates"
    return inside if inside.is_dir() else _PACKAGE.parent / "templates"


class Templates:
    """Renders the templates by name. Thread-safe.

    ``bytecode_cache`` is a directory of the user (never of a repository: what is in it is run) that keeps
    compiled templates, and what they made of each shape, between processes; None makes them anew.
    """

    def __init__(self, bytecode_cache: Path | None = None) -> None:
        self._bytecode_cache = bytecode_cache
        self._templates: dict[str, Template] = {}
        self._shapes: Shapes | None = None
        self._lock = threading.Lock()

    def render(self, name: str, /, **values: Any) -> str:
        """The text of ``templates/<name>.j2``. A name that the template uses must be given."""
        template = self._templates.get(name)
        if template is None:
            loaded = _environment(self._bytecode_cache)
            template = self._templates[name] = loaded.get_template(f"{name}.j2")
        return template.render(values)

    def repeats(self, name: str) -> bool:
        """Whether our own template of this name is in force, and may have made a text of the same shape
        before: here, or in a process whose shapes are kept."""
        return self._bytecode_cache is not None or name in self._templates

    @property
    def shapes(self) -> Shapes:
        """What our own templates made so far."""
        if self._shapes is None:
            from lsp_server.rendering.shapes import Shapes

            kept = None
            if self._bytecode_cache is not None:
                from lsp_server.rendering.kept_shapes import KeptShapes

                kept = KeptShapes(self._bytecode_cache)
            self._shapes = Shapes(kept)
        return self._shapes


# Every repository of a process has the same templates: they are compiled once for all of them.
@lru_cache(4)
def _environment(bytecode_cache: Path | None) -> Environment:
    from jinja2 import FileSystemLoader, StrictUndefined

    from lsp_server.rendering.compiled import CompiledTemplates
    from lsp_server.rendering.quick import QuickEnvironment

    cache = None
    if bytecode_cache is not None:
        try:
            bytecode_cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            cache = CompiledTemplates(str(bytecode_cache))
        except OSError:
            cache = None  # a home that cannot be written costs time, nothing else
    environment = QuickEnvironment(
        loader=FileSystemLoader(templates_directory()),
        bytecode_cache=cache,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        autoescape=False,  # Markdown and YAML, not HTML; YAML values go through `scalar` and `flow`
    )
    environment.filters["scalar"] = scalar
    environment.filters["flow"] = flow
    return environment
