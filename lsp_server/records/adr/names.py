"""What a file's name and heading say: the number, the date, the title without its number."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from lsp_server.records.adr.inline import plain

_EXTENSION = re.compile(
    r"\.(?:md|markdown|mdown|mkd|mdx|rst|rest|txt|adoc|asciidoc|asc|html?)\Z", re.IGNORECASE
)
_DATE = re.compile(
    r"((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?:[-_ ]?[Tt]?\d{4,6})?(?!\d)[-_. ]*"
)
_PREFIX = r"(?:[a-z0-9]+[-_ ])*?(?:[lmtg]?adr|edr|tdr|pdr|ddr|mdr|dr|ad|rfc|oep|decision(?:[-_ ]record)?)"
_NUMBER = re.compile(
    rf"(?:{_PREFIX}[-_ #.]*)?(?:no\.?[-_ ]*)?(\d{{1,6}})[a-z]?(?=[-_ .:—–)\]]|\Z)[-_ .:—–)\]]*", re.IGNORECASE
)
_WORD_PREFIX = re.compile(r"(?:adr|rfc|decision[-_ ]record|decision)[-_ :]+(?=\D)", re.IGNORECASE)
_KIND = r"(?:[A-Za-z]{0,10}[-_ ]?(?:ADR|EDR|TDR|RFC|DR|AD|OEP)|(?:architect\w+\s+)?decision(?:\s+record)?)"
_TITLE_PREFIX = re.compile(
    rf"""[\[(]?\s*{_KIND}(?:\s+for)?\s*(?:[-_#\s:.]|no\.?|number)*[A-Z]?(?P<n>\d{{1,6}})[a-z]?\s*[\])]?
         (?=\W|\Z)\s*[-–—:.|,/»]*\s* |
        [\[(#]*(?P<m>\d{{1,6}})\s*(?:[.:)\]–—|]+|\s[-–—]+)\s+(?=\S)""",
    re.IGNORECASE | re.VERBOSE,
)
_PADDED = re.compile(r"(0\d{1,5})\s*[-–—_]*\s+(?=\S)|(\d{3,6})\s*[-–—]\s*(?=\S)")
_LABEL = re.compile(
    r"(?:(?:architect\w+\s+)?decision(?:\s+record)?|ADR|title|RFC)\s*(?:\s[-–—]|:)\s+(?=\S)", re.IGNORECASE
)
_DATED = re.compile(r"(?:19|20)\d\d-\d\d-\d\d\s*[-–—:]*\s+(?=\S)")
_NOT_ADR = re.compile(
    r"(?:readme|index|toc|table[-_ ]of[-_ ]contents|summary|contributing|licen[cs]e\w*|changelog|"
    r"glossary|home|log|docs?|"
    r"adr[-_ ]?(?:index|log|list|readme|overview)|decisions?(?:[-_ ]?log)?|adrs?|overview|_?sidebar|about)\Z",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    r"(?:\A|[-_ .])(?:template|boilerplate|skeleton|example)\Z|\A_?template\b", re.IGNORECASE
)
_GENERIC = re.compile(
    r"(?:(?:an?\s+)?(?:(?:lightweight|markdown|any)\s+)?(?:architect\w+|technical|design|engineering)?\s*"
    r"(?:(?:decision\s+)?records?|decisions?|decision\s+logs?)\s*(?:\(?ADRs?\)?)?|adrs?|title)\s*[:#-]*\Z",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"\{[^}]*\}\Z|\[(?![ xX]\])[^\]]*\]\Z|<[^>]*>\Z|\W*(?:NNNN?|XXXX?|0000)?\W*\Z|"
    r".*[{<\[](?:title|number|NNN)",
    re.IGNORECASE,
)


class FileName(NamedTuple):
    """A file name in its parts. ``words`` is the title that the name gives, "" when it gives none."""

    number: int | None
    date: date | None
    slug: str
    words: str
    stem: str


def read_name(name: str) -> FileName:
    """The parts of a file name; a folder with a read-me in it counts by the folder's name."""
    folder, _, base = name.replace("\\", "/").rpartition("/")
    stem = _EXTENSION.sub("", base)
    parent = folder.rpartition("/")[2]
    rest, number, day = stem, None, None
    if stem.lower() in ("readme", "index") and parent and not _NOT_ADR.match(parent):
        words = re.sub(r"[-_\s]+", " ", parent)
        if not re.match(r"(?:adr[-_]?)?\d{3}", parent, re.IGNORECASE):
            return FileName(None, None, parent, words[:1].upper() + words[1:], stem)
        rest = stem = parent
    if match := _DATE.match(rest):
        day = _date(match)
        rest = rest[match.end() :] if day else rest
    if (match := _NUMBER.match(rest)) and not (day and not match[0].lower().startswith(("adr", "0"))):
        number = int(match[1])
        rest = rest[match.end() :]
        if day is None and (dated := _DATE.match(rest)):
            day = _date(dated)
            rest = rest[dated.end() :] if day else rest
    elif match := _WORD_PREFIX.match(rest):
        rest = rest[match.end() :]
    words = re.sub(r"[-_\s]+", " ", rest).strip()
    return FileName(number, day, rest.strip("-_ ") or stem, words[:1].upper() + words[1:], stem)


def number_in(text: str) -> int | None:
    """The number in words such as ``12``, ``ADR-0012`` or ``#12``."""
    match = re.fullmatch(rf"\W*(?:{_KIND})?\W*(\d{{1,6}})\W*", text, re.IGNORECASE)
    return int(match[1]) if match else None


def read_title(raw: str, number: int | None) -> tuple[str, int | None]:
    """A heading's title without its number, and that number. ``number`` is the file name's."""
    title = re.sub(r"\s+", " ", plain(raw)).strip(" \t#")
    found = None
    if match := _TITLE_PREFIX.match(title):
        found = int(match["n"] or match["m"])
    elif match := _PADDED.match(title):
        value = int(match[1] or match[2])
        found = value if match[1] or value == number else None
    elif number is not None and (match := re.match(rf"0*{number}\s+(?=\S)", title)):
        found = number
    if (match and found is not None) or (match := _DATED.match(title)):
        title = title[match.end() :]
    if (match := _LABEL.match(title)) and not _GENERIC.match(title[match.end() :]):
        title = title[match.end() :]
    return title.strip(), found


def is_placeholder(title: str) -> bool:
    """Nothing but a template's gap: ``{short title}``, ``[title]``, ``<title>``."""
    return bool(_PLACEHOLDER.match(title))


def is_generic(title: str) -> bool:
    """A heading that any ADR could have: ``Architecture Decision Record``."""
    return bool(_GENERIC.match(title))


def why_not_adr(name: FileName, *, says_status: bool = False) -> str | None:
    """Why a file of this name is no ADR, None when it may be one.

    ``says_status`` tells that it reads like one: then a read-me alone in a folder with a name counts by that.
    """
    if _NOT_ADR.match(name.stem) and not (says_status and name.words.lower() != name.stem.lower()):
        return f"“{name.stem}” is the name of an index or a guide, not of a decision."
    if looks_like_template(name) and not name.number:
        return f"“{name.stem}” is the name of a template."
    return None


def looks_like_template(name: FileName) -> bool:
    """The name says template, though a decision about templates may be called so too."""
    return bool(_TEMPLATE.search(name.stem) or re.match(r"(?:adr[-_]?)?(?:NNN+|XXX+)\b", name.stem))


def _date(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
