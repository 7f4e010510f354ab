"""Templates of a team's own in the place of ours: rendered apart, checked, and ours where they fail.

A reader must see something and a write must not be lost, whatever is wrong with a template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.rendering.environment import Templates, templates_directory

if TYPE_CHECKING:
    from lsp_server.rendering.sandbox import Sandbox

SUFFIX = ".j2"
BUILT_IN = "built-in/"
"""``{% include "built-in/records/learning.md.j2" %}`` is our template, whatever stands in its place."""

_FOR_RECORDS = "records/_parts.j2"


class Overrides(NamedTuple):
    """A team's templates by name (``records/learning.md.j2``). ``version`` is another one for other texts."""

    version: str
    sources: Mapping[str, str]

    def replace(self, name: str) -> bool:
        """Whether the template ``name`` (without its suffix) is another one because of them."""
        return f"{name}{SUFFIX}" in self.sources or (
            name.startswith("records/") and _FOR_RECORDS in self.sources
        )


def may_be_replaced(name: str) -> bool:
    """Whether a team may have its own template ``name``. Not of what programs read: the branch's format,
    tombstones, the allow-list."""
    return name == "commits/message" or (
        name.endswith(".md") and name.startswith(("records/", "editor/", "reports/"))
    )


class TeamTemplates(Templates):
    """``Templates`` in which a team's own come first. Thread-safe.

    ``overrides`` gives those that apply to a template, None where none do; ``warn`` is told, in one line,
    why one could not be used.
    """

    def __init__(
        self,
        bytecode_cache: Path | None,
        overrides: Callable[[str], Overrides | None],
        warn: Callable[[str], None],
    ) -> None:
        super().__init__(bytecode_cache)
        self._overrides = overrides
        self._warn = warn
        self._sandbox: Sandbox | None = None
        self._sources: tuple[str, Mapping[str, str]] | None = None
        self._broken: set[tuple[str, str]] = set()

    def render(self, name: str, /, **values: Any) -> str:
        overrides = self._replacing(name)
        if overrides is None:
            return super().render(name, **values)
        return self._render_replaced(overrides, name, values)

    def is_replaced(self, name: str) -> bool:
        """Whether a team's own template stands in the place of ours."""
        return self._replacing(name) is not None

    def repeats(self, name: str) -> bool:
        return super().repeats(name) and not self.is_replaced(name)

    def _replacing(self, name: str) -> Overrides | None:
        overrides = self._overrides(name) if may_be_replaced(name) else None
        return overrides if overrides is not None and overrides.replace(name) else None

    def close(self) -> None:
        """End the process that renders. Safe to call twice."""
        sandbox, self._sandbox = self._sandbox, None
        if sandbox is not None:
            sandbox.close()

    def _render_replaced(self, overrides: Overrides, name: str, values: dict[str, Any]) -> str:
        from lsp_server.rendering.checking import made_harmless, what_is_wrong
        from lsp_server.rendering.sandbox import SandboxError

        ours = super().render(name, **values)
        broken = (overrides.version, name)
        if broken in self._broken:
            return ours
        try:
            theirs = made_harmless(name, self._apart(overrides, name, values), values)
            wrong = what_is_wrong(name, theirs, ours)
        except SandboxError as error:
            wrong = str(error)
            if error.lasting:  # said once: nobody waits for it again
                self._broken.add(broken)
        if not wrong:
            return theirs
        self._warn(f"the template templates/{name}{SUFFIX} is not used: {wrong}; the built-in one was")
        return ours

    def _apart(self, overrides: Overrides, name: str, values: dict[str, Any]) -> str:
        from lsp_server.rendering.sandbox import Sandbox

        with self._lock:
            if self._sandbox is None:
                self._sandbox = Sandbox()
            if self._sources is None or self._sources[0] != overrides.version:
                ours = _built_in()
                self._sources = (overrides.version, {**ours, **overrides.sources, **_renamed(ours)})
            sandbox, sources = self._sandbox, self._sources[1]
        return sandbox.render(sources, f"{name}{SUFFIX}", values)


def _built_in() -> dict[str, str]:
    root = templates_directory()
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in root.rglob(f"*{SUFFIX}")}


def _renamed(ours: Mapping[str, str]) -> dict[str, str]:
    return {BUILT_IN + name: text for name, text in ours.items()}
