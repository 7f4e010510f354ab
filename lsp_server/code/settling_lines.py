"""Lines that were not committed when they were anchored, and have been since.

Such a line has no birth but its text. The first commit that has it tells its birth; from then on it is
followed like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from lsp_server.code.anchoring import joined
from lsp_server.code.file_today import FileToday
from lsp_server.code.locating import TELLING_WHEN_YOUNGER, locate
from lsp_server.code.model import Certainty
from lsp_server.code.telling_lines import has_words, word_characters
from lsp_server.records.anchors import Anchor, Birth

if TYPE_CHECKING:
    from lsp_server.code.file_view import CodeFiles

_COMMITS = 32  # that changed the file; what none of them has was edited before it was committed


def settle_lines(
    code: CodeFiles, anchor: Anchor, made_at: str | None, *, head: str | None = None, amended: bool = False
) -> Anchor:
    """The anchor with births for its lines that were not committed, as far as commits up to ``head`` (HEAD
    unless given) have them; itself where there is nothing to say. Its range and its text stay.

    ``made_at`` is the commit that the record was written at, None when there was none; it need not be in
    HEAD's history. ``amended``: it is what that commit was rewritten to, so it may have the lines itself.

    Some processes and a blame for each commit that has one of the lines, until one has all; nothing
    where all have births. Raises ``StoreError`` when git fails.
    """
    head = head or code.head()
    if anchor.is_committed or head is None or anchor.range.is_whole:
        return anchor
    since = code.parent(made_at) if amended and made_at else made_at
    looks = []
    for today, younger in _looks(code, anchor, since, head):
        if births := _as_one(anchor, today, younger):
            return _with(anchor, births)
        looks.append((today, younger))
    settled = anchor
    for today, younger in looks:
        settled = _with(settled, _line_by_line(settled, today, younger))
    return settled


def _looks(
    code: CodeFiles, anchor: Anchor, since: str | None, head: str
) -> Iterator[tuple[FileToday, Collection[str] | None]]:
    """The anchor's file as the commits since have it, those that have a word of what is looked for."""
    wanted = {
        line for line, birth in zip(anchor.text, anchor.line_births, strict=False) if not birth.is_committed
    }
    for path, commit in code.touched(anchor.range.path, since, head)[:_COMMITS]:
        lines = code.head_text(path, commit=commit)
        if lines and has_words(wanted.intersection(lines)):
            younger = None if since is None else code.commits_since(since, commit)
            yield code.today(path, lines, commit=commit), younger


def _as_one(anchor: Anchor, today: FileToday, younger: Collection[str] | None) -> list[Birth] | None:
    """The births of all lines, where the anchor's whole text stands in one place that can be it."""
    located = locate(anchor, today, younger=younger)
    if located.certainty is not Certainty.TEXT or len(located.ranges) != 1:
        return None
    place = located.ranges[0]
    if place.end - place.start + 1 != len(anchor.line_births):
        return None  # a person wrote one of the two
    births = []
    for line, birth in enumerate(anchor.line_births, start=place.start):
        born = today.births.of(line)
        if not birth.is_committed and younger is not None and born.commit not in younger:
            return None  # an older line of the same text
        births.append(birth if birth.is_committed else born)
    return births


def _line_by_line(anchor: Anchor, today: FileToday, younger: Collection[str] | None) -> list[Birth]:
    """The births, with those of the lines whose text stands once among the lines that came since."""
    births = list(anchor.line_births)
    if len(anchor.text) != len(births):
        return births
    found: list[int | None] = [_place(birth, today) for birth in births]
    for index, birth in enumerate(births):
        if birth.is_committed or word_characters([anchor.text[index]]) < TELLING_WHEN_YOUNGER:
            continue
        if anchor.beside is not None and index + 1 not in anchor.beside.own:
            continue  # another line said the same: that one may be what was committed
        above = max((line for line in found[:index] if line), default=0)
        below = min((line for line in found[index + 1 :] if line), default=len(today.lines) + 1)
        places = [
            block.start
            for block in today.blocks_of([anchor.text[index]])
            if younger is None or today.births.of(block.start).commit in younger
        ]
        if len(places) == 1 and above < places[0] < below:
            found[index] = places[0]
            births[index] = today.births.of(places[0])
    return births


def _place(birth: Birth, today: FileToday) -> int | None:
    lines = tuple(today.born(birth)) if birth.is_committed else ()
    return lines[0] if len(lines) == 1 else None


def _with(anchor: Anchor, births: Sequence[Birth]) -> Anchor:
    together = joined(births)
    if together == anchor.births:
        return anchor
    settled = anchor._replace(births=together)
    return settled._replace(beside=None) if settled.is_committed else settled
