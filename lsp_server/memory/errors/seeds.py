"""A cache of the groups that are known, beside the index of events: it can be deleted at any moment."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from lsp_server.memory.errors.grouping import Grouper, Seed

_NAME = "error-groups.json"
_VERSION = 1
_KEPT = timedelta(days=90)  # since the last error of a group
_MOST = 2_000


def load_seeds(directory: Path, grouper: Grouper) -> dict[str, datetime]:
    """Have a grouper go on where the last one was; when each of its groups was last seen. Nothing where there
    is no cache, or none that can be read."""
    try:
        found = json.loads((directory / _NAME).read_text(encoding="utf-8"))
        if found["version"] != _VERSION:
            return {}
        rows = [(Seed(*map(str, row[:4])), datetime.fromisoformat(row[4])) for row in found["groups"]]
        known = {seed.id: last for seed, last in rows if last.tzinfo is not None}
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return {}
    grouper.take(seed for seed, _ in rows if seed.id in known)
    return known


def save_seeds(directory: Path, grouper: Iterable[Seed], last: Mapping[str, datetime]) -> None:
    """Note the groups that errors were seen of, for the next one. A disk that refuses it is no harm."""
    newest = max(last.values(), default=None)
    if newest is None:
        return
    rows = [
        [*seed, last[seed.id].isoformat()]
        for seed in grouper
        if newest - last.get(seed.id, newest - 2 * _KEPT) < _KEPT
    ]
    text = json.dumps({"version": _VERSION, "groups": rows[-_MOST:]}, ensure_ascii=False)
    new = directory / f"{_NAME}.{os.getpid()}"
    with suppress(OSError):
        if (directory / _NAME).exists() and (directory / _NAME).read_text(encoding="utf-8") == text:
            return
        try:
            new.write_text(text, encoding="utf-8")
            new.replace(directory / _NAME)
        finally:
            new.unlink(missing_ok=True)
