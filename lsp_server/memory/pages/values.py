"""The page of keyed values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsp_server.memory.keyed.values_plain import value_line
from lsp_server.memory.learning.telling import quoted
from lsp_server.memory.pages.lines import key_text
from lsp_server.memory.pages.words import minute
from lsp_server.records.amounts import plural
from lsp_server.records.shortening import shortened

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.store.keyvalue.base import Item

MOST = 500
_VALUE = 100  # characters of a value


def page(core: Core, items: Sequence[Item], prefix: str = "") -> str:
    """Values by key, with when they were written and when they expire. ``prefix``: what their keys begin
    with."""
    return core.templates.render(
        "editor/values.md",
        count=plural(len(items), "value"),
        prefix=quoted(prefix) if prefix else "",
        lines=[_line(item) for item in items[:MOST]],
        more=max(0, len(items) - MOST),
    )


def _line(item: Item) -> dict[str, str]:
    return {
        "key": key_text(item.key),
        "value": quoted(shortened(value_line(item.value), _VALUE)),
        "updated": minute(item.updated),
        "expires": minute(item.expires) if item.expires is not None else "",
    }
