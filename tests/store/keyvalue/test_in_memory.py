"""Keyed values in this process."""

from __future__ import annotations

import pytest
from store.keyvalue.conformance import KeyValueSuite, Kind

from lsp_server.store.keyvalue.in_memory import InMemoryStorage


class TestInMemoryStorage(KeyValueSuite):
    @pytest.fixture
    def kind(self) -> Kind:
        return Kind(lambda clock: InMemoryStorage(clock=clock), alone=True)
