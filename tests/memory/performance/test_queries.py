"""A query has one name whatever its values are, and its name holds none of them."""

from __future__ import annotations

import pytest

from lsp_server import UsageError
from lsp_server.memory.performance.queries import LONGEST, masked


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("SELECT * FROM users WHERE id = 42", "SELECT * FROM users WHERE id = ?"),
        ("select \"the name\" from t where b='it''s'", 'select "the name" from t where b=?'),
        ('SELECT a FROM t JOIN u ON t.x = "u"."x"', 'SELECT a FROM t JOIN u ON t.x = "u"."x"'),
        (
            'SELECT a FROM t WHERE b = "Ann" AND c IN ("x@y", "z")',
            "SELECT a FROM t WHERE b = ? AND c IN (...)",
        ),
        ("SELECT a FROM t WHERE b = 1_000 AND c = 0xAB", "SELECT a FROM t WHERE b = ? AND c = ?"),
        ("SELECT a FROM t # it's theirs\nWHERE b = 'Ann'", "SELECT a FROM t WHERE b = ?"),
        (r"SELECT a FROM t WHERE b = 'C:\\' AND c = 'x'", "SELECT a FROM t WHERE b = ? AND c = ?"),
        (r"SELECT a FROM t WHERE b = 'Ann\'s' AND c = 'x'", "SELECT a FROM t WHERE b = ?"),
        (
            r"SELECT a FROM t WHERE b LIKE ? ESCAPE '\' AND c = 'x'",
            "SELECT a FROM t WHERE b LIKE ? ESCAPE ? AND c = ?",
        ),
        ("SELECT 1.5e-3, .5, 0xFF, -7, x-7 FROM t1 -- a 'comment'", "SELECT ?, ?, ?, ?, x-? FROM t1"),
        ("SELECT /* 1 */ a\n  FROM\tt;", "SELECT a FROM t"),
        ("DELETE FROM t WHERE id IN (1, 2,3)", "DELETE FROM t WHERE id IN (...)"),
        ("DELETE FROM t WHERE id IN (?, ?)", "DELETE FROM t WHERE id IN (...)"),
        ("INSERT INTO t (a, b) VALUES (1, 'x'), (2, NULL)", "INSERT INTO t (a, b) VALUES (...)"),
        ("INSERT INTO t VALUES (%s, %s)", "INSERT INTO t VALUES (...)"),
        (
            "SELECT * FROM t WHERE a = %(name)s AND b = :b AND c = $1 AND d = @d",
            "SELECT * FROM t WHERE a = ? AND b = ? AND c = ? AND d = ?",
        ),
        ("SELECT a::text FROM t WHERE b > '2026-01-01'::date", "SELECT a::text FROM t WHERE b > ?::date"),
        (r"SELECT E'it\'s 5', N'x', $$body 5$$, $f$ it's $f$ FROM t", "SELECT ?, ?, ?, ? FROM t"),
        ("SELECT `a 1`, [b 2] FROM t LIMIT 10 OFFSET 20", "SELECT `a 1`, [b 2] FROM t LIMIT ? OFFSET ?"),
        ("UPDATE t SET a = -5, b = 'never closed", "UPDATE t SET a = ?, b = ?"),
        ("SELECT größe FROM maße WHERE ort = 'Köln'", "SELECT größe FROM maße WHERE ort = ?"),
    ],
)
def test_a_query_is_named_without_its_values(sql: str, name: str) -> None:
    assert masked(sql) == name
    assert masked(name) == name  # a name names itself


def test_a_long_query_is_cut_and_told_from_others() -> None:
    one, other = (f"SELECT {', '.join(f'c{n}' for n in range(500))} FROM {table}" for table in "ab")
    assert len(masked(one)) < LONGEST + 20
    assert masked(one) != masked(other)
    assert masked("SELECT 'secret" + "x" * 10_000_000) == "SELECT ?"


@pytest.mark.parametrize("sql", ["", "  ", "-- nothing", None, 5])
def test_what_is_no_query_is_refused_in_one_line(sql: object) -> None:
    with pytest.raises(UsageError, match="query"):
        masked(sql)  # type: ignore[arg-type] # what a caller may give all the same
