"""Full-text search: what a person types, turned into a query that finds the likeliest records first.

Words are joined with OR and ranked (joined with AND, most questions find nothing). Nothing that is typed
can be an operator of the full-text engine: every word reaches it in quotes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_server.index import queries
from lsp_server.index.packing import COLUMNS, storable, unpack
from lsp_server.index.values import MATCH_END, MATCH_START, Found
from lsp_server.records.labels import LABEL_IN_TEXT, label_number
from lsp_server.records.model import Kind

if TYPE_CHECKING:
    import sqlite3

WEIGHTS = "6.0, 3.0, 1.0"  # title, tags, body: a word in the title says what the record is about
SNIPPET_WIDTH = 160  # characters
_SNIPPET_TOKENS = 22
_SHORTEST_PREFIX = 3  # characters; below it too many words begin alike
_MOST_TERMS = 24  # bounds the time; nobody means more

# Words that are in every text. Kept when nothing else was typed.
_STOP_WORDS = frozenset(
    """
    a about an and are as at be been but by can could did do does for from had has have how i if in into is
    it its me my no not of on or our should so than that the their them then there these they this to us
    was we were what when where which who why will with would you your
    """.split()  # noqa: SIM905 - a table of words reads better as words
)
_PHRASE = re.compile(r'["“”„]([^"“”„]+)["“”„]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WHOLE_ID = re.compile(r"[0-9a-f]{8}[0-9a-f-]*", re.IGNORECASE)
_HEADING = re.compile(r"(?m)^[ \t]*#+[ \t]+(.*?)[ \t:]*$")


@dataclass(frozen=True)
class Words:
    """What was typed: ``phrases`` must all be there, any of ``terms`` may; ``names`` are labels and ids."""

    phrases: tuple[str, ...]
    terms: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def expression(self) -> str:
        """The full-text engine's query; empty when there is nothing to look for."""
        required = " AND ".join(self.phrases)
        ranked = " OR ".join(dict.fromkeys((*self.phrases, *self.terms)))
        if required and self.terms:
            return f"({required}) AND ({ranked})"
        return required or ranked


def understand(text: str) -> Words:
    """Take apart what was typed. Never fails, whatever it is."""
    text = storable(_CONTROL.sub(" ", unicodedata.normalize("NFC", text)))
    phrases = [_quote(words) for found in _PHRASE.findall(text) if (words := _split(found))]
    rest = _PHRASE.sub(" ", text)
    terms: list[str] = []
    names: list[str] = []
    for found in LABEL_IN_TEXT.finditer(rest):
        names.append(found[0])
        terms += _spellings(found[0])
    plain: list[str] = []
    for word in LABEL_IN_TEXT.sub(" ", rest).split():
        if _WHOLE_ID.fullmatch(word):
            names.append(word)
        parts = _split(word)
        if 1 < len(parts) <= 8:  # auth.py, parse_utf8: together they weigh more than each alone
            terms.append(_quote(parts))
        plain += parts
    telling = [word for word in plain if word.casefold() not in _STOP_WORDS]
    if not telling and not terms and not phrases:
        telling = plain
    terms += [_quote([word]) + ("*" if _is_prefix(word) else "") for word in telling]
    return Words(
        tuple(dict.fromkeys(phrases[:_MOST_TERMS])),
        tuple(dict.fromkeys(terms))[:_MOST_TERMS],
        tuple(dict.fromkeys(names))[:_MOST_TERMS],
    )


def search(
    connection: sqlite3.Connection, text: str, kind: Kind | None = None, limit: int = 20
) -> list[Found]:
    """The likeliest records, best first; one that was named by its label or id comes before all others."""
    words = understand(text)
    limit = max(0, limit)
    found = _named(connection, words, kind)
    if words.expression and len(found) < limit:
        found += _ranked(connection, words.expression, kind, limit)
    unique = {one.record.id: one for one in reversed(found)}
    best = sorted(
        unique.values(), key=lambda one: (one.score, -one.record.created.timestamp(), one.record.id)
    )
    return best[:limit]


def _ranked(connection: sqlite3.Connection, expression: str, kind: Kind | None, limit: int) -> list[Found]:
    # The engine sorts by its own rank before it makes any snippet, which is what keeps this quick.
    of_kind, values = ("AND records.kind = ?", (kind.value,)) if kind else ("", ())
    columns = ", ".join(f"records.{column}" for column in COLUMNS.split(", "))
    rows = connection.execute(
        f"SELECT search.rank, snippet(search, 2, char(1), char(2), '…', {_SNIPPET_TOKENS}), {columns}"
        " FROM search CROSS JOIN records ON records.row = search.rowid"
        f" WHERE search MATCH ? AND search.rank MATCH 'bm25({WEIGHTS})' {of_kind}"
        " ORDER BY search.rank LIMIT ?",
        (expression, *values, limit),
    )
    return [Found(unpack(row[2:]), one_line(row[1]), row[0]) for row in rows]


def _named(connection: sqlite3.Connection, words: Words, kind: Kind | None) -> list[Found]:
    found: list[Found] = []
    for name in words.names:
        for record_id in queries.resolve(connection, name):
            record = queries.get(connection, record_id)
            if record is not None and kind in (None, record.kind):
                found.append(
                    Found(record, one_line(_without_title(record.title, record.body)), float("-inf"))
                )
    return found


def one_line(text: str) -> str:
    """A snippet as one line of at most ``SNIPPET_WIDTH`` characters, around its first match."""
    text = " ".join(_HEADING.sub(r"\1:", text).split())
    shown = text.replace(MATCH_START, "").replace(MATCH_END, "")
    if len(shown) <= SNIPPET_WIDTH:
        return text
    first = max(0, text.find(MATCH_START))
    start = min(max(0, first - SNIPPET_WIDTH // 3), len(shown) - SNIPPET_WIDTH) if first > 100 else 0
    cut: list[str] = []
    inside, seen = False, 0
    for character in text:
        if character in (MATCH_START, MATCH_END):
            inside = character == MATCH_START
            if start <= seen < start + SNIPPET_WIDTH or (not inside and cut and cut[-1] != MATCH_START):
                cut.append(character)
            continue
        if start <= seen < start + SNIPPET_WIDTH:
            cut.append(character)
        seen += 1
    return _balanced("".join(cut))


def _balanced(text: str) -> str:
    kept: list[str] = []
    is_open = False
    for character in text:
        if character == MATCH_START and not is_open:
            is_open = True
            kept.append(character)
        elif character == MATCH_END and is_open:
            is_open = False
            kept.append(character)
        elif character not in (MATCH_START, MATCH_END):
            kept.append(character)
    return "".join(kept) + (MATCH_END if is_open else "")


def _without_title(title: str, body: str) -> str:
    start = body.lstrip().removeprefix(f"# {title}")[: 8 * SNIPPET_WIDTH]
    return start.replace(MATCH_START, " ").replace(MATCH_END, " ")


def _spellings(label: str) -> list[str]:
    """How texts write a numbered label: ``ADR-12`` and ``ADR-0012``."""
    numbered = label_number(label)
    if numbered is None:
        return [_quote(_split(label.removeprefix("memory:")))]
    prefix = _split(label)[0]
    return [_quote([prefix, str(numbered[1])]), _quote([prefix, f"{numbered[1]:04d}"])]


def _split(text: str) -> list[str]:
    """Its words as the full-text engine cuts them: letters, digits and what is written over them."""
    kept = (c if unicodedata.category(c)[0] in "LNM" else " " for c in text)
    return "".join(kept).split()


def _is_prefix(word: str) -> bool:
    # Scripts without spaces between words have whole sentences as one word: its beginning is all one has.
    return len(word) >= _SHORTEST_PREFIX or ord(max(word)) >= 0x2E80


def _quote(words: list[str]) -> str:
    return '"' + " ".join(words) + '"'
