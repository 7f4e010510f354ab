"""Where a finding stands in the file of a keyed value, in words: `the key`, `value["settings"]["token"]`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from lsp_server.memory.secrets.findings import Finding

BEGINNING = '{\n  "git-memory": '
_ENTRY = re.compile(r'( *)(?:("(?:[^"\\]|\\.)*"): )?')
_NAME = 40  # characters of a key


def value_places(text: str, findings: Sequence[Finding]) -> list[str]:
    """The place of each finding. Nothing of what was found is in the words."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    found = {finding.line - 1 for finding in findings}
    return [_place(lines, one.line - 1, one.start - starts[one.line - 1], found) for one in findings]


def _place(lines: Sequence[str], line: int, column: int, found: Collection[int]) -> str:
    names: list[str] = []
    level = None
    for number in range(line, 0, -1):
        entry = _ENTRY.match(lines[number])
        assert entry is not None  # it matches nothing at all, too
        indent, name = len(entry[1]), entry[2]
        if level is not None and indent >= level:
            continue
        level = indent
        is_quoted = column >= entry.end() if number == line else number not in found
        if name and not is_quoted:
            names.append("[a key]")
        elif name:
            names.append(name if len(name) <= _NAME else f'{name[:_NAME]}…"')
        if indent <= 2:
            break
    outer, *inner = names[::-1] or ["the value"]
    told = outer.strip('"') if outer != '"key"' else "the key"
    return told + "".join(name if name == "[a key]" else f"[{name}]" for name in inner)
