"""An endpoint that is really served, for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest
from web.serving import TOKEN, serving

from lsp_server import EventEndpoint, EventMemory, TypedMemory

SHOP = "https://shop.example"


class Served(NamedTuple):
    """Where it is served, what it keeps, and a client."""

    url: str
    events: EventMemory
    http: httpx.Client

    def kept(self) -> list[TypedMemory]:
        return self.events.get_recent_memories(hours=None)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with EventMemory(f"dir:{tmp_path_factory.mktemp('events')}") as events:
        app = EventEndpoint(events, token=TOKEN, origins=[SHOP], max_rate=1e9, patience=0.2)
        with serving(app) as url, httpx.Client(base_url=url, timeout=30) as http:
            yield Served(url, events, http)
