"""Where an anchor is on today's lines. Pure: values in, values out; running git is ``file_view``'s part.

Births come first: they follow a line through edits above it, moves of its file and merges. Where they do
not find all lines, the lines are followed commit by commit (``following``) if the history is here. The
text comes last, and only where it can mean one place. With none of them the anchor is stale, or unknown
where the history that would tell is cut off. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from lsp_server.code.file_today import FileToday
from lsp_server.code.in_place import Comparison
from lsp_server.code.model import Certainty, Located
from lsp_server.code.surroundings import Then, tells_alone
from lsp_server.code.telling_lines import TELLING_ALONE, has_word, has_words, word_characters
from lsp_server.records.anchors import Anchor, Birth, CodeRange

# How many letters and digits a text needs, so that standing in a file once is not chance (`}`, `else:`,
# `return None`), where its lines are known to have come into the file since: else TELLING_ALONE.
TELLING_WHEN_YOUNGER = 10
# Commits in which lines come that were about to be committed. Later, as short a text may be another one that
# says the same.
_AT_ONCE = 1


def locate(
    anchor: Anchor,
    today: FileToday,
    *,
    younger: Collection[str] | None = None,
    followed: Sequence[int | None] | None = None,
    was_repeated: bool = False,
    then: Callable[[], Then | None] = lambda: None,
) -> Located:
    """Where ``anchor`` is in a file.

    All lines by their births: ``BIRTHS``. Otherwise, where its whole text stands in one place only, or
    in one place only that has all of the lines found: ``TEXT``. Otherwise the lines that survive, in one
    or more ranges, with fewer ``survived`` than ``total``. Otherwise ``UNKNOWN`` when one of the lines may
    still be among those whose births are not known here, else ``STALE``.

    ``followed`` tells for each line of the anchor at which of HEAD's lines it arrives commit by commit: 0
    for one that is gone, None for one that nobody could follow. It decides where births do not find all.

    ``younger`` are the commits in HEAD's history that were not yet in it when the anchor was made. An
    equal text that is older stood there beside the anchor, so it is another line: knowing them makes
    the text a better witness. None: not known. ``was_repeated``: the text stood in the file several times
    when the anchor was made, so that standing there once today says nothing. ``then`` gives the text in
    which the anchor was made, where that is known: a line that history leads into other surroundings than
    those it had there is not it.
    """
    total = anchor.range.end - anchor.range.start + 1
    births = anchor.line_births
    found = _in_order([tuple(today.born(birth)) for birth in births])
    if not (len(found) == total and all(found)):
        found = _without_strays(found, anchor, today)
        if followed is not None and len(followed) == len(found):
            found = [
                lines if line is None else _arrived(line, today)
                for line, lines in zip(followed, found, strict=True)
            ]
    found = _in_their_places(found, anchor, today, then)
    survivors = sorted({line for lines in found for line in lines})
    survived = sum(1 for lines in found if lines)
    if survivors and survived == total:
        return Located(_ranges(today.path, survivors), Certainty.BIRTHS, survived, total)
    block = _text_block(anchor, today, survivors, younger, was_repeated=was_repeated)
    if block is not None and not _is_in_its_place(block, today, then):
        block = None
    if block is not None:
        return Located(_ranges(today.path, block), Certainty.TEXT, total, total)
    if _worth_showing(survivors, anchor, today):
        return Located(_ranges(today.path, survivors), Certainty.BIRTHS, survived, total)
    is_told = followed is not None and None not in followed  # of each line what became of it
    is_hidden = not is_told and _may_be_hidden(anchor, births, today)
    certainty = Certainty.UNKNOWN if is_hidden else Certainty.STALE
    return Located((), certainty, 0, total)


def _arrived(head_line: int, today: FileToday) -> tuple[int, ...]:
    line = today.at(head_line) if head_line else None
    return () if line is None else (line,)


def _in_their_places(
    found: list[tuple[int, ...]], anchor: Anchor, today: FileToday, then: Callable[[], Then | None]
) -> list[tuple[int, ...]]:
    """The lines found, without those that stand in other surroundings than they had."""
    now = today.surroundings
    if today.tell_alone(today.lines[line - 1] for lines in found for line in lines):
        return found
    made = then()
    if made is None or len(found) != len(anchor.text):
        return found
    # Brackets and blank lines go with the lines they stand beside.
    judged = has_words(anchor.text)
    compared = Comparison(made.text, now)
    kept = [
        tuple(
            line
            for line in lines
            if (judged and not has_word(text)) or compared.is_in_place(made.start + at, line)
        )
        for at, (lines, text) in enumerate(zip(found, anchor.text, strict=True))
    ]
    return found if kept == found else _without_strays(kept, anchor, today)


def _is_in_its_place(block: range, today: FileToday, then: Callable[[], Then | None]) -> bool:
    """Whether a text found again has a line of which there is one only, or stands in its old surroundings."""
    now = today.surroundings
    if any(tells_alone(today.lines[line - 1], None, now) for line in block) or (made := then()) is None:
        return True
    compared = Comparison(made.text, now)
    return all(compared.is_in_place(old, line) for old, line in enumerate(block, start=made.start))


def _without_strays(
    found: Sequence[tuple[int, ...]], anchor: Anchor, today: FileToday
) -> list[tuple[int, ...]]:
    """The lines found, without blank lines and brackets that no other line of the anchor stands beside:
    when what was around them is rewritten, any of their like may have been taken for them."""
    if not has_words(anchor.text):
        return list(found)
    kept = {
        line
        for place in _ranges(today.path, sorted({line for lines in found for line in lines}))
        if has_words(today.lines[place.start - 1 : place.end])
        for line in range(place.start, place.end + 1)
    }
    return [tuple(line for line in lines if line in kept) for lines in found]


def is_born_here(anchor: Anchor, today: FileToday) -> bool:
    """Whether all lines of an anchor are found by their births alone."""
    return bool(anchor.births) and all(any(True for _ in today.born(birth)) for birth in anchor.line_births)


def _in_order(found: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The places of each line of an anchor, without those that its other lines rule out.

    A merge can leave two copies of a line with one birth (mostly blank lines); the right one is between
    the lines that have one place. Where that does not tell, both stay: either is that line.
    """
    settled: list[tuple[int, ...]] = list(found)
    above = 0
    for index, lines in enumerate(found):
        if len(lines) > 1:
            below = next((later[0] for later in found[index + 1 :] if len(later) == 1), None)
            between = [n for n in lines if n > above and (below is None or n < below)]
            beside = [n for n in between if n in (above + 1, below and below - 1)]
            settled[index] = tuple(beside[:1] or between or lines)
        if len(settled[index]) == 1:
            above = settled[index][0]
    return settled


def _text_block(
    anchor: Anchor,
    today: FileToday,
    survivors: Sequence[int],
    younger: Collection[str] | None,
    *,
    was_repeated: bool,
) -> range | None:
    """The one place that the anchor's whole text can mean, if there is one."""
    if not anchor.text:
        return None
    blocks = [
        block
        for block in today.blocks_of(anchor.text)
        if all(line in block for line in survivors)
        and all(line in survivors or today.may_be_younger(line, younger) for line in _witnesses(block, today))
    ]
    uncommitted = not anchor.is_committed
    if len(blocks) == 1:
        (block,) = blocks
        if survivors:
            return block
        if was_repeated:
            return None
        needed = TELLING_ALONE
        if younger is not None and not any(map(today.is_unknown, block)):
            needed = 1 if uncommitted and len(younger) <= _AT_ONCE else TELLING_WHEN_YOUNGER
        stood_alone = not uncommitted or anchor.beside is None or bool(anchor.beside.own)
        if stood_alone and word_characters(anchor.text) >= needed:
            return block
    # Lines that were not committed have no births yet, and a number says nothing: what is beside them does.
    if uncommitted and anchor.beside is not None:
        from lsp_server.code.beside import is_beside

        blocks = [block for block in blocks if is_beside(anchor.beside, today.lines, block)]
        return blocks[0] if len(blocks) == 1 else None
    return None


def _witnesses(block: range, today: FileToday) -> Sequence[int]:
    """The lines whose age tells when a block came: those that stand nowhere else, if there are any. Git may
    have paired the others with any of their like."""
    alone = [n for n in block if tells_alone(today.lines[n - 1], None, today.surroundings)]
    return alone or block


def _worth_showing(survivors: Sequence[int], anchor: Anchor, today: FileToday) -> bool:
    """Whether the lines that survived are more than the blank lines and brackets between what is gone."""
    if not survivors:
        return False
    return has_words(today.lines[line - 1] for line in survivors) or not has_words(anchor.text)


def _may_be_hidden(anchor: Anchor, births: Sequence[Birth], today: FileToday) -> bool:
    """Whether a line of the anchor can be one whose birth is not known. Birth keeps the text, so a line
    that nobody sees the text of is gone, however short the history."""
    if not any(birth.is_committed for birth in births):
        return False
    if not today.births.runs:
        return today.births.is_cut
    if not anchor.text:
        return any(not run.known for run in today.births.runs)
    # Pairs stop at the shorter one: a person may have edited either.
    return any(
        birth.is_committed and line in today.unknown_texts
        for birth, line in zip(births, anchor.text, strict=False)
    )


def _ranges(path: str, lines: Iterable[int]) -> tuple[CodeRange, ...]:
    """Rising line numbers as ranges without gaps."""
    ranges: list[CodeRange] = []
    for line in lines:
        if ranges and ranges[-1].end + 1 == line:
            ranges[-1] = CodeRange(path, ranges[-1].start, line)
        else:
            ranges.append(CodeRange(path, line, line))
    return tuple(ranges)
