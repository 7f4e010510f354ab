"""Which document is meant, by the words that people give; its text as it is read and as it begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lsp_server.errors import NotFoundError, RefusedError, UsageError
from lsp_server.records.living import documents as table
from lsp_server.records.living.documents import BY_NAME, DOCUMENTS, Document

if TYPE_CHECKING:
    from lsp_server.memory.core import Core


def document_named(name: str) -> Document:
    """The document that an address begins with. Raises ``NotFoundError``."""
    from difflib import get_close_matches

    first = name.strip().partition("/")[0].casefold().removesuffix(".md").removesuffix(".yaml")
    if (found := BY_NAME.get(first)) is not None:
        return found
    near = get_close_matches(first, BY_NAME, n=1, cutoff=0.6)
    there = ", ".join(document.name for document in DOCUMENTS)
    hint = f"did you mean {BY_NAME[near[0]].name}?" if near else f"there is {there}"
    raise NotFoundError(f"there is no document {first!r}; {hint}")


def addressed(address: str) -> tuple[Document, tuple[str, ...]]:
    """An address as the document and the words behind its name. Raises ``NotFoundError``."""
    document = document_named(address)
    words = tuple(word for word in address.strip().split("/")[1:] if word.strip())
    return document, words


def document_path(document: Document, name: str, person: str | None, month: Callable[[], str]) -> str:
    """Where a document stands that is called ``name`` (``log/2026/11``, ``preferences/ada``). ``month`` tells
    the path of the log where its name does not. Raises ``NotFoundError`` for a month that is none,
    ``UsageError`` for a person of a document that is one for all."""
    rest = name.partition("/")[2].removesuffix(".md")
    if document.name == "preferences":
        person = person if person is not None else rest or None
        if person is not None and not person.strip():
            raise UsageError("the person's name is empty")
        return document.path if person is None else table.person_path(person)
    if person is not None:
        raise UsageError(f"{document.name} is one for all; only preferences are kept by person")
    if document.name != "log":
        return document.path
    path = f"log/{rest}.md" if rest else month()
    if table.month_of(path) is None:
        raise NotFoundError(f"there is no {name!r}: a month of the log is log/2026/11")
    return path


def decoded(path: str, data: bytes) -> str:
    """A document's text. Raises ``RefusedError`` where it is none."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(f"{path} is not UTF-8; mend the file by hand first") from None


def new_text(core: Core, document: Document, person: str | None = None) -> str:
    """What a document that is not there yet is made from."""
    return core.templates.render(document.template, person=person or "")
