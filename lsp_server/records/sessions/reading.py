"""A session's file as a session, messages and all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lsp_server.records.document import read_code, read_links
from lsp_server.records.file_reader import FileReader
from lsp_server.records.model import Problem
from lsp_server.records.moments import moment
from lsp_server.records.sessions.head import complete
from lsp_server.records.sessions.loading import load
from lsp_server.records.sessions.model import KEYS, LISTS, MESSAGES, TEXTS, Origin, Session
from lsp_server.records.sessions.writing import head_values


def read_session(path: str, data: bytes) -> tuple[Session | None, tuple[Problem, ...]]:
    """The session in a file, and what is wrong with it by line (0-based). None where it cannot be told which
    session it is, or the messages cannot be read; never an exception."""
    reader = FileReader(path, data)
    complete(reader)
    if reader.problems and not reader.values:
        return None, tuple(reader.problems)
    values, problems = load(reader.text[reader.split.start :])
    if problems:
        shift = reader.text.count("\n", 0, reader.split.start)
        return None, tuple(problem._replace(line=problem.line + shift) for problem in problems)
    texts = reader.values
    try:
        session_id = str(uuid.UUID(str(texts.get("id", "")).strip()))
    except ValueError:
        reader.wrong("id", "the id is not a UUID" if "id" in texts else "there is no id")
        return None, tuple(reader.problems)
    if moment(texts.get("created_at")) is None:
        reader.wrong("created_at", "there is no date of creation like 2026-11-21T10:00:00+00:00")
        return None, tuple(reader.problems)
    messages: dict[str, tuple[Any, ...]] = {key: _messages(reader, key, values.get(key)) for key in MESSAGES}
    given: dict[str, Any] = {key: _word(texts, values, key) for key in TEXTS if key not in ("id", "kind")}
    lists: dict[str, Any] = {key: _list(values.get(key)) for key in LISTS}
    session = Session(
        id=session_id,
        created_at=given.pop("created_at") or "",
        updated_at=given.pop("updated_at") or "",
        **given,
        tags=reader.words("tags"),
        links=read_links(reader),
        code=read_code(reader),
        **lists,
        next_session=values.get("next_session"),
        extra={key: value for key, value in values.items() if key not in (*KEYS, *MESSAGES)},
        system_messages=messages["system_messages"],
        messages=messages["messages"],
    )
    return originating(session, path, data), tuple(reader.problems)


def why_unreadable(path: str, text: str) -> tuple[Problem, ...]:
    """What is wrong with a session's file of which nothing can be shown; empty for one that can be read."""
    session, problems = read_session(path, text.encode("utf-8"))
    return problems if session is None else ()


def originating(session: Session, path: str, data: bytes) -> Session:
    """The session as read from this file, which says just what it says."""
    origin = Origin(path, data, head_values(session), session.system_messages, session.messages)
    return replace(session, origin=origin)


def _word(texts: Mapping[str, Any], values: Mapping[str, Any], key: str) -> str | None:
    """A text as it is written: a name of digits stays what it is."""
    value = texts.get(key)
    return value if isinstance(value, str) and values.get(key) is not None else None


def _list(value: Any) -> tuple[Any, ...]:
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


def _messages(reader: FileReader, key: str, value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        reader.wrong(key, f"{key!r} should be a list of messages")
        return ()
    wrong = next((at for at, item in enumerate(value) if not isinstance(item, dict)), None)
    if wrong is not None:
        reader.wrong(key, f"message {wrong + 1} of {key!r} is no mapping with a role and a content")
        return tuple(item if isinstance(item, dict) else {"role": "user", "content": item} for item in value)
    return tuple(value)
