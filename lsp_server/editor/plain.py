"""Records as plain JSON, in the shape that the command line prints with ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsp_server.memory.results import Hit
    from lsp_server.records.anchors import Anchor
    from lsp_server.records.model import Record


def record_json(record: Record) -> dict[str, Any]:
    """One record; ``status`` and ``code`` may be null, dates are ISO 8601."""
    code = record.code
    return {
        "id": record.id,
        "kind": record.kind.value,
        "label": record.label,
        "title": record.title,
        "status": record.status,
        "created": record.created.isoformat(),
        "tags": list(record.tags),
        "path": record.path,
        "code": code and {"commit": code.commit, "branch": code.branch, "dirty": code.dirty},
        "anchors": [_anchor_json(anchor) for anchor in record.anchors],
        "links": [
            {"relation": link.relation.value, "id": link.target, "label": link.label} for link in record.links
        ],
        "aliases": list(record.aliases),
        "fields": _plain(record.fields),
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """A search result; a lower ``score`` is better."""
    return {"record": record_json(hit.record), "snippet": hit.snippet, "score": hit.score}


def _anchor_json(anchor: Anchor) -> dict[str, Any]:
    place = anchor.range
    return {"path": place.path, "start": place.start, "end": place.end, "text": list(anchor.text)}


def _plain(value: Any) -> Any:
    """YAML gives dates and more; JSON has text for them."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
