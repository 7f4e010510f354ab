"""One file as it is now, with what there is to ask of its lines. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from lsp_server.code.blame import FileBirths
from lsp_server.code.line_map import LineMap, map_lines
from lsp_server.code.surroundings import Surroundings, tells_alone
from lsp_server.code.telling_lines import has_words
from lsp_server.records.anchors import Birth


@dataclass(frozen=True)
class FileToday:
    """One file as it is now: its births at HEAD, HEAD's lines, and the lines on the screen or on disk.

    ``births`` count in ``head_lines``; ``lines`` are what the answers count in.
    """

    path: str
    births: FileBirths
    head_lines: tuple[str, ...]
    lines: tuple[str, ...]

    @cached_property
    def from_head(self) -> LineMap:
        """HEAD's lines on today's."""
        return map_lines(self.head_lines, self.lines)

    @cached_property
    def surroundings(self) -> Surroundings:
        """Today's lines with what each of them is part of."""
        return Surroundings(self.lines, self.path)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for number, line in enumerate(self.lines, start=1):
            places.setdefault(line, []).append(number)
        return places

    @cached_property
    def unknown_texts(self) -> frozenset[str]:
        """The texts of the lines whose births are not known."""
        return frozenset(
            line
            for run in self.births.runs
            if not run.known
            for line in self.head_lines[run.start - 1 : run.end]
        )

    @cached_property
    def _firm(self) -> LineMap:
        """``from_head`` without the blocks that tell nothing: a blank line or a bracket between rewritten
        lines equals any other one. What reaches an end of the file in both texts is held by that."""
        ends = (len(self.head_lines), len(self.lines))
        return LineMap(
            tuple(
                block
                for block in self.from_head.blocks
                if (block.old, block.new) == (1, 1)
                or (block.old + block.length - 1, block.new + block.length - 1) == ends
                or has_words(self.lines[block.new - 1 : block.new - 1 + block.length])
            )
        )

    def tell_alone(self, lines: Iterable[str]) -> bool:
        """Whether each of these lines is its own witness today."""
        return all(tells_alone(line, None, self.surroundings) for line in lines)

    def at(self, head_line: int) -> int | None:
        """Where a line of HEAD is today; None when it is gone, or nothing tells which line it is."""
        return self._firm.to_new(head_line)

    def born(self, birth: Birth) -> Iterator[int]:
        """Today's lines that are a line of ``birth`` (a run of one)."""
        for line in self.births.lines_born(birth.commit, birth.path, birth.start):
            today = self.at(line)
            if today is not None:
                yield today

    def may_be_younger(self, line: int, younger: Collection[str] | None) -> bool:
        """Whether one of today's lines can have come into the file by the commits ``younger`` or after
        them; True where nothing is known."""
        at_head = self.from_head.to_old(line)
        if younger is None or at_head is None or not self.births.runs:
            return True
        run = self.births.run_of(at_head)
        return not run.known or run.birth.commit in younger

    def is_unknown(self, line: int) -> bool:
        """Whether the birth of one of today's lines is beyond where history is cut."""
        at_head = self.from_head.to_old(line)
        return at_head is not None and not self.births.run_of(at_head).known

    def blocks_of(self, text: Sequence[str]) -> list[range]:
        """Every place where these lines stand in this order, one below the other."""
        # The rarest line has the fewest places to look at.
        rarest = min(range(len(text)), key=lambda i: len(self._places.get(text[i], ())))
        found = []
        for line in self._places.get(text[rarest], ()):
            start = line - rarest
            if self.has_at(start, text):
                found.append(range(start, start + len(text)))
        return found

    def has_at(self, start: int, text: Sequence[str]) -> bool:
        """Whether these lines stand at ``start`` (1-based)."""
        return start >= 1 and self.lines[start - 1 : start - 1 + len(text)] == tuple(text)
