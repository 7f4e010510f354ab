"""Where the line that an error came from is now: the file may have changed since the program read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsp_server.memory.learning.discretion import discreet
from lsp_server.records.anchors import CodePlace, CodeRange, CodeSymbol

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.learning.model import Finding

_FRAME = re.compile(r'  File "([^"\n]+)", line (\d+), in ([^\n]*)\n    ([^\n]*)')


def place_now(core: Core, finding: Finding) -> CodePlace | None:
    """The finding's line, where it still says what its traceback shows; else the only line of the file that
    does, else the function that it was in. None where it has no line at all."""
    place = finding.anchor
    if place is None:
        return None
    then, function = _shown(finding.example, place)
    lines = core.code.worktree_text(place.path) if then else None
    if lines is None:
        return place
    same = [number for number, line in enumerate(lines, 1) if _is(line, then)]
    if place.start in same:
        return place
    if len(same) == 1:
        return CodeRange(place.path, same[0], same[0])
    return CodeSymbol(place.path, function)


def _shown(traceback: str, place: CodeRange) -> tuple[str, str]:
    """What a traceback shows of a line, and the function that it is in; "" where it does not show it."""
    for file, line, function, text in reversed(_FRAME.findall(traceback)):
        if int(line) == place.start and f"/{file}".replace("\\", "/").endswith(f"/{place.path}"):
            return text.strip(), function.strip()
    return "", ""


def _is(line: str, then: str) -> bool:
    now = discreet(line).strip()  # as the traceback is
    return now.startswith(then[:-1]) if then.endswith("…") else now == then
