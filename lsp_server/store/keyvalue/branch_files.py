"""Keyed values on a branch: a JSON file for each key, with a line for each part of its value.

``values/3f/user%3A123%3Apreferences.json``: 256 folders, so that none gets large. The text is that of
``value_file``, spread over lines, so that a diff shows what changed.
"""

from __future__ import annotations

import json
from hashlib import sha256

from lsp_server.errors import UsageError
from lsp_server.store.keyvalue import value_file
from lsp_server.store.keyvalue.base import Item
from lsp_server.store.keyvalue.clocks import utc
from lsp_server.store.keyvalue.keys import checked_key, file_name
from lsp_server.store.keyvalue.value_paths import ENDING, FOLDER
from lsp_server.store.keyvalue.values import dumps


def value_path(key: str) -> str:
    """The path of a key's file on the branch."""
    return f"{FOLDER}{sha256(key.encode()).hexdigest()[:2]}/{file_name(key)}{ENDING}"


def file_text(item: Item) -> str:
    """An item's file. Raises ``UsageError`` for a value that cannot be kept."""
    whole = json.loads(value_file.text_of(item, dumps(item.value)))
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def read_file(path: str, data: bytes) -> Item | None:
    """The item of a file; None where the file has not our form, or stands where its key does not belong."""
    item = read_anywhere(data)
    return item if item and path == value_path(item.key) else None


def read_anywhere(data: bytes) -> Item | None:
    """The item of a file, wherever it stands; None where the file has not our form, or holds what no storage
    takes: whoever has read it can write it."""
    kept = value_file.parsed(data)
    if kept is None or kept.key is None or kept.created is None or kept.updated is None:
        return None
    try:
        dumps(kept.value)
        expires = kept.expires and utc(kept.expires)
        return Item(checked_key(kept.key), kept.value, utc(kept.created), utc(kept.updated), expires)
    except (UsageError, OverflowError):
        return None
