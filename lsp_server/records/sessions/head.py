"""A session as a record: what its head says, found without reading its messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lsp_server.records.content import typed
from lsp_server.records.fields import FIELDS, Shape
from lsp_server.records.model import Kind
from lsp_server.records.sessions.body import count, first_said, has_other_keys
from lsp_server.records.sessions.model import MESSAGES
from lsp_server.records.shortening import shortened

if TYPE_CHECKING:
    from lsp_server.records.file_reader import FileReader

_TITLE = 120  # characters of what somebody said, as a title


def complete(reader: FileReader) -> None:
    """Let the reader know the keys that a person wrote below the messages as well."""
    split = reader.split
    if split.front is None or ("id" in reader.values and not has_other_keys(split.body_text)):
        return
    if reader.problems and split.front.strip():
        return
    from lsp_server.records.sessions.loading import load

    values, problems = load(reader.text[split.start :], typed=False)
    if values:
        reader.values = {key: value for key, value in values.items() if key not in MESSAGES}
    else:
        reader.problems.extend(problems)


def read_head(reader: FileReader, created: datetime) -> tuple[str, Mapping[str, Any]]:
    """The title and the fields of a session."""
    fields: dict[str, Any] = {}
    for field in FIELDS[Kind.SESSION]:
        value = _shaped(field.shape, reader.get(field.key))
        if value:
            fields[field.name] = value
    if updated := reader.get("updated_at"):
        fields["updated_at"] = str(updated)
    body = reader.split.body_text
    fields["message_count"] = count(body).get("messages", 0)
    return _title(fields, body, created), fields


def _shaped(shape: Shape, value: Any) -> Any:
    if shape is Shape.WORD:
        return value.strip() if isinstance(value, str) and value not in ("null", "~") else None
    if value in (None, "", "null", "~"):
        return None
    if shape is Shape.MAPPING:
        return (
            _typed(value) if isinstance(value, dict) else {"goal": value} if isinstance(value, str) else None
        )
    values = value if isinstance(value, list) else [value]
    return tuple(_typed(item) for item in values)


def _typed(value: Any) -> Any:
    """A mapping with its figures as numbers; every other text as it is."""
    if not isinstance(value, dict):
        return value
    return {key: typed(item) if isinstance(item, str) else item for key, item in value.items()}


def _title(fields: Mapping[str, Any], body: str, created: datetime) -> str:
    for text in (fields.get("goal"), first_said(body), fields.get("summary"), fields.get("name")):
        if text and (line := next((one.strip() for one in text.splitlines() if one.strip()), "")):
            return shortened(line, _TITLE)
    return f"Session of {created:%Y-%m-%d}"
