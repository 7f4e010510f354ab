"""Full-text search: what a person types, turned into a query that finds the likeliest records first.

Words are joined with OR and ranked (joined with AND, most questions find nothing). Nothing that is typed
can be an operator of the full-text engine: every word reaches it in quotes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lsp_server.index import addressing
from lsp_server.index.packing import COLUMNS, microseconds, storable, unpack
from lsp_server.index.values import MATCH_END, MATCH_START, Found
from lsp_server.records.labels import label_in_text, label_number
from lsp_server.records.model import Kind

if TYPE_CHECKING:
    import sqlite3

WEIGHTS = "6.0, 3.0, 1.0"  # title, tags, body: a word in the title says what the record is about
SNIPPET_WIDTH = 160  # characters
_SNIPPET_TOKENS = 22
_SHORTEST_PREFIX = 3  # characters; below it too many words begin alike
_WORTH_OF_BEGINNING = 1e-12
_MOST_RANKED = 2000  # records
_MOST_TERMS = 24  # bounds the time; nobody means more

# Words that are in every text. Kept when nothing else was typed.
STOP_WORDS = frozenset(
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
    """What was typed, as expressions of the full-text engine. A record must have all ``phrases`` and any of
    ``terms``; ``beginnings`` are the words of ``terms`` for which a longer word will do; ``names`` are
    labels and ids."""

    phrases: tuple[str, ...]
    terms: tuple[str, ...]
    beginnings: tuple[str, ...]
    names: tuple[str, ...]


def understand(text: str) -> Words:
    """Take apart what was typed. Never fails, whatever it is."""
    text = storable(_CONTROL.sub(" ", unicodedata.normalize("NFC", text)))
    phrases = [_quote(words) for found in _PHRASE.findall(text) if (words := _split(found))]
    rest = _PHRASE.sub(" ", text)
    terms: list[str] = []
    names: list[str] = []
    for found in label_in_text().finditer(rest):
        names.append(found[0])
        terms += _spellings(found[0])
    plain: list[str] = []
    for word in label_in_text().sub(" ", rest).split():
        if _WHOLE_ID.fullmatch(word):
            names.append(word)
        parts = _split(word)
        if 1 < len(parts) <= 8:  # auth.py, parse_utf8: together they weigh more than each alone
            terms.append(_quote(parts))
        plain += parts
    telling = [word for word in plain if word.casefold() not in STOP_WORDS]
    if not telling and not terms and not phrases:
        telling = plain
    terms += [_quote([word]) for word in telling]
    return Words(
        tuple(dict.fromkeys(phrases[:_MOST_TERMS])),
        tuple(dict.fromkeys(terms))[:_MOST_TERMS],
        tuple(dict.fromkeys(_quote([word]) + "*" for word in _beginnings(telling)))[:_MOST_TERMS],
        tuple(dict.fromkeys(names))[:_MOST_TERMS],
    )


def search(
    connection: sqlite3.Connection, text: str, kind: Kind | None = None, limit: int = 20
) -> list[Found]:
    """The likeliest records, best first; one that was named by its label or id comes before all others."""
    words = understand(text)
    limit = max(0, limit)
    found = {one.record.id: one for one in _named(connection, words, kind)}
    # A record with "category" says far less to somebody who typed "cat" than one with "cat" itself: words
    # that only begin so are looked for when there is room left, and come after all others.
    for terms, worth in ((words.terms, 1.0), (words.beginnings, _WORTH_OF_BEGINNING)):
        if len(found) < limit and (terms or words.phrases):
            expression = _expression(connection, words.phrases, terms, limit)
            for one in _ranked(connection, expression, kind, limit):
                found.setdefault(one.record.id, replace(one, score=one.score * worth))
    best = sorted(
        found.values(), key=lambda one: (one.score, -microseconds(one.record.created), one.record.id)
    )
    return best[:limit]


def _beginnings(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if _may_begin(word):
            yield word
            if word[-1] in "yY" and _may_begin(word[:-1]):
                yield word[:-1]  # the stemmer makes an i of the y, with which no longer word begins


def any_of(connection: sqlite3.Connection, text: str, limit: int) -> str:
    """The engine's query for the records with any of a text's words; empty where it has none."""
    words = understand(text)
    terms = tuple(dict.fromkeys((*words.phrases, *words.terms)))[:_MOST_TERMS]
    return _expression(connection, (), terms, limit) if terms else ""


def _expression(
    connection: sqlite3.Connection, phrases: Sequence[str], terms: Sequence[str], limit: int
) -> str:
    """The full-text engine's query. Ranking costs a microsecond a record, so where words are in thousands of
    records only those with one of the rarer words (or, if all are common, with all of them) are ranked:
    a word that is everywhere says next to nothing about any of them."""
    any_of = " OR ".join(dict.fromkeys((*phrases, *terms)))
    if phrases:
        return f"({' AND '.join(phrases)}) AND ({any_of})"
    if _count(connection, any_of) <= _MOST_RANKED:
        return any_of
    counts = sorted((_count(connection, term), term) for term in terms)
    all_of = " AND ".join(terms)
    if counts[0][0] > _MOST_RANKED and _count(connection, all_of) >= limit:
        return all_of
    rarer: list[str] = []
    total = 0
    for count, term in counts:
        if total >= limit and total + count > _MOST_RANKED:
            break
        rarer.append(term)
        total += count
    return any_of if len(rarer) == len(terms) else f"({' OR '.join(rarer)}) AND ({any_of})"


def _count(connection: sqlite3.Connection, expression: str) -> int:
    found = connection.execute("SELECT count(*) FROM search WHERE search MATCH ?", (expression,)).fetchone()
    return int(found[0])


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
        for record_id in addressing.resolve(connection, name):
            record = addressing.get(connection, record_id)
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


def _may_begin(word: str) -> bool:
    # Scripts without spaces between words have whole sentences as one word: its beginning is all one has.
    return len(word) >= _SHORTEST_PREFIX or ord(max(word)) >= 0x2E80


def _quote(words: list[str]) -> str:
    return '"' + " ".join(words) + '"'
