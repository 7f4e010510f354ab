"""A database query without its values: the same query comes up again under one name.

>>> masked("SELECT * FROM users WHERE id = 42 AND name = 'Ann'")
'SELECT * FROM users WHERE id = ? AND name = ?'
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

from lsp_server.errors import UsageError

LONGEST = 400
"""Characters of a query's name; a longer one is cut, and told from others by the hash of all of it."""

_KEPT = 5_000  # characters of a query whose name is kept at hand
_READ = 100_000  # characters that are looked at; a longer query has its values there, not its form

# What the text of a query consists of, as far as values go: comments, texts (with '' and, after E, \' in
# them), PostgreSQL's $tag$ texts, names in quotes, numbers, placeholders. Words are taken whole, so that the
# digits of `t1` are no number. Elsewhere than after E a \' ends a text in one database and not in another:
# all that follows may be a value, and goes.
_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|(?<!\S)\#\s[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<text>(?:\b[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z))|(?<=(?i:escape)\s)'\\'
      |(?:\b(?:[nN]|[bB]|[xX]|[uU]&))?'(?:[^'\\]|''|\\[^'])*(?:'|\Z|\\'.*)
      |\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))
    |(?P<name>"(?:[^"]|"")*"|`[^`]*`|\[[A-Za-z_][^\]]*\])
    |(?P<placeholder>%\(\w+\)s|%s|(?<!:):[A-Za-z_]\w*|\$\d+|\?\d*|@\w+)
    |(?P<word>[^\W\d][\w$]*)
    |(?P<number>\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?)
    """,
    re.VERBOSE | re.DOTALL,
)
# A name in double quotes where values stand is one: a text, as MySQL and SQLite take it.
_TEXTS = re.compile(
    r"""((?:[=<>]|\b(?:LIKE|BETWEEN|THEN|ELSE)\b|\b(?:IN|VALUES)\s*\(|\?\s*,)\s*)
    "(?:[^"]|"")*"(?:\s*,\s*"(?:[^"]|"")*")*(?!\s*[.(])""",
    re.VERBOSE | re.IGNORECASE,
)
_ONE = r"(?:\?|NULL|TRUE|FALSE|DEFAULT)"
_MANY = re.compile(rf"\(\s*{_ONE}(?:\s*,\s*{_ONE})+\s*\)", re.IGNORECASE)
_ROWS = re.compile(r"(\((?:\?|\.\.\.)\))(?:\s*,\s*\1)+")
_SIGN = re.compile(
    r"([=<>(,+*/-]\s*|\b(?:THEN|ELSE|AND|BETWEEN|IN|LIMIT|VALUES|RETURN|WHEN|SELECT)\s+)[-+]\s*\?",
    re.IGNORECASE,
)


def masked(sql: str) -> str:
    """The query with ``?`` for each value, lists of values as ``(...)``, without comments, on one line.

    Raises ``UsageError`` for what is no text, or empty.
    """
    if not isinstance(sql, str):
        raise UsageError(f"a query is text, not a {type(sql).__name__}")
    return _known(sql) if len(sql) <= _KEPT else _masked(sql[:_READ])


def _masked(sql: str) -> str:
    without = _TOKEN.sub(_replaced, sql)
    line = " ".join(without.split()).rstrip("; ")
    line = _TEXTS.sub(lambda found: found[1] + "?" + ", ?" * (found[0].count('"') > 2), line)
    line = _SIGN.sub(r"\1?", line)
    line = _ROWS.sub(r"\1", _MANY.sub("(...)", line))
    if not line:
        raise UsageError("the query is empty")
    if len(line) > LONGEST:
        digest = blake2b(line.encode("utf-8", "replace"), digest_size=4).hexdigest()
        return f"{line[:LONGEST]}… {digest}"
    return line


_known = lru_cache(1_000)(_masked)


def _replaced(found: re.Match[str]) -> str:
    if found["comment"]:
        return " "
    return found[0] if found["word"] or found["name"] else "?"
