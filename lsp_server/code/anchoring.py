"""Making an anchor: the births and the text of the lines that a person points at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lsp_server.code.blame import BirthRun
from lsp_server.code.line_map import LineMap
from lsp_server.errors import UsageError
from lsp_server.records.anchors import MOST_LINES, UNCOMMITTED, Anchor, Birth, CodeRange


def check_range(range_: CodeRange, line_count: int) -> None:
    """Raises ``UsageError`` when a file of ``line_count`` lines has no such lines."""
    if range_.start < 1:
        raise UsageError(f"line {range_.start} does not exist: lines count from 1")
    if range_.start > range_.end:
        raise UsageError(
            f"lines {range_.start}-{range_.end} run backwards; did you mean {range_.end}-{range_.start}?"
        )
    if range_.end > line_count:
        if not line_count:
            raise UsageError(f"{range_.path} is empty: it has no line to anchor to")
        lines = "1 line" if line_count == 1 else f"{line_count} lines"
        raise UsageError(f"{range_.path} has {lines}")
    if range_.end - range_.start >= MOST_LINES:
        raise UsageError(f"{range_} is more than {MOST_LINES:,} lines; name those it is about")


def head_span(range_: CodeRange, from_head: LineMap) -> tuple[int, int] | None:
    """The first and last of HEAD's lines that are lines of the range; None when none is committed."""
    lines = [from_head.to_old(line) for line in range(range_.start, range_.end + 1)]
    committed = [line for line in lines if line is not None]
    return (committed[0], committed[-1]) if committed else None


def anchor_of(
    range_: CodeRange, lines: Sequence[str], from_head: LineMap, runs: Sequence[BirthRun]
) -> Anchor:
    """The anchor on a range of ``lines``. ``runs`` are the births of at least the lines in ``head_span``."""
    born: dict[int, Birth] = {}
    for run in runs:
        born.update(enumerate(run.birth.each_line(), start=run.start))
    births: list[Birth] = []
    for line in range(range_.start, range_.end + 1):
        at_head = from_head.to_old(line)
        births.append(Birth(UNCOMMITTED, range_.path, line, line) if at_head is None else born[at_head])
    anchor = Anchor(range_, joined(births), tuple(lines[range_.start - 1 : range_.end]))
    if anchor.is_committed:
        return anchor
    from lsp_server.code.beside import beside_of

    return anchor._replace(beside=beside_of(lines, range_.start, range_.end))


def joined(births: Iterable[Birth]) -> tuple[Birth, ...]:
    """Births in the order of their lines, those that were born side by side as one run."""
    runs: list[Birth] = []
    for birth in births:
        last = runs[-1] if runs else None
        if last and (last.commit, last.path, last.end + 1) == (birth.commit, birth.path, birth.start):
            runs[-1] = Birth(last.commit, last.path, last.start, birth.end)
        else:
            runs.append(birth)
    return tuple(runs)
