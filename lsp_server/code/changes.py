"""What commits change, in forms that can be compared: the files, git's patch id, and the bare lines."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lsp_server.code.compared import DIFF_TREE, hunk_of
from lsp_server.code.git import GitRunner, decode_path, unquote_path

_OBJECT_ID = re.compile(rb"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_OF_EACH = (*DIFF_TREE, "--stdin", "--root", "--no-renames")
# What a diff says of a file above its lines, and that two patches have to agree about.
_TELLING_HEADERS = (b"old mode ", b"new mode ", b"new file mode ", b"deleted file mode ")


class Span(NamedTuple):
    """A commit, and what it is compared with: None is its parent."""

    commit: str
    since: str | None = None


class Change(NamedTuple):
    """What changes from one commit to another. ``patch`` is git's stable patch id with what it leaves out
    (binary files); ``bare`` tells the changed lines, wherever they stand in a file, ``lines_alone`` also in
    whatever files; ``lines`` counts them."""

    files: frozenset[str]
    patch: str
    bare: str
    lines_alone: str
    lines: Counter[bytes]

    def likeness(self, other: Change) -> float:
        """How much two changes have in common: 0 nothing, 1 every line."""
        shared = sum((self.lines & other.lines).values())
        most = max(sum(self.lines.values()), sum(other.lines.values()))
        return shared / most if most else 0.0


class Changes:
    """Reads changes, each once. What changes nothing (a merge, an empty commit) has none."""

    def __init__(self, runner: GitRunner) -> None:
        self._runner = runner
        self._known: dict[Span, Change | None] = {}
        self._files: dict[str, frozenset[str]] = {}

    def of(self, spans: Iterable[Span]) -> dict[Span, Change]:
        """The changes of these spans. Two processes. Raises ``StoreError`` where objects are missing."""
        spans = list(dict.fromkeys(spans))
        # git answers with the commit alone, so no commit may stand in one question twice.
        while wanted := list({span.commit: span for span in spans if span not in self._known}.values()):
            self._read(wanted)
        return {span: change for span in spans if (change := self._known[span]) is not None}

    def _read(self, spans: Sequence[Span]) -> None:
        asked = "".join(f"{one.commit} {one.since}\n" if one.since else f"{one.commit}\n" for one in spans)
        diffs = self._runner.run(
            [*_OF_EACH, "-p", "-U3", "--full-index"],
            stdin=asked.encode("ascii"),
        )
        told = self._runner.run(["patch-id", "--stable"], stdin=diffs).decode("ascii").splitlines()
        patches = {commit: patch for patch, _, commit in (line.partition(" ") for line in told)}
        self._known.update(dict.fromkeys(spans))
        by_commit = {span.commit: span for span in spans}
        for commit, rows in _cut(diffs):
            self._known[by_commit[commit]] = _change(rows, patches.get(commit, ""))

    def files(self, commits: Iterable[str]) -> dict[str, frozenset[str]]:
        """The files that each commit changes; merges change none. One process."""
        asked = list(dict.fromkeys(commits))
        wanted = [one for one in asked if one not in self._files]
        if wanted:
            self._files.update(dict.fromkeys(wanted, frozenset()))
            output = self._runner.run(
                [*_OF_EACH, "-z", "--name-only"],
                stdin="".join(f"{one}\n" for one in wanted).encode("ascii"),
            )
            commit, found = "", list[str]()
            for entry in output.split(b"\0"):
                # With -z the commit's own line ends in a NUL as well.
                name = decode_path(entry)
                if name in self._files and name not in found:
                    commit, found = name, []
                elif name:
                    found.append(name)
                    self._files[commit] = frozenset(found)
        return {one: self._files[one] for one in asked}


def _cut(diffs: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """The rows of each commit's diff."""
    commit, rows = "", list[bytes]()
    for row in diffs.split(b"\n"):
        if _OBJECT_ID.match(row):
            if commit:
                yield commit, rows
            commit, rows = row.decode("ascii"), []
        else:
            rows.append(row)
    if commit:
        yield commit, rows


def _change(rows: Sequence[bytes], patch: str) -> Change | None:
    files: set[str] = set()
    headers: list[bytes] = []
    parts: list[bytes] = []
    binary: list[bytes] = []
    path = index = b""
    left = [0, 0]  # lines of the hunk that are still to come: removed or kept, added or kept
    for row in rows:
        mark = row[:1]
        if left[0] > 0 or left[1] > 0:
            if mark in (b"-", b" "):
                left[0] -= 1
            if mark in (b"+", b" "):
                left[1] -= 1
            if mark in (b"+", b"-"):
                parts.append(path + b"\0" + row)
        elif row.startswith(b"diff --git "):
            path = row[len(b"diff --git ") :]
            files.add(_path(path))
        elif (hunk := hunk_of(row)) is not None:
            left = [hunk.removed, hunk.added]
        elif row.startswith(b"index "):
            index = row
        elif row.startswith(b"Binary files "):
            binary.append(path + b"\0" + index)
        elif row.startswith(_TELLING_HEADERS):
            headers.append(path + b"\0" + row)
    if not files:
        return None
    beside = hashlib.sha1(b"\0".join(sorted(binary)), usedforsecurity=False).hexdigest() if binary else ""
    lines = Counter(parts + binary)
    bare = hashlib.sha1(b"\n".join(headers + parts + binary), usedforsecurity=False).hexdigest()
    alone = [line.partition(b"\0")[2] for line in (*headers, *parts, *binary)]
    lines_alone = hashlib.sha1(b"\n".join(alone), usedforsecurity=False).hexdigest()
    return Change(frozenset(files), f"{patch} {beside}", bare, lines_alone if parts else bare, lines)


def _path(names: bytes) -> str:
    """The path in ``a/x b/x``, which git may have quoted; both halves are the same without renames."""
    half = names[: len(names) // 2]
    return unquote_path(half).removeprefix("a/") if half.startswith(b'"') else decode_path(half[2:])
