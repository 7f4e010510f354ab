"""What the client may set: at the start, and later by ``workspace/didChangeConfiguration``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SECTION = "gitMemory"


class Settings:
    """``workspace_trusted`` counts from the start only. ``diagnostics``: whether notices about code are
    published; what is wrong in a record's own file always is."""

    def __init__(self) -> None:
        self.workspace_trusted = False
        self.diagnostics = True

    def begin(self, options: object) -> None:
        """Read ``initializationOptions``."""
        given = _mapping(options)
        self.workspace_trusted = given.get("workspaceTrusted") is True
        self._read(given)

    def change(self, settings: object) -> bool:
        """Read the settings of a notification; whether one of them is another now."""
        before = self.diagnostics
        self._read(_mapping(_mapping(settings).get(SECTION)))
        return self.diagnostics is not before

    def _read(self, given: Mapping[str, Any]) -> None:
        if isinstance(wanted := given.get("diagnostics"), bool):
            self.diagnostics = wanted


def _mapping(value: object) -> Mapping[str, Any]:
    """An object of JSON as pygls gives it; empty for everything else."""
    if isinstance(value, Mapping):
        return value
    as_dict = getattr(value, "_asdict", None)  # pygls makes a named tuple of what it has no type for
    return as_dict() if callable(as_dict) else {}
