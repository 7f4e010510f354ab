"""An endpoint that is really served, for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from web.serving import SHOP, TOKEN, Served, serving

from lsp_server import EventEndpoint, EventMemory


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with EventMemory(f"dir:{tmp_path_factory.mktemp('events')}") as events:
        app = EventEndpoint(events, token=TOKEN, origins=[SHOP], max_rate=1e9, patience=0.2)
        with serving(app) as url, httpx.Client(base_url=url, timeout=30) as http:
            yield Served(url, events, http)
