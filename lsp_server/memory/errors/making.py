"""The memory of an error, made of an exception or of what was logged."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lsp_server.memory.errors.facts import metadata_of, place_fields
from lsp_server.memory.errors.places import Places
from lsp_server.memory.errors.results import RecordedError
from lsp_server.memory.errors.telling import Frame, Told, first_line, middle_cut, title_of, told
from lsp_server.memory.errors.texts import context_of, text_of, type_name, valid
from lsp_server.memory.events.model import TypedMemory
from lsp_server.store.keyvalue.base import Value

if TYPE_CHECKING:
    from lsp_server.memory.events.event_memory import EventMemory

_MESSAGE = 2_000


def error_memory(
    events: EventMemory,
    error: BaseException,
    places: Places,
    context: Mapping[str, Any],
    *,
    owner: str,
    handled: bool,
) -> TypedMemory:
    """An exception as a memory that is not kept yet."""
    try:
        known = told(error, places)
    except RecursionError:
        raise
    except Exception:  # an exception that answers nothing that it is asked
        known = Told(type_name(type(error)), text_of(error), None, [], [], "")
    metadata: dict[str, Value] = {"error": metadata_of(known, places, handled=handled)}
    if plain := context_of(context):
        metadata["context"] = plain
    return _made(
        events,
        title_of(known.type, known.message),
        known.content,
        kind=known.type,
        owner=owner,
        metadata=metadata,
    )


def logged_memory(
    events: EventMemory, record: logging.LogRecord, places: Places, *, owner: str
) -> TypedMemory:
    """What was logged without an exception, as a memory that is not kept yet: its logger is its type."""
    message, kind = logged_message(record), text_of(record.name, 200)
    frame = Frame(text_of(record.pathname, 500), record.lineno or 0, text_of(record.funcName or "", 200))
    error: dict[str, Value] = {"type": kind, "message": valid(message, _MESSAGE)}
    error |= place_fields(frame, places)
    error |= {"handled": True, "chain": []}
    content = "\n".join([message, *([text_of(record.stack_info)] if record.stack_info else [])])
    metadata: dict[str, Value] = {"error": error, "context": log_context(record)}
    return _made(
        events, title_of(kind, message), middle_cut(content), kind=kind, owner=owner, metadata=metadata
    )


def log_context(record: logging.LogRecord) -> dict[str, Value]:
    """What is known of an error that was logged."""
    return {
        "logger": text_of(record.name, 200),
        "level": text_of(record.levelname, 50),
        "message": first_line(logged_message(record)),
    }


def logged_message(record: logging.LogRecord) -> str:
    """What was logged; where its parts do not fit together, the text that they were to be put into."""
    try:
        return valid(record.getMessage(), _MESSAGE * 10)
    except Exception as error:
        return f"{text_of(record.msg)} (its arguments do not fit: {type_name(type(error))})"


def unwritten(error: object, owner: str) -> RecordedError:
    """The answer where nothing could be written, or nothing is to be."""
    kind = type_name(type(error))
    memory = TypedMemory(
        str(uuid4()),
        owner,
        "error",
        title_of(kind, text_of(error)),
        "",
        (kind,),
        {},
        datetime.now(timezone.utc),
    )
    return RecordedError(memory, None, [], [], False)


def _made(
    events: EventMemory,
    title: str,
    content: str,
    *,
    kind: str,
    owner: str,
    metadata: dict[str, Value],
) -> TypedMemory:
    return events.prepared(
        {
            "title": title,
            "content": content,
            "memory_type": "error",
            "owner": owner,
            "tags": [kind],
            "metadata": metadata,
        }
    )
