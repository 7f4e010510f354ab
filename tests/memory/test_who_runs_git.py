"""git is run in ``store/`` and ``code/`` alone: what the core asks of it has a name there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import lsp_server

PACKAGE = Path(lsp_server.__file__).parent
RUNS = {"run", "try_run", "start"}


def runs_of_git(place: Path) -> list[int]:
    """The lines on which a module runs git through a repository's runner."""
    tree = ast.parse(place.read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in RUNS
        and ast.unparse(call.func.value).lower().endswith(("git", "runner"))
    ]


@pytest.mark.parametrize("floor", ["memory", "index", "rendering", "records", "editor", "cli"])
def test_no_floor_but_the_ground_and_code_runs_git(floor: str) -> None:
    found = {str(place.relative_to(PACKAGE)): runs_of_git(place) for place in (PACKAGE / floor).rglob("*.py")}
    assert {place: lines for place, lines in found.items() if lines} == {}
    assert runs_of_git(PACKAGE / "store" / "inspecting.py")  # they are found where there are some
