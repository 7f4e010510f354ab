"""``project_summary.json``, which is ``project.yaml`` in the memory: the same keys, two by other names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsp_server.records.sessions.loading import load
from lsp_server.records.sessions.writing import entry

_NAMES = {"project_name": "name", "tech_stack": "stack"}
_BACK = {ours: theirs for theirs, ours in _NAMES.items()}


def project_yaml(summary: Mapping[str, Any]) -> str:
    """The document; every key is kept, in its order."""
    return "".join(entry(key, value) for key, value in _renamed(summary, _NAMES).items())


def project_summary(text: str) -> dict[str, Any]:
    """What a ``project.yaml`` says, as the summary has it; empty where it cannot be read."""
    values, _ = load(text)
    return _renamed(values, _BACK)


def _renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    # Where both names are there, each keeps its own.
    return {
        key if names.get(key, key) in values and key in names else names.get(key, key): value
        for key, value in values.items()
    }
