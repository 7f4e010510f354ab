"""In the editor: a record about a symbol is on its lines, one about a whole file on the first."""

from __future__ import annotations

from typing import Any

from client import Client

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.records.anchors import CodeSymbol, whole

PATH = "src/login.py"
CODE = "import os\n\n\nclass Login:\n    def check(self, password):\n        return self.user == password\n"


def hovered(editor: Client, uri: str, line: int) -> str:
    return str(editor.shown(uri, line)["contents"]["value"])


def test_each_is_shown_where_it_belongs_and_says_what_it_is_about(
    editor: Client, repo: Any, memory: Memory
) -> None:
    repo.write(PATH, CODE)
    repo.commit("Login")
    memory.record(Kind.LEARNING, "Constant time", at=[CodeSymbol(PATH, "Login.check")])
    memory.record(Kind.LEARNING, "Split it", at=[whole(PATH)])
    uri = editor.open(repo.root / PATH)
    assert "about Login.check" in hovered(editor, uri, 5)
    assert "Constant time" in hovered(editor, uri, 4)
    first = hovered(editor, uri, 0)
    assert "Split it" in first
    assert "about all of src/login.py" in first
    assert "Constant time" not in first
    assert editor.hover(uri, 3) is None
