"""Where the code at HEAD names a numbered label."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from lsp_server.code.git import OFFLINE, GitRunner, decode_path
from lsp_server.errors import StoreError

_MOST = 200  # places
_LONGEST = 200  # characters of a line
_AT_ONCE = 100  # numbers in one pattern; more are picked from all that looks like a label
_LABEL = re.compile(r"(?<![\w-])([A-Za-z]+)-0*([1-9]\d{0,8})(?![\w-])")


class Named(NamedTuple):
    """A line (1-based) of the code that names a label: its prefix in capitals, and its number."""

    prefix: str
    number: int
    path: str
    line: int
    text: str


def label_mentions(runner: GitRunner, labels: Collection[tuple[str, int]]) -> Sequence[Named]:
    """The lines of the code at HEAD that name one of some labels (``("ADR", 12)``), however the number is
    padded and the prefix written; the first 200 by path. One process. Nothing is fetched for it:
    empty where the code is not all here, or nothing is committed yet."""
    wanted = set(labels)
    if not wanted:
        return []
    pattern = f"({'|'.join(sorted({prefix for prefix, _ in wanted}))})-0*"
    if len(wanted) <= _AT_ONCE:
        pattern += f"({'|'.join(str(number) for number in sorted({number for _, number in wanted}))})"
    else:
        pattern += "[1-9]"
    arguments = ["grep", "--no-color", "-I", "-i", "-n", "-z", "--full-name", "--no-recurse-submodules"]
    try:
        output = runner.run([*OFFLINE, *arguments, "-E", "-e", pattern, "HEAD", "--"])
    except StoreError:  # also git's way of saying that there is none
        return []
    found: list[Named] = []
    for line in output.split(b"\n"):
        fields = line.split(b"\0", 2)
        if len(fields) != 3 or not fields[1].isdigit():
            continue
        path = decode_path(fields[0].removeprefix(b"HEAD:"))
        text = fields[2].decode("utf-8", "replace").rstrip("\r")
        named = {(label[1].upper(), int(label[2])) for label in _LABEL.finditer(text)}
        for prefix, number in sorted(named & wanted):
            found.append(Named(prefix, number, path, int(fields[1]), text.strip()[:_LONGEST]))
        if len(found) >= _MOST:
            break
    return found[:_MOST]
