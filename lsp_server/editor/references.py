"""What our own documents refer to: records by label, living documents by their file's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.editor.mentions import Mention, mentions
from lsp_server.errors import GitMemoryError

if TYPE_CHECKING:
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session

_FILE = re.compile(r"(?<![\w./-])[\w-]+(?:/[\w-]+){0,2}\.(?:md|yaml)\b")
_LONGEST_LINE = 2000


def references(line: str) -> Iterator[Mention]:
    """Every label and every name of a living document in a line of one of our documents."""
    yield from mentions(line)
    if ".md" in line or ".yaml" in line:
        from lsp_server.records.living.documents import document_at

        for found in _FILE.finditer(line, 0, _LONGEST_LINE):
            if document_at(found[0]) is not None:
                yield Mention(found[0], found.start(), found.end())


def reference_at(line: str, column: int) -> Mention | None:
    """The one under (or just before) a column."""
    return next((one for one in references(line) if one.start <= column <= one.end), None)


async def opened(session: Session, repository: Repository, ref: str) -> Path | None:
    """The file view of what is referred to; None where there is nothing of the kind."""
    from lsp_server.records.living.documents import document_at

    in_use = session.files_in_use()
    try:
        if document_at(ref) is not None:
            view = partial(repository.memory.document_view, ref, in_use=in_use)
            return (await session.workers.prompt(view)).path
        record = await repository.find(ref)
        if record is None:
            return None
        return (await session.workers.prompt(partial(repository.memory.view, record.id, in_use=in_use))).path
    except GitMemoryError:
        return None
