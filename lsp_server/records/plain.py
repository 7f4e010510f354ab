"""A record as plain data: the one shape that every face answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsp_server.records.anchors import CodeRange
    from lsp_server.records.model import Record


def record_json(record: Record) -> dict[str, Any]:
    """A record as JSON can hold it. ``status`` and ``code`` may be null; dates are ISO 8601."""
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
        "code": code
        and {
            "commit": code.commit,
            "branch": code.branch,
            "dirty": code.dirty,
            "formerly": [{"commit": commit, "evidence": word} for commit, word in code.formerly],
        },
        "anchors": [
            range_json(anchor.range) | {"symbol": anchor.symbol or None, "text": list(anchor.text)}
            for anchor in record.anchors
        ],
        "links": [
            {"relation": link.relation.value, "id": link.target, "label": link.label} for link in record.links
        ],
        "aliases": list(record.aliases),
        "conflicts": [{"where": one.where, "other": one.other or None} for one in record.conflicts],
        "fields": {
            name: list(value) if isinstance(value, tuple) else value for name, value in record.fields.items()
        },
    }


def range_json(place: CodeRange) -> dict[str, Any]:
    """Lines of a file, 1-based and inclusive; null for a whole file, and for a folder, whose path ends with
    ``/``."""
    return {"path": place.path, "start": place.start or None, "end": place.end or None}
