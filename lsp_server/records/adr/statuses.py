"""What a status text means: one of the five statuses, or nothing that can be told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lsp_server.records.adr.dates import find_dates
from lsp_server.records.adr.inline import blank_struck
from lsp_server.records.adr.status_words import (
    EMOJI,
    LONGEST,
    NEAREST,
    NEGATIONS,
    STRENGTH,
    SUPERSEDED,
    SURE,
)

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_CHOICE = re.compile(r"\{[^{}]*[|…,/][^{}]*\}|\[[^\[\]]*[|…][^\[\]]*(?:\]\(|\]|\Z)|<[^<>]*\|[^<>]*>")
_GAP = re.compile(r"[{<\[][\s\w,.:-]*(?:status|STATUS|list|YYYY)[\s\w,.:-]*[}>\]]\Z")
_SEPARATOR = re.compile(r"\s*(?:[|/]|\bor\b)\s*")
_CHECKBOX = re.compile(r"\s*(?:[-*+]\s+)?\[([ xX✓✔])\]\s+")
_EMPHASIS = re.compile(r"(?<![\w*])(\*\*|__|\*|_|`)(?=\S)([^*_`]+?)\1(?!\w)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^*]+?)\1")
_BY = re.compile(r"\b(?:super[sc]\w*ded|replaced|obsoleted|supplanted)\s+(?:by|with|in)\b", re.IGNORECASE)
# What may stand between "accepted" and "superseded by" for the whole decision to be meant, not a part of it.
_THEN = re.compile(
    r"(?:[^\w]|\([^)]*\)|\d[\d\-/.]*|\b(?:and|but|now|later|then|since|afterwards|has|have|been|was|is|it|this|subsequently|"
    r"in|on|fully|entirely|implemented|accepted|deprecated|adr|decision)\b)*",
    re.IGNORECASE,
)
# What may follow a status word that is meant as the status, and not begin a sentence such as
# "Deprecated clients keep working".
_AFTER = re.compile(
    r"[\s*_`\])}>\"'”]*(?:\Z|[^\w\s]|(?:by|in|on|as|with|and|for|but|since|at|due|to|through|from|via|per|until|"
    r"because|after|see|this|pending|version|v\d|\d|adr\b|von|am|durch|par|le|por|da|el|door))",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.;!?](?=\s|\Z)")
_BULLET = re.compile(r"\s*(?:[-*+•]|\d+[.)])\s+")


class Said(NamedTuple):
    """What a line says. ``start`` and ``end`` are the place of its status words in the line; ``sure`` is
    False when the nearest status was taken for a word of somebody's own."""

    status: str
    sure: bool
    start: int
    end: int


class Verdict(NamedTuple):
    """What several lines say together. ``line`` is the index of the one that decides, ``said`` None when
    none does; ``choice`` tells that there is only a template's list of choices."""

    line: int
    said: Said | None
    choice: bool = False


def read_status(text: str) -> Said | None:
    """The status that a line begins with, None when it does not begin with one."""
    shown = blank_struck(text)
    begin = _first_word(shown)
    said = _phrase_at(shown, begin)
    if said is None or not _AFTER.match(shown[said.end :]):
        for sign, status in EMOJI.items():
            if sign in text and said is None and begin >= len(shown.rstrip()):
                at = text.index(sign)
                return Said(status, True, at, at + len(sign))
        return None
    by = _BY.search(shown, said.end) if said.status != SUPERSEDED else None
    if by is not None and _THEN.fullmatch(shown[said.end : by.start()]):
        return Said(SUPERSEDED, said.sure, by.start(), by.end() - 3)
    return said


def is_choice(text: str) -> bool:
    """A template's list of statuses to choose from, or its gap."""
    if _CHOICE.search(text) or _GAP.search(text.strip()):
        return True
    parts = [part for part in _SEPARATOR.split(text) if part.strip(" *_`.…{}[]<>")]
    if len(parts) < 2:
        parts = text.split(",")
        if len(parts) < 3:
            return False
    found = [_phrase_at(part, _first_word(part)) for part in parts]
    distinct = {said.status for said in found if said}
    return None not in found[:-1] and len(distinct) > 1


def decide(lines: Sequence[str]) -> Verdict:
    """What the lines of a status section, or the one value of a field, say.

    Of several the last of the strongest decides; ticked boxes and emphasised words go before others.
    """
    boxes = [_CHECKBOX.match(line) for line in lines]
    if any(boxes):
        ticked = [i for i, box in enumerate(boxes) if box and box[1] != " "]
        lines = [
            " " * box.end() + line[box.end() :] if (box := boxes[i]) and i in ticked else "" if box else line
            for i, line in enumerate(lines)
        ]
        if not ticked:
            return Verdict(next(i for i, box in enumerate(boxes) if box), None, choice=True)
    best: tuple[int, Said] | None = None
    choice: int | None = None
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if is_choice(line):
            emphasised = [m for m in _STRONG.finditer(line) if read_status(m[2])]
            emphasised = emphasised or [m for m in _EMPHASIS.finditer(line) if read_status(m[2])]
            if len(emphasised) == 1 and (said := read_status(emphasised[0][2])):
                at = emphasised[0].start(2)
                return Verdict(index, said._replace(start=said.start + at, end=said.end + at))
            choice = index if choice is None else choice
            continue
        said = read_status(line)
        if said and (best is None or _strength(said) >= _strength(best[1])):
            best = (index, said)
    if best is not None:
        return Verdict(best[0], best[1])
    if choice is None:
        for index, line in enumerate(lines):
            if line.strip():
                said = _only_status_in(line)
                return Verdict(index, said)
    return Verdict(choice or 0, None, choice is not None)


def _strength(said: Said) -> tuple[int, bool]:
    return STRENGTH[said.status], said.sure


def _first_word(text: str) -> int:
    """Where the first word begins that is neither a bullet, a date nor the word "status"."""
    match = _BULLET.match(text)
    at = match.end() if match else 0
    for _ in range(3):
        word = _WORD.search(text, at)
        if word is None:
            return len(text)
        at = word.start()
        if word[0].lower() in ("status", "state", "is", "the", "adr", "now", "currently"):
            at = word.end()
        elif word[0][0].isdigit() or (word[0][-4:].isdigit()):
            dates = find_dates(text[at:])
            if not dates or dates[0].start > 0:
                return at
            at += dates[0].end
        else:
            dates = find_dates(text[at : at + 24])
            if not dates or dates[0].start > 0:
                return at
            at += dates[0].end
    word = _WORD.search(text, at)
    return word.start() if word else len(text)


def _phrase_at(text: str, begin: int) -> Said | None:
    """The longest known phrase that begins at a word."""
    words: list[re.Match[str]] = []
    for match in _WORD.finditer(text, begin):
        if words and text[words[-1].end() : match.start()].strip(" \t-–*_"):
            break
        words.append(match)
        if len(words) == LONGEST:
            break
    for count in range(len(words), 0, -1):
        phrase = " ".join(word[0] for word in words[:count]).lower().replace("’", "'")
        for known, sure in ((SURE, True), (NEAREST, False)):
            if status := known.get(phrase) or known.get(phrase.replace("-", " ")):
                end = words[count - 1].end()
                return Said(status, sure, begin, _without_by(text, begin, end))
    if words and words[0][0][0] > "\u2fff":  # no spaces between words there
        run = words[0][0]
        for length in range(min(len(run), 6), 1, -1):
            if status := SURE.get(run[:length]):
                return Said(status, True, begin, begin + length)
    return None


def _without_by(text: str, start: int, end: int) -> int:
    """The end of a phrase without its "by": that stays when the status word is changed."""
    word, _, last = text[start:end].rpartition(" ")
    return (
        start + len(word.rstrip())
        if word and last.lower() in ("by", "durch", "par", "por", "da", "door")
        else end
    )


def _only_status_in(text: str) -> Said | None:
    """The one status a sentence speaks of; None when it speaks of several, or denies it."""
    text = blank_struck(text)
    found = []
    words = list(_WORD.finditer(_SENTENCE_END.split(text, maxsplit=1)[0]))
    for index, match in enumerate(words):
        if said := _phrase_at(text, match.start()):
            if any(word[0].lower() in NEGATIONS for word in words[max(index - 2, 0) : index]):
                return None
            found.append(said)
    if len({said.status for said in found}) == 1 and len(words) <= 40:
        return found[0]._replace(sure=False)
    return None
