"""``.gitattributes`` on the memory branch: which artifacts stand there as pointers of git LFS.

One line for each, not a pattern for all: whether a file is in LFS is told by its size, and LFS takes a file
that it is to look after and that is no pointer for changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.edits import Edits

PATH = ".gitattributes"
_SAYS = " filter=lfs diff=lfs merge=lfs -text"


def look_after(edits: Edits, path: str, *, is_lfs: bool) -> None:
    """Have git LFS look after a file on the branch, or no longer."""
    data = edits.read(PATH) or b""
    told = telling(data, path, is_lfs=is_lfs)
    if told == data:
        return
    if told:
        edits.write(PATH, told)
    else:
        edits.delete(PATH)


def telling(data: bytes, path: str, *, is_lfs: bool) -> bytes:
    """The attributes that say so of a file; those that say so already are as they were."""
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    line = _pattern(path) + _SAYS
    if (line in lines) == is_lfs:
        return data
    ours = {one for one in lines if one.endswith(_SAYS)}
    ours ^= {line}
    kept = [one for one in lines if not one.endswith(_SAYS)]
    return "".join(f"{one}\n" for one in (*kept, *sorted(ours))).encode("utf-8", "surrogateescape")


def merged(base: bytes, one: bytes, other: bytes) -> bytes:
    """Two sides' files as one, line by line: what either took away is gone, what either added is there. The
    same whichever side is whose."""
    before, ours, theirs = (
        data.decode("utf-8", "surrogateescape").splitlines() for data in (base, one, other)
    )
    kept = [line for line in dict.fromkeys(before) if line in ours and line in theirs]
    added = {line for line in (*ours, *theirs) if line not in before}
    people = [*(k for k in kept if not k.endswith(_SAYS)), *sorted(a for a in added if not a.endswith(_SAYS))]
    lfs = sorted({line for line in (*kept, *added) if line.endswith(_SAYS)})
    return "".join(f"{line}\n" for line in (*people, *lfs)).encode("utf-8", "surrogateescape")


def _pattern(path: str) -> str:
    """A path as a pattern that matches it alone. No artifact's name has a quote, a backslash or ``*?``."""
    text = "/" + path.replace("[", "\\[")
    return f'"{text.replace(chr(92), chr(92) * 2)}"' if " " in text else text
