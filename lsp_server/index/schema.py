"""The tables of the index, and how a file is told to be one of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from lsp_server.index.opening import Tables

APPLICATION_ID = 0x474D454D  # "GMEM": any other SQLite file in our place is not ours
SCHEMA_VERSION = 9
_PARSER_VERSIONS = 10_000  # the parser's version counts below this, the schema's above

# ``hex`` is the id as its prefixes are typed: lower case, without dashes. ``created`` counts microseconds
# since 1970 in UTC. ``data`` holds what the columns beside it do not say of a record (see packing.py).
# ``telling`` is the number of the line that tells an anchor's text from other code (records/telling.py).
# A row of ``files`` whose ``record_id`` has its row in ``records`` with another path is a duplicate.
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    path TEXT PRIMARY KEY, object_id TEXT NOT NULL, record_id TEXT, problems TEXT
) WITHOUT ROWID;
CREATE INDEX files_by_record ON files (record_id, path) WHERE record_id IS NOT NULL;
CREATE INDEX files_broken ON files (path) WHERE problems IS NOT NULL;
CREATE TABLE records (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, hex TEXT NOT NULL, kind TEXT NOT NULL,
    number INTEGER, label TEXT NOT NULL, title TEXT NOT NULL, status TEXT, created INTEGER NOT NULL,
    path TEXT NOT NULL UNIQUE, object_id TEXT NOT NULL, code_commit TEXT,
    tags TEXT NOT NULL, body TEXT NOT NULL, data TEXT NOT NULL
);
CREATE INDEX records_by_hex ON records (hex);
CREATE INDEX records_by_kind_and_hex ON records (kind, hex);
CREATE INDEX records_by_commit ON records (code_commit) WHERE code_commit IS NOT NULL;
CREATE INDEX records_by_created ON records (created DESC, number DESC, id);
CREATE INDEX records_by_kind_and_created ON records (kind, created DESC, number DESC, id);
CREATE TABLE labels (label TEXT NOT NULL, row INTEGER NOT NULL, live INTEGER NOT NULL);
CREATE INDEX labels_by_label ON labels (label);
CREATE INDEX labels_by_row ON labels (row);
CREATE TABLE tags (tag TEXT NOT NULL, row INTEGER NOT NULL);
CREATE INDEX tags_by_tag ON tags (tag, row);
CREATE INDEX tags_by_row ON tags (row);
CREATE TABLE anchors (
    row INTEGER NOT NULL, ordinal INTEGER NOT NULL, path TEXT NOT NULL, telling INTEGER
);
CREATE INDEX anchors_by_path ON anchors (path);
CREATE INDEX anchors_by_telling ON anchors (telling) WHERE telling IS NOT NULL;
CREATE INDEX anchors_by_row ON anchors (row);
CREATE TABLE births (
    row INTEGER NOT NULL, ordinal INTEGER NOT NULL, code_commit TEXT NOT NULL, path TEXT NOT NULL
);
CREATE INDEX births_by_place ON births (code_commit, path);
CREATE INDEX births_by_path ON births (path);
CREATE INDEX births_by_row ON births (row);
CREATE TABLE former_commits (code_commit TEXT NOT NULL, row INTEGER NOT NULL);
CREATE INDEX former_commits_by_commit ON former_commits (code_commit);
CREATE INDEX former_commits_by_row ON former_commits (row);
CREATE TABLE conflicts (row INTEGER PRIMARY KEY);
CREATE TABLE outcomes (row INTEGER PRIMARY KEY, result TEXT, due TEXT, confidence REAL);
CREATE INDEX outcomes_by_due ON outcomes (due) WHERE result IS NULL;
CREATE INDEX outcomes_known ON outcomes (row) WHERE result IS NOT NULL;
CREATE TABLE tombstones (path TEXT PRIMARY KEY, label TEXT NOT NULL, id TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX tombstones_by_label ON tombstones (label);
CREATE TABLE keyed (
    key TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, value TEXT NOT NULL, created INTEGER NOT NULL,
    updated INTEGER NOT NULL, expires INTEGER
);
CREATE INDEX keyed_by_updated ON keyed (updated, key);
CREATE INDEX keyed_by_expires ON keyed (expires) WHERE expires IS NOT NULL;
"""

# The text stands once, in ``records``; the full-text table reads it there. The bytes that mark matches in
# a snippet are taken out here, so that a text cannot forge them; so is the heading that repeats the title.
_FULL_TEXT = """
CREATE VIEW searched AS
    SELECT row, title, tags,
           replace(replace(
               CASE WHEN substr(ltrim(body), 1, length(title) + 2) = '# ' || title
                    THEN substr(ltrim(body), length(title) + 3) ELSE body END,
               char(1), ' '), char(2), ' ') AS body
    FROM records;
CREATE VIRTUAL TABLE search USING fts5 (
    title, tags, body, content='searched', content_rowid='row', tokenize='porter unicode61'
);
"""

_EVERYTHING = (
    "files",
    "records",
    "labels",
    "tags",
    "anchors",
    "births",
    "former_commits",
    "conflicts",
    "outcomes",
    "tombstones",
    "keyed",
)


def tables(parser_version: int) -> Tables:
    """The tables of a file made by this program and this parser of records."""
    from lsp_server.index.opening import Tables

    return Tables(APPLICATION_ID, SCHEMA_VERSION * _PARSER_VERSIONS + parser_version, _create)


def _create(connection: sqlite3.Connection) -> None:
    for statement in (_TABLES + _FULL_TEXT).split(";\n"):
        if statement.strip():
            connection.execute(statement)


def clear(connection: sqlite3.Connection) -> None:
    """Forget every record and the version. The caller holds the transaction."""
    connection.execute("INSERT INTO search(search) VALUES ('delete-all')")
    for table in _EVERYTHING:
        connection.execute(f"DELETE FROM {table}")
    connection.execute("DELETE FROM meta WHERE name NOT LIKE 'highest %'")
