"""A real PostgreSQL for what is kept in databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from databases import _postgresql_database, postgresql, postgresql_server, postgresql_used_before

__all__ = ["_postgresql_database", "postgresql", "postgresql_server", "postgresql_used_before"]


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/values.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest) -> str:
    """The URL of a database without any tables."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture(params=["sqlite", "postgresql_used_before"], ids=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The URL of a database without values."""
    url: str = request.getfixturevalue(request.param)
    return url
