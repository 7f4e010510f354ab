"""Full-text search in events, quick among hundreds of thousands.

As ``search`` does for records: words joined with OR, the likeliest first, nothing that is typed an operator.
Events are many and much alike, so two bounds keep a question short: words that nearly all have are left to
the others to find, and of what is found only the newest few thousand are ranked.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate

from lsp_server.index.event_rows import COLUMNS, EventRow, narrowed, scope_words
from lsp_server.index.search import understand

_WEIGHTS = "6.0, 3.0, 1.0, 0.5, 0.0"  # title, tags, content, metadata, scope
_MOST_RANKED = 2_000  # events
_FEWEST_TELLING, _MOST_TELLING = 3, 12  # words asked for, to find what is similar
_MOST_CHARACTERS = 4_000  # of a question; what is meant is said by then


def search(
    connection: sqlite3.Connection,
    text: str,
    *,
    owner: str | None = None,
    kind: str | None = None,
    limit: int,
) -> list[EventRow]:
    """The likeliest events, best first; of equals the newest. Where there is room left, those with words that
    only begin so come after all others."""
    words = understand(text[:_MOST_CHARACTERS])
    scope = [f'scope : "{word}"' for word in scope_words(owner, kind)]
    found: dict[str, EventRow] = {}
    for terms in (words.terms, words.beginnings):
        if len(found) < limit and (terms or words.phrases):
            for expression in _expressions(connection, words.phrases, terms, scope):
                if len(found) >= limit:
                    break
                for row in _ranked(connection, expression, owner, kind, limit):
                    found.setdefault(row.id, row)
    return list(found.values())[:limit]


def similar(
    connection: sqlite3.Connection, texts: Sequence[str], *, owner: str, limit: int, are_kept: bool
) -> list[EventRow]:
    """An owner's events that are most like some texts, best first. ``are_kept``: the texts are those of
    events themselves, so that a word which no other event has tells nothing.

    Only the words that tell most are asked for, those in the fewest events: that is as good, and quick.
    """
    holders: Counter[str] = Counter()
    for text in texts:
        holders.update(understand(text[:_MOST_CHARACTERS].replace('"', " ")).terms)
    counts = {term: _count(connection, term) for term in holders}
    telling = [term for term, count in counts.items() if count > (holders[term] if are_kept else 0)]
    telling.sort(key=lambda term: counts[term])
    chosen: list[str] = []
    total = 0
    for term in telling[:_MOST_TELLING]:
        if len(chosen) >= _FEWEST_TELLING and total + counts[term] > _MOST_RANKED:
            break
        chosen.append(term)
        total += counts[term]
    if not chosen:
        return []
    scope = [f'scope : "{word}"' for word in scope_words(owner, None)]
    return _ranked(connection, _all((*scope, _any(chosen))), owner, None, limit)


def _ranked(
    connection: sqlite3.Connection, expression: str, owner: str | None, kind: str | None, limit: int
) -> list[EventRow]:
    wanted, values = narrowed(owner, kind)
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM (SELECT rowid AS row, bm25(search, {_WEIGHTS}) AS worth FROM search"
        f" WHERE search MATCH ? ORDER BY rowid DESC LIMIT {_MOST_RANKED}) AS ranked"
        f" CROSS JOIN events USING (row){where} ORDER BY worth, created DESC, row DESC LIMIT ?",
        (expression, *values, limit),
    )
    return [EventRow(*row) for row in rows]


def _expressions(
    connection: sqlite3.Connection, phrases: Sequence[str], terms: Sequence[str], scope: Sequence[str]
) -> Iterator[str]:
    """The full-text engine's queries, each for when those before it did not find enough: any of the terms;
    where these are in too many events, any of the rarer ones, then all of them, then any."""
    if phrases:
        yield _all((*scope, *phrases, _any((*phrases, *terms))))
        return
    if _count(connection, _all((*scope, _any(terms)))) > _MOST_RANKED:
        counts = sorted((_count(connection, _all((*scope, term))), at) for at, term in enumerate(terms))
        totals = accumulate(count for count, _ in counts)
        rarer = [terms[at] for (_, at), total in zip(counts, totals, strict=True) if total <= _MOST_RANKED]
        if rarer:
            yield _all((*scope, _any(rarer), _any(terms)))
        yield _all((*scope, *terms))
    yield _all((*scope, _any(terms)))


def _all(parts: Sequence[str]) -> str:
    return " AND ".join(f"({part})" for part in parts)


def _any(parts: Sequence[str]) -> str:
    return " OR ".join(f"({part})" for part in parts)


def _count(connection: sqlite3.Connection, expression: str) -> int:
    """How many events have it, as far as that matters."""
    found = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT {_MOST_RANKED + 1})",
        (expression,),
    ).fetchone()
    return int(found[0])
