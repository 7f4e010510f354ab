"""What is known of a file in which somebody types while others ask."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from lsprotocol import types

from lsp_server import Memory
from lsp_server.editor.documents import Document, Documents
from lsp_server.editor.repositories import Repository
from lsp_server.editor.tracking import Tracking
from lsp_server.editor.workers import Workers
from lsp_server.memory import CodeRange, Kind


def _without_first_line(documents: Documents, tracking: Tracking, before: Document) -> Document:
    """The document when its first line has been deleted."""
    gone = types.Range(types.Position(0, 0), types.Position(1, 0))
    change = types.TextDocumentContentChangePartial(text="", range=gone)
    version = types.VersionedTextDocumentIdentifier(uri=before.uri, version=(before.version or 0) + 1)
    after = documents.change(types.DidChangeTextDocumentParams(version, [change]))
    assert after is not None
    tracking.edited(before, after)
    return after


class LateWorkers(Workers):
    """Workers whose first answer is late: it is there, and delivered when ``deliver`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.looked, self.deliver = asyncio.Event(), asyncio.Event()

    async def prompt(self, work: Any, *arguments: Any) -> Any:
        answer = await super().prompt(work, *arguments)
        if not self.looked.is_set():
            self.looked.set()
            await self.deliver.wait()
        return answer


def test_a_late_look_at_the_memory_does_not_undo_a_newer_one(memory: Memory) -> None:
    async def look_twice() -> str | None:
        workers = LateWorkers()
        repository = Repository(memory, workers)
        older = asyncio.ensure_future(repository.refresh())
        await workers.looked.wait()
        memory.record(Kind.LEARNING, "Emails differ by case")
        newer = asyncio.ensure_future(repository.refresh())
        await asyncio.wait([newer], timeout=1)
        workers.deliver.set()
        await asyncio.gather(older, newer)
        return repository.version

    assert asyncio.run(look_twice()) == memory.version()


def test_a_question_about_an_older_text_does_not_undo_what_the_typing_told(repo: Any, memory: Memory) -> None:
    path: Path = repo.write("a.txt", "one\ntwo\none\n")
    repo.commit("A file")
    record = memory.record(Kind.LEARNING, "About the second one", at=[CodeRange("a.txt", 3, 3)])

    async def ask() -> tuple[Any, Any]:
        documents, workers = Documents(), Workers()
        tracking = Tracking(documents, workers)
        repository = Repository(memory, workers)
        await repository.refresh()
        document = documents.open(types.TextDocumentItem(path.as_uri(), "text", 1, path.read_text()))
        tracking.begin(document)
        await tracking.follow(document, repository, "a.txt")
        older = _without_first_line(documents, tracking, document)
        newer = _without_first_line(documents, tracking, older)
        # Of the one that is left, only the typing tells that it is the second.
        return tracking.at(older, 1), tracking.at(newer, 0)

    older, newer = asyncio.run(ask())
    assert (list(older), list(newer)) == ([record.id], [record.id])
