"""``.git-memory.yaml``: what the formats of the directory have no place for, in one file beside them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lsp_server.records.sessions.loading import load
from lsp_server.records.sessions.writing import entry

NAME = ".git-memory.yaml"
LEFT_OVER = re.compile(r"\.[0-9a-f]{12}\.half\Z")  # a file that an export was writing when it was killed
FORMAT = 1
_HEAD = (
    "# What the formats of this directory have no place for: Git Memory wrote it, and reads it when the\n"
    "# directory is imported. Leave it here; what you change in the other files is understood.\n"
)


@dataclass
class Beside:
    """``files``: what the export wrote, with a digest of each. ``records`` by id and ``documents`` by path on
    the branch: ``in`` (the file), ``digest`` (of the text that stands there), ``path`` on the branch, and
    ``was`` a digest of the file there, and ``front`` (a front matter), ``text`` or ``bytes`` (the whole file)
    as they are needed. ``deleted`` are the tombstones by their paths."""

    files: dict[str, str] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: dict[str, str] = field(default_factory=dict)


def read_beside(text: str) -> Beside | None:
    """What the file says; None where it is none of ours, or broken."""
    values, problems = load(text)
    if problems or values.get("format") != FORMAT:
        return None
    found = Beside()
    for name in ("records", "documents"):
        table = values.get(name)
        for key, value in (table if isinstance(table, dict) else {}).items():
            if isinstance(value, dict):
                getattr(found, name)[key] = value
    for name in ("files", "deleted"):
        table = values.get(name)
        for key, value in (table if isinstance(table, dict) else {}).items():
            if isinstance(value, str):
                getattr(found, name)[key] = value
    return found


def written_beside(beside: Beside) -> str:
    tables: Mapping[str, Any] = {
        "format": FORMAT,
        "files": beside.files,
        "records": beside.records,
        "documents": beside.documents,
        "deleted": beside.deleted,
    }
    return _HEAD + "".join(entry(key, value) for key, value in tables.items() if value)


def digest_of(data: bytes) -> str:
    """What tells whether a file is still the same one."""
    return hashlib.sha256(data).hexdigest()[:16]


def whole(data: bytes) -> dict[str, str]:
    """A file's bytes as an entry holds them."""
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"bytes": base64.b64encode(data).decode("ascii")}


def bytes_of(said: Mapping[str, Any]) -> bytes | None:
    """The file that ``whole`` was given; None where the entry holds none."""
    text, coded = said.get("text"), said.get("bytes")
    if isinstance(text, str):
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(coded, validate=True) if isinstance(coded, str) else None
    except ValueError:
        return None
