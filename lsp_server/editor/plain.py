"""Records as plain JSON, in the shape that the command line prints with ``--json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.records.plain import record_json

if TYPE_CHECKING:
    from lsp_server.memory.results import Hit


def hit_json(hit: Hit) -> dict[str, Any]:
    """A search result; a lower ``score`` is better."""
    return {"record": record_json(hit.record), "snippet": hit.snippet, "score": hit.score}
