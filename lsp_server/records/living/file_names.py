"""How documents of the branch are called in one folder: ``log/2026/11.md`` is ``log-2026-11.md``."""

from __future__ import annotations

import re

from lsp_server.records.living.documents import Document, document_at

_LOG = re.compile(r"log-(\d{4})-(\d{2})\.md\Z")
_PERSON = re.compile(r"user-preferences-(.+)\.md\Z")


def file_name(path: str) -> str:
    """A document's own file name where it has no folder, so that editors highlight it."""
    return path.replace("/", "-")


def path_of(name: str) -> str:
    """The path on the branch for such a name."""
    if found := _LOG.match(name):
        return f"log/{found[1]}/{found[2]}.md"
    return f"user-preferences/{found[1]}.md" if (found := _PERSON.match(name)) else name


def document_of(name: str) -> Document | None:
    """The living document that a file of this name is a view of; None for any other name."""
    return document_at(path_of(name))
