"""Keyed values in a database: what every kind of storage does, on a real SQLite and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store.keyvalue.conformance import KeyValueSuite, Kind

pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")

from lsp_server.store.keyvalue.sql import DatabaseStorage


class _Suite(KeyValueSuite):
    def opened(self, url: str) -> Iterator[Kind]:
        open_storages: list[DatabaseStorage] = []

        def opened(clock: object) -> DatabaseStorage:
            open_storages.append(DatabaseStorage(url, clock=clock))
            return open_storages[-1]

        yield Kind(opened)
        for storage in open_storages:
            storage.close()


class TestSqlite(_Suite):
    @pytest.fixture
    def kind(self, tmp_path: Path) -> Iterator[Kind]:
        yield from self.opened(f"sqlite:///{tmp_path}/values.db")


class TestPostgresql(_Suite):
    @pytest.fixture
    def kind(self, postgresql_used_before: str) -> Iterator[Kind]:
        yield from self.opened(postgresql_used_before)
