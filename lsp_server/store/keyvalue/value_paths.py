"""Which paths of a branch may hold keyed values. Whoever follows a branch asks for each of its paths."""

from __future__ import annotations

FOLDER = "values/"
ENDING = ".json"


def is_value_path(path: str) -> bool:
    """Whether a keyed value may stand there."""
    return path.startswith(FOLDER) and path.endswith(ENDING)
