"""A memory in a repository with a file of twenty lines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from memory.rewritten_links.written_at import LINES
from support import Repo

from lsp_server import Memory


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    repo.commit("Lines", **{"a.py": "".join(LINES)})
    with Memory.open(repo.root) as opened:
        opened.initialise()
        yield opened
