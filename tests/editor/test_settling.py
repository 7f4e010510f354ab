"""What is committed or rewritten while an editor is open is settled in the memory, without anybody asking."""

from __future__ import annotations

from typing import Any

from client import Client

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind
from lsp_server.records.anchors import UNCOMMITTED

AUTH = "src/auth.py"


def births(memory: Memory) -> set[str]:
    return {birth.commit for anchor in memory.get("ADR-1").anchors for birth in anchor.births}


def test_lines_that_are_committed_get_their_births(editor: Client, repo: Any, memory: Memory) -> None:
    repo.write(AUTH, "import hashlib_of_our_own\n" + (repo.root / AUTH).read_text())
    memory.record(Kind.DECISION, "Hash", at=[CodeRange(AUTH, 1, 1)])
    uri = editor.open(repo.root / AUTH)
    assert editor.shown(uri, 0)
    assert births(memory) == {UNCOMMITTED}
    before = repo.git("rev-parse", "memory")
    commit = repo.commit("Import")
    editor.until(lambda: births(memory) == {commit}, "the birth of the line")
    assert repo.git("rev-parse", "memory~1") == before
    assert repo.git("log", "-1", "--format=%s", "memory").startswith("anchors: settle 1 record")


def test_an_amended_commit_is_followed(editor: Client, repo: Any, memory: Memory) -> None:
    repo.write(AUTH, "import hashlib_of_our_own\n" + (repo.root / AUTH).read_text())
    old = repo.commit("Import")
    record = memory.record(Kind.DECISION, "Hash", at=[CodeRange(AUTH, 1, 1)])
    assert record.code
    assert record.code.commit == old
    uri = editor.open(repo.root / AUTH)
    assert editor.shown(uri, 0)
    repo.git("commit", "-q", "--amend", "-m", "Import our own")
    new = repo.git("rev-parse", "HEAD")
    editor.until(lambda: births(memory) == {new}, "the birth of the line")
    settled = memory.get("ADR-1").code
    assert settled
    assert (settled.commit, settled.formerly[0][0]) == (new, old)
    assert editor.shown(uri, 0)
