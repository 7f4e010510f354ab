"""The words of a status, a severity and a title, as people write them and as records have them."""

from __future__ import annotations

import re
from collections.abc import Mapping

BUG_STATUSES: Mapping[str, str] = {
    word: status
    for status, words in {
        "open": "open|new|reported|confirmed|todo|to do|reopened|unresolved|active|pending|backlog",
        "in-progress": "in progress|in-progress|wip|assigned|investigating|in review|ongoing|started|fixing",
        "fixed": "fixed|resolved|solved|done|complete|completed|patched|merged|deployed|released",
        "closed": "closed|verified|duplicate|invalid|not a bug|cannot reproduce|can't reproduce|obsolete",
        "wont-fix": "wont fix|won't fix|wontfix|wont-fix|won't-fix|by design|works as designed|rejected",
    }.items()
    for word in words.split("|")
}
SEVERITIES: Mapping[str, str] = {
    word: severity
    for severity, words in {
        "low": "low|minor|trivial|cosmetic|p4|p3|s4",
        "medium": "medium|moderate|normal|average|p2|s3",
        "high": "high|major|serious|important|p1|s2",
        "critical": "critical|blocker|blocking|urgent|severe|p0|s1|showstopper",
    }.items()
    for word in words.split("|")
}
_SHOWN = {"wont-fix": "Won't Fix", "in-progress": "In Progress"}


def shown(status: str) -> str:
    """A status as the directory writes it."""
    return _SHOWN.get(status, status[:1].upper() + status[1:])


def bare(word: str) -> str:
    """A word without marks of Markdown, emoji and what is said behind it in brackets."""
    word = " ".join(word.split())  # so that no run of blanks is tried blank by blank
    start, end = word.find("("), word.rfind(")")
    word = word[:start] + word[end + 1 :] if 0 <= start < end else word
    word = re.sub(r"[*_`]| by .*| - .*", "", word)
    return " ".join(re.sub(r"[^\w' -]", " ", word).split()).casefold()


def heading(title: str) -> str:
    """A title at the end of a heading: a run of # that ends it would close the heading."""
    return re.sub(r"(?:^|(?<=[ \t\\]))(#+)\Z", lambda m: "\\" + m[0], title)


def unheading(title: str) -> str:
    return re.sub(r"\\(#+)\Z", r"\1", title)


def names(text: str) -> tuple[str, ...]:
    """``staging, production`` as names."""
    return tuple(name.strip() for name in re.split(r"[,;]", text) if name.strip())
