"""The commands about living documents. Described in docs/lsp.md with the others."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from lsp_server.editor import uris

if TYPE_CHECKING:
    from lsp_server.editor.arguments import Arguments
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session
    from lsp_server.memory import Memory
    from lsp_server.memory.documents.results import Noted

DOCUMENT, DOCUMENTS = "gitMemory.document", "gitMemory.documents"
NOTE, SET = "gitMemory.note", "gitMemory.set"

# Addresses of documents that have no sections of their own.
_ALONE = {"log": ("log",), "project": ("project/milestones", "project/team")}


async def document(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Open the file view of a living document."""
    name, person = arguments.text("name"), arguments.optional_text("person")
    repository = await _repository(session, arguments)
    view = partial(repository.memory.document_view, name, person=person, in_use=session.files_in_use())
    opened = await session.workers.prompt(view)
    shown = await session.client.show(opened.path)
    return {
        "uri": uris.from_path(opened.path),
        "name": opened.name,
        "path": opened.branch_path,
        "exists": opened.exists,
        "shown": shown,
    }


async def documents(session: Session, arguments: Arguments) -> list[dict[str, Any]]:
    """The living documents, there or not, with the addresses to which can be noted."""
    repository = await _repository(session, arguments)
    return await session.workers.prompt(_documents, repository.memory)


def _documents(memory: Memory) -> list[dict[str, Any]]:
    from lsp_server.records.living.documents import BY_NAME, Form, addresses
    from lsp_server.records.living.reading import can_be_addressed

    told: list[dict[str, Any]] = []
    for state in memory.documents():
        own: list[str] = []
        known = BY_NAME[state.name]
        # In others a section is an entry, of which there may be hundreds, or a key.
        if state.exists and not state.problem and known.form is Form.OUTLINE:
            sections = memory.document(state.path).sections
            own = [one.address for one in sections if one.level > 1 and can_be_addressed(one.address)]
        usual = _ALONE.get(state.name) or addresses(known)
        told.append({**asdict(state), "addresses": list(dict.fromkeys([*usual, *own]))})
    return told


async def note(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Add an item under a section."""
    return await _written(session, arguments, "text")


async def set_field(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Give a field another value."""
    return await _written(session, arguments, "value")


async def _written(session: Session, arguments: Arguments, what: str) -> dict[str, Any]:
    address, said, person = arguments.text("address"), arguments.text(what), arguments.optional_text("person")
    repository = await _repository(session, arguments)
    write = repository.memory.note if what == "text" else repository.memory.set
    noted: Noted = await session.workers.prompt(partial(write, address, said, person=person))
    session.client.say(f"{_done(noted, what)}{repository.where}")
    await session.wrote(repository)
    return dict(noted.plain())


def _done(noted: Noted, what: str) -> str:
    if not noted.changed:
        return f"{noted.address} has this already"
    return f"noted in {noted.address}" if what == "text" else f"set {noted.address}"


async def _repository(session: Session, arguments: Arguments) -> Repository:
    from lsp_server.editor.command_places import repository_of

    return await repository_of(session, arguments.optional_text("uri"))
