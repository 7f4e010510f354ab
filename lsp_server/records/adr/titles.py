"""Finding an ADR's title: its heading, else what the front matter or the file's name says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lsp_server.records.adr.fields import FieldValue
from lsp_server.records.adr.front import FrontMatter
from lsp_server.records.adr.inline import plain
from lsp_server.records.adr.layout import Layout
from lsp_server.records.adr.names import FileName, is_generic, is_placeholder, read_title
from lsp_server.records.adr.vocabulary import META_SECTIONS, canonical_key, section_of

_BOILERPLATE = re.compile(
    r"#+\s*(?:these are|configuration|[\w -]+:|.*\b(?:optional|feel free|remove)\b)", re.IGNORECASE
)


class TitleFound(NamedTuple):
    """``heading`` is the index of the heading that is the title, ``gap`` tells that it is a template's."""

    text: str | None
    number: int | None = None
    heading: int | None = None
    gap: bool = False
    notes: tuple[str, ...] = ()


def find_title(
    layout: Layout, front: FrontMatter, fields: Sequence[FieldValue], file: FileName
) -> TitleFound:
    """The title without its number. A heading that every ADR could have is passed over for a better one."""
    index = _title_heading(layout, file)
    generic: str | None = None
    if index is not None:
        raw = layout.headings[index].raw
        words, number = read_title(raw, file.number)
        if words and is_placeholder(words) and ("|" not in words):
            name = file.words or None
            return TitleFound(
                name, None, index, gap=True, notes=(f"The title is still the template's “{plain(raw)}”.",)
            )
        if words and not is_generic(words):
            return TitleFound(words, number, index)
        if further := _below_generic(layout, index, file):
            return further
        generic = words or None
    elif further := _titled_section(layout, file, 0):
        return further
    for field in fields:
        if field.key == "title" and (text := plain(field.text)) and not is_placeholder(text):
            words, number = read_title(text, file.number)
            if words and not (field.how == "front matter" and is_generic(words)):
                return TitleFound(words, number, index)
    for comment in front.comments:
        if comment.startswith("# ") and not _BOILERPLATE.match(comment) and index is None:
            words, number = read_title(comment.lstrip("# "), file.number)
            return TitleFound(
                words, number, None, notes=("The title stands among the front matter's comments.",)
            )
    if file.words:
        notes = () if generic else ("There is no title: it was taken from the file name.",)
        return TitleFound(file.words, None, index, notes=notes)
    return TitleFound(generic, None, index, notes=() if generic else ("There is no title.",))


def _title_heading(layout: Layout, file: FileName) -> int | None:
    """The heading that is the title: the first of the highest level that is no section's name."""
    headings = layout.headings
    if not headings:
        return None
    first = headings[0]
    if first.level < 9 and section_of(first.words) is None and canonical_key(first.words) != "status":
        if first.level == 1 or len(headings) == 1 or headings[1].level > first.level:
            return 0 if first.level == 1 or _titles(layout, file) else _first_of_level_one(layout)
        if any(section_of(h.words) in ("status", "context", "decision", "date") for h in headings[1:4]):
            return 0
        if read_title(first.raw, file.number)[1] is not None:
            return 0
    return _first_of_level_one(layout)


def _titles(layout: Layout, file: FileName) -> bool:
    """A lower heading at the top is the title if nothing of a higher level follows."""
    first = layout.headings[0]
    if any(other.level < first.level for other in layout.headings):
        return False
    sections = [section_of(other.words) for other in layout.headings[1:]]
    return any(sections) or read_title(first.raw, file.number)[1] is not None


def _first_of_level_one(layout: Layout) -> int | None:
    for index, heading in enumerate(layout.headings):
        name = section_of(heading.words)
        if name is not None and name not in META_SECTIONS:
            return None  # what comes below the content is no title
        if heading.level == 1 and name is None and not heading.words.lower().startswith("status"):
            return index
    return None


def _below_generic(layout: Layout, index: int, file: FileName) -> TitleFound | None:
    """The title below "Architecture Decision Record": a "Title" section, or a numbered heading."""
    if found := _titled_section(layout, file, index):
        return found
    following = index + 1
    if following < len(layout.headings):
        heading = layout.headings[following]
        words, number = read_title(heading.raw, file.number)
        last = following + 1 == len(layout.headings)
        if words and section_of(words) is None and (number is not None or (not last and heading.level < 9)):
            below = [section_of(other.words) for other in layout.headings[following + 1 : following + 4]]
            if number is not None or any(name in ("status", "context", "date") for name in below):
                return TitleFound(words, number, following)
    return None


def _titled_section(layout: Layout, file: FileName, first: int) -> TitleFound | None:
    for index in range(first, len(layout.headings)):
        heading = layout.headings[index]
        if section_of(heading.words) == "title" and heading.words.lower().strip(" :") != "":
            lines = [line.text.strip() for line in layout.body_of(index) if line.text.strip()]
            if lines and not is_placeholder(plain(lines[0])):
                words, number = read_title(lines[0], file.number)
                if words:
                    return TitleFound(words, number, index)
    return None
