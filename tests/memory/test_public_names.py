"""``lsp_server`` is one flat place for what Python programs need, and costs nothing until it is used."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import lsp_server


def declared() -> set[str]:
    """The names that type checkers see."""
    tree = ast.parse(Path(lsp_server.__file__).read_text(encoding="utf-8"))
    return {
        one.asname or one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lsp_server")
        for one in node.names
    }


def test_each_name_is_there_typed_and_says_what_it_is() -> None:
    assert lsp_server._BY_NAME_ONLY.isdisjoint(lsp_server.__all__)
    names = set(lsp_server.__all__) - {"__version__"} | lsp_server._BY_NAME_ONLY
    assert names == declared()
    assert names <= set(dir(lsp_server))
    assert [name for name in names if not inspect.getdoc(getattr(lsp_server, name))] == []


def test_the_package_alone_loads_nothing_of_them() -> None:
    code = "import sys, lsp_server; print([name for name in sys.modules if name.startswith('lsp_server.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_the_extras_all_names_can_be_imported_and_one_that_needs_a_package_names_it() -> None:
    code = """
import sys
for package in ("langgraph", "sqlalchemy", "alembic", "psycopg"):
    sys.modules[package] = None
from lsp_server import *
MemoryManager().store("key", 1)
from lsp_server import GitMemoryStore
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == (
        'ModuleNotFoundError: GitMemoryStore needs LangGraph: pip install "git-memory-lsp[langgraph]"'
    )


def test_every_error_that_calls_raise_can_be_caught_by_its_name() -> None:
    from lsp_server import errors

    raised = {
        name for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, Exception)
    }
    assert raised <= set(lsp_server.__all__)
