"""Changing the status where an ADR has it: one line, in the style it is written in."""

from __future__ import annotations

import re

from lsp_server.records.adr.dates import find_dates
from lsp_server.records.adr.fields import find_fields
from lsp_server.records.adr.front import read_front
from lsp_server.records.adr.layout import Layout, markup_of
from lsp_server.records.adr.model import AdrStatusPlace
from lsp_server.records.adr.status_place import StatusFound, find_status

_CONNECTION = re.compile(r"[ \t]*(?:\(|,|on\b|in\b|since\b|-|–|—|:)?[ \t]*\Z", re.IGNORECASE)
_BY = re.compile(r"[\s*_]*(?:by|with)\b", re.IGNORECASE)
_WRAPPED = re.compile(r"(\W*).*?(\W*)\Z", re.DOTALL)


def change_status(text: str, status: str, *, by: str = "", name: str = "") -> str | None:
    """The file's text with its status changed; None when the file has none that can be changed.

    Only the status words are replaced, in their capitalisation, on the one line that decides; emphasis,
    comments and links stay. A date that belongs to the old status goes. ``by`` names the successor, put
    after "superseded by" where the line does not name one yet. ``name`` is the file's name, if known.
    """
    found = _status(text, name)
    place = found.place
    if place is None:
        return None
    if found.status == status and not by:
        return text
    for span in (place.word, (place.start, place.end)):
        word = _wording(text, found, place, span, (status, by))
        changed = text[: span[0]] + word + _rest(text, found, span[1])
        if _status(changed, name).status == status:
            return changed
    return None


def _status(text: str, name: str) -> StatusFound:
    front = read_front(text)
    layout = Layout(text, markup_of(name, text), front.end)
    return find_status(layout, front, find_fields(layout))


def _wording(
    text: str, found: StatusFound, place: AdrStatusPlace, span: tuple[int, int], wanted: tuple[str, str]
) -> str:
    """What stands in a span when it says the wanted status, by the wanted successor."""
    status, by = wanted
    start, end = span
    old = text[start:end]
    value = text[place.start : place.end]
    before = text[start - 1 : start] if start else ""
    style = old if found.status and old else ""
    lower = place.how == "front matter" or (place.how == "field" and not style)
    word = _styled(status, style, lower=lower)
    if not old and value:  # a sentence: the status goes before it
        return f"{word}. "
    if found.status is None or span != place.word:
        wrap = _WRAPPED.match(old)
        marks = (wrap[1], wrap[2]) if wrap and set(wrap[1] + wrap[2]) <= set("*_`") else ("", "")
        word = marks[0] + word + marks[1]
    if by and status == "superseded" and by not in value and not _BY.match(text, end, place.end):
        word += f" by {by}"
    if not value and place.how != "section" and before not in (" ", "\t", '"', "'"):
        word = " " + word
    if place.how == "front matter" and not _plain_in_yaml(word) and before not in ('"', "'"):
        word = '"' + word.replace('"', "'") + '"'
    return word


def _styled(status: str, old: str, *, lower: bool) -> str:
    letters = [letter for letter in old if letter.isalpha()]
    if len(letters) > 1 and all(letter.isupper() for letter in letters):
        return status.upper()
    if letters and letters[0].islower():
        return status
    return status if lower and not letters else status.capitalize()


def _rest(text: str, found: StatusFound, end: int) -> str:
    """What follows the status word, without the old status' date where nothing but that stands behind it."""
    place = found.place
    if place is None or not found.status or end >= place.end:
        return text[end:]
    rest = text[end : place.end]
    dates = find_dates(rest)
    if len(dates) != 1 or rest[dates[0].end :].strip(" \t)*_`."):
        return text[end:]
    between = rest[: dates[0].start]
    marks = between[: len(between) - len(between.lstrip("*_`"))]
    if not _CONNECTION.match(between[len(marks) :].strip("*_`")):
        return text[end:]
    closing = rest[len(rest.rstrip("*_`")) :] if not marks else ""
    return marks + closing + text[place.end :]


def _plain_in_yaml(word: str) -> bool:
    return (
        ": " not in word
        and " #" not in word
        and not word.startswith(("[", "{", "*", "&", "!", "|", ">", "%", "@", "`"))
    )
