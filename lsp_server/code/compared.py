"""Two commits compared by git: how it is asked, and what its answers say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lsp_server.code.git import OFFLINE, decode_path

# As blame compares, on every machine: what this plumbing would take from the configuration, or from a file's
# attributes, is given. Of the rest of `diff.*` it knows nothing.
DIFF_TREE: tuple[str, ...] = (
    *OFFLINE, "-c", "core.quotePath=false", "-c", "diff.suppressBlankEmpty=false",
    "diff-tree", "-r", "--no-ext-diff", "--no-textconv", "--no-color", "--diff-algorithm=myers",
    "--indent-heuristic", "--inter-hunk-context=0", "-l1000",
)  # fmt: skip
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class Hunk(NamedTuple):
    """Lines ``old`` to ``old + removed - 1`` became ``new`` to ``new + added - 1``, as git counts: where
    none were removed (added), ``old`` (``new``) is the line before. Lines that are shown around a change
    count on both sides."""

    old: int
    removed: int
    new: int
    added: int


def hunk_of(row: bytes) -> Hunk | None:
    """The hunk that a row of a patch begins; None for any other row."""
    found = _HUNK.match(row)
    return Hunk(*(int(number) if number else 1 for number in found.groups())) if found else None


def name_status(listed: bytes) -> Iterator[tuple[str, str, str]]:
    """What ``--name-status -z`` printed: git's letter, the path before and the path now, which differ only
    for a rename (``R``) and a copy (``C``)."""
    fields = iter(listed.split(b"\0"))
    for status in fields:
        if status:
            letter, path = status[:1].decode("ascii"), decode_path(next(fields))
            yield letter, path, decode_path(next(fields)) if letter in "RC" else path


def renamed(listed: bytes) -> dict[str, str]:
    """The renames among what ``--name-status -z`` printed: the path now by the path before."""
    return {before: now for letter, before, now in name_status(listed) if letter == "R"}
