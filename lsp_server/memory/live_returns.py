"""Lines that somebody took out, or typed over, and typed again: which of them are those lines again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Generic, TypeVar

from lsp_server.code.equal_lines import places
from lsp_server.code.line_map import longest_rising
from lsp_server.code.telling_lines import tells

Line = TypeVar("Line")

_KEPT = 200  # edits that can be taken back one after the other
_LINES = 50_000  # that went with them
_CUTS = 20  # and of which it is known what they cut out


class Returns:
    """The lines of a base, looked for among new lines in the one place where each can come back to.

    A stretch of new lines is what stood there where it is all of it; otherwise by the lines that stand only
    once, and by what stood beside those. A line that is written in many places is not known by its text.
    """

    def __init__(self, base: Sequence[str]) -> None:
        self._base = base
        self._taken = bytearray()
        self.count(())

    def count(self, origins: Sequence[int]) -> None:
        """Note which lines of the base the text has: ``origins`` as ``LiveMemory`` keeps them."""
        # The first and the last stand for what is above and below the file.
        self._taken = bytearray(len(self._base) + 2)
        self._taken[0] = self._taken[-1] = 1
        self.took(origins)

    def took(self, origins: Sequence[int]) -> None:
        """These lines are in the text from now on."""
        for origin in origins:
            self._taken[abs(origin)] = 1

    def left(self, origins: Sequence[int]) -> None:
        """These lines were taken out of the text."""
        for origin in origins:
            if origin:
                self._taken[abs(origin)] = 0

    def is_free(self, start: int, stop: int) -> bool:
        """Whether the text has none of the lines from ``start`` up to ``stop``, without it (1-based)."""
        return self._taken.find(1, start, stop) < 0

    def are(self, start: int, lines: Sequence[str | None]) -> bool:
        """Whether the base's lines from ``start`` (1-based) on are these."""
        return all(self._base[start - 1 + at] == line for at, line in enumerate(lines))

    def find(
        self, above: int, below: int, lines: Sequence[str | None], is_new_once: Callable[[str], bool]
    ) -> dict[int, int]:
        """Which of ``lines`` (0-based) are which of the base's that are not in the text (1-based). The lines
        are all those between the lines ``above`` and ``below`` of the base, None for one that came there
        otherwise. ``is_new_once`` tells whether a line stands in the text only once, those left out that are
        known."""
        if above < below and self.is_free(above + 1, below):
            if below - above - 1 == len(lines) and self.are(above + 1, lines):
                return {at: above + 1 + at for at in range(len(lines))}
            return self._held(range(above + 1, below), lines, is_new_once)
        found: dict[int, int] = {}
        for gap in (
            range(above + 1, self._taken.find(1, above + 1)),
            range(self._taken.rfind(1, 0, below) + 1, below),
        ):
            for at, origin in self._held(gap, lines, is_new_once).items():
                found.setdefault(at, origin)
        return found

    def _held(
        self, gap: range, lines: Sequence[str | None], is_new_once: Callable[[str], bool]
    ) -> dict[int, int]:
        """Lines that can only be what they were in the gap, and those that stand beside them as before."""
        pairs = sorted(
            (origin - gap.start, at)
            for at, line in enumerate(lines if gap else ())
            if line is not None
            and (origin := self._once.get(line, 0)) in gap
            and tells(line)
            and is_new_once(line)
        )
        if not pairs:
            return {}
        was = self._base[gap.start - 1 : gap.stop - 1]
        known = dict(longest_rising(pairs))
        told = places(was, lines, known, range(len(was)), strictly=True)
        sure = {at: answers[0] for at, answers in told.items() if len(answers) == 1}
        times = Counter(sure.values())
        before, now = Counter(was), Counter(lines)
        found: dict[int, int] = {}
        for at, there in sorted(sure.items()):
            # Of more equal lines than there were it could be any, and so could what is below it.
            is_sure = times[there] == 1 and now[was[at]] <= before[was[at]] and there - 1 in found
            if at in known or is_sure:
                found[there] = gap.start + at
        return found

    def is_telling(self, origin: int) -> bool:
        """Whether a line of the base (1-based) can be no other one."""
        line = self._base[origin - 1]
        return self._once[line] == origin and tells(line)

    @cached_property
    def _once(self) -> dict[str, int]:
        """The lines that stand once in the base, and where (1-based)."""
        found: dict[str, int] = {}
        for number, line in enumerate(self._base, start=1):
            found[line] = 0 if line in found else number
        return found


class Undoing(Generic[Line]):
    """The last edits, so that one which takes back the one before it brings the very lines back.

    A ``Line`` is whatever is kept of a line beside its text.
    """

    def __init__(self) -> None:
        self._edits: list[tuple[int, int, list[tuple[Line, str | None]]]] = []
        self._lines = 0

    def made(self, start: int, added: int, went: list[tuple[Line, str | None]]) -> None:
        """Lines from ``start`` (0-based) on ``went``, None for a text that is not known, and so many came."""
        self._edits.append((start, added, went))
        self._lines += len(went)
        while len(self._edits) > _KEPT or self._lines > _LINES:
            self._lines -= len(self._edits.pop(0)[2])

    def took_back(self, start: int, removed: int, came: Sequence[str]) -> list[Line] | None:
        """What went with the last edit, if this one is its reverse; None otherwise."""
        if self._edits:
            began, added, went = self._edits[-1]
            if (began, added) == (start, removed) and [text for _, text in went] == list(came):
                self._lines -= len(self._edits.pop()[2])
                return [line for line, _ in went]
        return None

    def cut_out(self, came: Sequence[str]) -> tuple[int, list[Line]] | None:
        """What one of the last edits cut out, where it reads just as what came, but for blank lines around
        it; and how far down in what came it begins."""
        before, texts = _without_blank_ends(came)
        for _, _, went in self._edits[: -_CUTS - 1 : -1] if texts else ():
            start, there = _without_blank_ends([text for _, text in went])
            if there == texts:
                return before, [line for line, _ in went[start : start + len(there)]]
        return None

    def forget(self) -> None:
        """Nothing can be taken back any more."""
        self._edits.clear()
        self._lines = 0


def _without_blank_ends(texts: Sequence[str | None]) -> tuple[int, list[str | None]]:
    """Lines without the blank ones before and after them; how many were before."""
    told = [at for at, text in enumerate(texts) if text is None or text.strip()]
    return (told[0], list(texts[told[0] : told[-1] + 1])) if told else (0, [])
