"""Which paths of a branch may hold events. Whoever follows or merges a branch asks for each of its paths."""

from __future__ import annotations

import re

FOLDER = "events/"
ENDING = ".jsonl"
_PATH = re.compile(r"events/\d{4}/\d{2}/[^/]+\.jsonl")
_NUMBERED = re.compile(r"(?:-([1-9]\d{0,5}))?\.jsonl")


def is_event_path(path: str) -> bool:
    """Whether events may stand there."""
    return path.startswith(FOLDER) and _PATH.fullmatch(path) is not None


def segment_name(writer: str, number: int) -> str:
    """The name of a writer's segment in the folder of its month: ``3f9ac21b.jsonl``, ``3f9ac21b-2.jsonl``."""
    return f"{writer}{ENDING}" if number == 1 else f"{writer}-{number}{ENDING}"


def number_of_segment(name: str, writer: str) -> int | None:
    """The number of a file of this writer; None for any other file."""
    found = _NUMBERED.fullmatch(name[len(writer) :]) if name.startswith(writer) else None
    return None if found is None else int(found[1] or 1)
