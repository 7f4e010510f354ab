"""What a title may be: one line of text that a person can read; and what a tag."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from lsp_server.errors import UsageError

_SUBJECT_LENGTH = 72  # columns of `git log --oneline` that people see
# Overrides and isolates can make a title read as something else; plain left-to-right and right-to-left
# marks are ordinary text in Arabic and Hebrew.
_REORDERING = "[\u202a-\u202e\u2066-\u2069]"
# What nobody sees. The last are tags: letters that a language model reads all the same.
_HIDDEN = "[\u00ad\u180e\u200b\u2060-\u2064\ufeff\U000e0000-\U000e007f]"


def clean_title(title: str) -> str:
    """A title on one line. Raises ``UsageError`` when nothing is left, or when it hides characters."""
    text = " ".join(title.split())
    if not text:
        raise UsageError("the title is empty")
    if text.isprintable():  # then nothing below is in it
        return text
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs"):
            raise UsageError(f"the title contains the control character U+{ord(character):04X}")
    if re.search(_REORDERING, text):
        raise UsageError("the title contains characters that reorder text (bidirectional overrides)")
    return text


def clean_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags without blanks around them, each once. Raises ``UsageError`` for one that a list cannot hold."""
    cleaned = [" ".join(tag.split()) for tag in tags]
    for tag in cleaned:
        if "," in tag or any(ord(character) < 32 for character in tag):
            raise UsageError(f"a tag cannot contain a comma or control characters: {tag!r}")
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))


def heading_text(title: str) -> str:
    """A title as a Markdown heading that reads back as the same words: a closing run of # would be lost."""
    if not title.endswith("#"):
        return title
    return re.sub(r"(?:^|(?<=[ \t\\]))(#+)\Z", lambda m: "\\" + m[0], title)


def printable(text: str) -> str:
    """Text from a file as one line that does nothing where it is shown: see ``inert``."""
    return inert(" ".join(text.split()))


def inert(text: str) -> str:
    """Text whose control characters, and those that reorder what stands beside them or that nobody sees, are
    spelled out: ``\\u{202E}``; a byte of a file's name that is not UTF-8, too: ``\\xe9``."""
    return "".join(_spelled_out(c) if _acts(c) else c for c in text)


def _spelled_out(character: str) -> str:
    code = ord(character)
    return f"\\x{code - 0xDC00:x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{{{code:X}}}"


def _acts(character: str) -> bool:
    if unicodedata.category(character) in ("Cc", "Cs"):
        return True
    return bool(re.match(_REORDERING, character) or re.match(_HIDDEN, character))


def subject(action: str, title: str) -> str:
    """A commit's first line: the action, and the title cut to what a log shows. The title may be one that
    somebody wrote into a file by hand."""
    title = printable(title)
    room = max(_SUBJECT_LENGTH - len(action) - 3, 24)
    if len(title) > room:
        from lsp_server.records.shortening import shortened  # seldom: most titles are short

        title = shortened(title, room)
    return f'{action} "{title}"'
