"""The living documents: readable, and no field left with what two people set at once."""

from __future__ import annotations

from collections.abc import Iterator

from lsp_server.errors import GitMemoryError
from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, warning
from lsp_server.memory.documents.names import decoded
from lsp_server.memory.documents.reading import unsettled
from lsp_server.records.amounts import plural
from lsp_server.records.living.documents import document_at, person_of


def examine(case: Case) -> Area:
    """The area "documents"."""
    found = [
        (path, blob.object_id) for path, blob in case.listed if blob.is_file and document_at(path) is not None
    ]
    contents = case.store.contents([object_id for _, object_id in found])
    findings = [
        finding
        for (path, _), (_, data) in zip(found, contents, strict=True)
        for finding in _looked_at(path, data)
    ]
    count = len(found)
    summary = plural(count, "document") if count else "none yet"
    return Area("documents", summary, findings)


def _looked_at(path: str, data: bytes) -> Iterator[Finding]:
    document = document_at(path)
    assert document is not None
    try:
        text = decoded(path, data)
        left = unsettled(document, text)
    except GitMemoryError as error:
        yield warning(
            "document-unreadable",
            f"{str(error).partition('; ')[0]}.",
            "Mend it in a worktree of the branch.",
            path,
        )
        return
    person = person_of(path)
    whom = f" --person {person}" if person else ""
    for address in left:
        yield warning(
            "set-twice",
            f"{address} was set by two people at once, and both values are kept.",
            f"`git memory set {address} VALUE{whom}` leaves one.",
            path,
        )
    if "\n<<<<<<< " in f"\n{text}":
        yield warning(
            "document-conflict",
            f"{path} has the marks of a conflict in it, which another program left.",
            "Keep one of the two texts and remove the marks, in a worktree of the branch.",
            path,
        )
