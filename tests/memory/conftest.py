"""A memory in a repository."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import Repo

from lsp_server import Memory


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    """Begun, and empty."""
    with Memory.open(repo.root) as opened:
        opened.initialise()
        yield opened
