"""Records written at commits that are rewritten afterwards: how they are made and what they say."""

from __future__ import annotations

from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.memory.links import Link
from lsp_server.records.anchors import CodeRange
from lsp_server.records.model import Record

LINES = [f"line {number}\n" for number in range(1, 21)]


def learn(memory: Memory, *places: CodeRange) -> Record:
    return memory.record(Kind.LEARNING, "It is so", fields={"lesson": "Always."}, at=places)


def link_of(memory: Memory, record: Record) -> Link:
    (link,) = memory.links([record]).values()
    return link


def commit_of(memory: Memory, record: Record) -> str | None:
    code = memory.get(record.id).code
    return code.commit if code else None


def change(repo: Repo, line: int, text: str, message: str = "Change") -> str:
    lines = list(LINES)
    lines[line - 1] = text
    return repo.commit(message, **{"a.py": "".join(lines)})
