"""What was learned, as JSON can hold it."""

from __future__ import annotations

from typing import Any

from lsp_server.memory.learning.model import Finding, Learned
from lsp_server.records.plain import record_json


def learned_json(learned: Learned) -> dict[str, Any]:
    """A run's answer; records as everywhere, moments in ISO 8601."""
    return {
        "found": [finding_json(finding) for finding in learned.found],
        "written": [record_json(record) for record in learned.written],
        "updated": [record_json(record) for record in learned.updated],
        "closed": [record_json(record) for record in learned.closed],
        "reopened": [record_json(record) for record in learned.reopened],
        "duplicates": [record_json(record) for record in learned.duplicates],
        "report": learned.report,
        "remarks": list(learned.remarks),
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding."""
    return {
        "finder": finding.finder,
        "key": finding.key,
        "title": finding.title,
        "summary": finding.summary,
        "first": finding.first.isoformat(),
        "last": finding.last.isoformat(),
        "count": finding.count,
        "evidence": list(finding.evidence),
        "figures": dict(finding.figures),
        "severity": finding.severity or None,
        "anchor": str(finding.anchor) if finding.anchor else None,
        "solution": finding.solution or None,
        "events": list(finding.events),
    }
