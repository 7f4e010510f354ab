"""The commands about keyed values. Described in docs/lsp.md with the others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lsp_server.editor import shown_texts, uris

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.editor.arguments import Arguments
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session
    from lsp_server.memory import Memory

VALUES, VALUE = "gitMemory.values", "gitMemory.value"
SET_VALUE, DELETE_VALUE = "gitMemory.setValue", "gitMemory.deleteValue"


async def values(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Show the values by key, or those whose keys begin so."""
    prefix = arguments.optional_text("prefix") or ""
    repository = await _repository(session, arguments)
    work = session.workers.prompt(_values, repository.memory, prefix)
    told, text = await session.client.with_progress("Git Memory: reading the memory", work)
    shown = await shown_texts.show_if_asked(
        session, repository, arguments, shown_texts.VALUES, text, again=partial(_page, prefix)
    )
    return {"values": told, **shown}


async def value(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Open the file view of a value: JSON that, saved, is stored."""
    key = arguments.text("key")
    repository = await _repository(session, arguments)
    view = partial(repository.memory.value_view, key, in_use=session.files_in_use())
    opened = await session.workers.prompt(view)
    shown = await session.client.show(opened.path)
    return {"uri": uris.from_path(opened.path), "key": key, "exists": opened.exists, "shown": shown}


async def set_value(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Keep a value under a key, in place of what was there."""
    key, given, ttl = arguments.text("key"), arguments.json("value"), arguments.optional_number("ttl")
    repository = await _repository(session, arguments)
    stored = await session.workers.prompt(_stored, repository.memory, key, given, ttl)
    session.client.say(f"stored {_name(key)}{repository.where}")
    await session.wrote(repository)
    return stored


async def delete_value(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Take a value out, or with ``*`` at the end every one whose key begins so."""
    key = arguments.text("key")
    repository = await _repository(session, arguments)
    deleted = await session.workers.prompt(_deleted, repository.memory, key)
    if deleted:
        what = _name(key) if not key.endswith("*") else f"{deleted} value{'s' if deleted > 1 else ''}"
        session.client.say(f"deleted {what}{repository.where}")
        await session.wrote(repository)
    else:
        session.client.say(f"there is no value under {_name(key)}")
    return {"deleted": deleted}


def _values(memory: Memory, prefix: str) -> tuple[Sequence[dict[str, Any]], str]:
    from lsp_server.memory.keyed.values_plain import item_json

    items = memory.values().items(prefix)
    return [item_json(item) for item in items], memory.values_page(items, prefix)


async def values_again(session: Session, repository: Repository) -> str:
    """The page of all values, as it is now."""
    return await _page("", session, repository)


async def _page(prefix: str, session: Session, repository: Repository) -> str:
    return (await session.workers.prompt(_values, repository.memory, prefix))[1]


def _stored(memory: Memory, key: str, given: Any, ttl: int | None) -> dict[str, Any]:
    from lsp_server.memory.keyed.values_plain import item_json, read_value

    kept = memory.values()
    kept.store(key, read_value(given), ttl=ttl)
    item = kept.item(key)
    return {} if item is None else item_json(item)  # {}: it has expired already


def _deleted(memory: Memory, key: str) -> int:
    return memory.values().delete(key)


def _name(key: str) -> str:
    from lsp_server.memory.titles import printable
    from lsp_server.records.shortening import shortened

    return shortened(printable(key), 60)


async def _repository(session: Session, arguments: Arguments) -> Repository:
    from lsp_server.editor.command_places import repository_of

    return await repository_of(session, arguments.optional_text("uri"))
