"""``sessions/*.json``: a session, a file each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of_class
from typing import Any

from lsp_server.records.moments import moment
from lsp_server.records.project_directory.checkpoints import ID
from lsp_server.records.project_directory.differing import KEY, difference, laid_over
from lsp_server.records.sessions.model import LISTS, MESSAGES, Session

_NAMES = {"session_id": "name", "start_time": "created_at", "end_time": "ended_at"}
_TEXTS = ("name", "created_at", "ended_at", "updated_at", "goal", "agent", "summary")
_OWN = frozenset(field.name for field in fields_of_class(Session)) | {"kind", KEY}


def read_session_json(document: Mapping[str, Any], record_id: str, begun: str) -> Session:
    """A session's file. ``begun`` stands for the time that it began where it does not say. What it says and a
    session has no place for stays with it, see ``differing``."""
    values: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, value in document.items():
        name = _NAMES.get(key, key)
        if key == ID:
            continue
        if name in _TEXTS and key not in _TEXTS[:3]:
            if isinstance(value, str) and value.strip() == value and value:
                values[name] = value
        elif name in LISTS:
            if isinstance(value, list):
                values[name] = tuple(value)
        elif name in MESSAGES:
            if isinstance(value, list) and all(isinstance(one, dict) for one in value):
                values[name] = tuple(value)
        elif name == "tags":
            if isinstance(value, list) and all(isinstance(one, str) and one.strip() == one for one in value):
                values[name] = tuple(value)
        elif name == "next_session":
            values[name] = value
        elif name not in _OWN and name != "imported":
            extra[name] = value
    if moment(values.get("created_at")) is None:
        values["created_at"] = begun
    session = Session(record_id, extra=extra, **values)
    patch = difference(without_id(session_document(session)), without_id(document))
    if patch:
        extra[KEY] = patch
    return session


def session_document(session: Session) -> dict[str, Any]:
    """A session as a file of the directory has it."""
    document: dict[str, Any] = {ID: session.id}
    if session.name:
        document["session_id"] = session.name
    document["start_time"] = session.created_at
    texts: dict[str, Any] = {"end_time": session.ended_at}
    texts |= {"duration_minutes": session.extra.get("duration_minutes"), "updated_at": session.updated_at}
    texts |= {key: getattr(session, key) for key in ("agent", "goal", "summary")}
    document |= {key: value for key, value in texts.items() if value or (value == 0 and value is not False)}
    if session.tags:
        document["tags"] = list(session.tags)
    for key in LISTS:
        if value := getattr(session, key):
            document[key] = list(value)
    if session.next_session is not None:
        document["next_session"] = session.next_session
    document.update(
        (key, value)
        for key, value in session.extra.items()
        if key not in document and key not in (KEY, "imported")
    )
    for key in MESSAGES:
        if value := getattr(session, key):
            document[key] = [dict(message) for message in value]
    patch = session.extra.get(KEY)
    return laid_over(document, patch) if isinstance(patch, str) else document


def without_id(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != ID}
