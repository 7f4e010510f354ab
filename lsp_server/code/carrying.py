"""Lines of a rewritten commit, on the lines of what it became.

A line is born in a commit that adds it. So the lines that the old commit adds to a file are laid on those
that the new one adds to it: where both make the same change, they are the same in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lsp_server.code.anchoring import joined
from lsp_server.code.git import OFFLINE, GitRunner, decode_path, unquote_path
from lsp_server.code.line_map import map_lines
from lsp_server.errors import StoreError
from lsp_server.records.anchors import Anchor, Birth, CodeRange

if TYPE_CHECKING:
    from lsp_server.code.file_view import CodeFiles

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_DIFF = (
    *("-c", "diff.algorithm=myers", "-c", "diff.indentHeuristic=true", "-c", "diff.noprefix=false"),
    *("-c", "diff.mnemonicPrefix=false", "-c", "diff.interHunkContext=0", "-c", "core.quotePath=false"),
    *(*OFFLINE, "diff-tree", "--root", "--no-commit-id", "-r", "-p", "-U0", "-M", "--no-color"),
    *("--no-ext-diff", "--no-textconv"),
)

Added = Mapping[str, Sequence[tuple[int, bytes]]]
"""The lines that a commit adds, by the file: (line number, text), in order."""


class Carrying:
    """Takes anchors from rewritten commits to what these became. Keeps what it read: commits do not change.
    Raises nothing: where something is not here, lines stay as they are."""

    def __init__(self, runner: GitRunner, code: CodeFiles) -> None:
        self._runner = runner
        self._code = code
        self._added: dict[str, Added] = {}
        self._places: dict[tuple[str, str, str], tuple[str, Mapping[int, int]]] = {}

    def anchor(self, anchor: Anchor, made_at: str | None, became: Mapping[str, str]) -> Anchor:
        """An anchor that was made at the commit ``made_at``. ``became``: today's commit of each rewritten
        one. Births of its lines, and the place they had in ``made_at``, are taken along line by line."""
        births: list[Birth] = []
        for birth in anchor.births:
            today = became.get(birth.commit)
            births += [birth] if today is None else self._births(birth, today)
        carried = anchor._replace(births=tuple(joined(births)))
        if anchor.made_at in became:
            carried = carried._replace(made_at=became[anchor.made_at])
        if made_at is not None and made_at in became:
            carried = carried._replace(range=self._range(carried, made_at, became[made_at]))
        return carried

    def _births(self, birth: Birth, today: str) -> Sequence[Birth]:
        """The births of the lines of one run, a line each, as the history of ``today`` has them."""
        lines = [Birth(birth.commit, birth.path, line, line) for line in range(birth.start, birth.end + 1)]
        try:
            path, places = self._mapped(birth.commit, today, birth.path)
            if not places:
                return lines
            born = self._code.births(path, commit=today)
            return [
                born.of(places[one.start])
                if one.start in places and born.run_of(places[one.start]).known
                else one
                for one in lines
            ]
        except (StoreError, IndexError):
            return lines

    def _range(self, anchor: Anchor, old: str, new: str) -> CodeRange:
        """Where the lines of an anchor with today's births stand in the new commit; of a whole file, what it
        is called there. As it was, where that cannot be told."""
        place = anchor.range
        if place.is_folder:
            return place
        try:
            path = self._path(old, new, place.path)
            if path is None or place.is_whole:
                return place._replace(path=path or place.path)
            born = self._code.births(path, commit=new)
        except StoreError:
            return place
        for offset, birth in enumerate(_single(anchor.births)):
            found = list(born.lines_born(birth.commit, birth.path, birth.start))
            if len(found) == 1 and (start := found[0] - offset) >= 1:
                return CodeRange(path, start, start + place.end - place.start)
        return place

    def _mapped(self, old: str, new: str, path: str) -> tuple[str, Mapping[int, int]]:
        """The file's name in the new commit, and which of its lines there each line is that the old commit
        added to it."""
        key = (old, new, path)
        if key not in self._places:
            there = self._path(old, new, path) or path
            before, after = self._adds(old).get(path, ()), self._adds(new).get(there, ())
            texts = [
                [text.decode("utf-8", "surrogateescape") for _, text in side] for side in (before, after)
            ]
            mapping = map_lines(*texts)
            places = {
                line: after[at - 1][0]
                for number, (line, _) in enumerate(before, start=1)
                if (at := mapping.to_new(number)) is not None
            }
            if not places and self._code.head_text(path, commit=old) == self._code.head_text(
                there, commit=new
            ):
                lines = self._code.head_text(path, commit=old) or ()  # of a merge, say
                places = {line: line for line in range(1, len(lines) + 1)}
            self._places[key] = there, places
        return self._places[key]

    def _adds(self, commit: str) -> Added:
        if commit not in self._added:
            self._added[commit] = _added(self._runner.run([*_DIFF, commit, "--"]))
        return self._added[commit]

    def _path(self, old: str, new: str, path: str) -> str | None:
        """What a file is called in the new commit; None where it is not there."""
        output = self._runner.run(
            [
                *OFFLINE, "diff-tree", "-r", "-M", "-z", "--no-ext-diff", "--name-status",
                "--diff-filter=DR", old, new,
            ]
        )  # fmt: skip
        fields = iter(output.split(b"\0"))
        for status in fields:
            if not status:
                break
            name = decode_path(next(fields))
            target = decode_path(next(fields)) if status.startswith(b"R") else None
            if name == path:
                return target
        return path


def _single(births: Sequence[Birth]) -> list[Birth]:
    return [
        Birth(birth.commit, birth.path, line, line)
        for birth in births
        for line in range(birth.start, birth.end + 1)
    ]


def _added(diff: bytes) -> Added:
    found: dict[str, list[tuple[int, bytes]]] = {}
    lines: list[tuple[int, bytes]] = []
    removed = added = number = 0
    for row in diff.split(b"\n"):
        if removed > 0 and row.startswith(b"-"):
            removed -= 1
        elif added > 0 and row.startswith(b"+"):
            lines.append((number, row[1:]))
            number, added = number + 1, added - 1
        elif row.startswith(b"+++ "):
            name = row[4:].removesuffix(b"\t")
            lines = found.setdefault(unquote_path(name).removeprefix("b/"), [])
        elif (hunk := _HUNK.match(row)) is not None:
            removed, number, added = (int(one) if one is not None else 1 for one in hunk.groups())
    return found
