"""Keyed values in this process."""

from __future__ import annotations

import os
import threading

import pytest
from store.keyvalue.conformance import KeyValueSuite, Kind

from lsp_server.store.keyvalue.base import Item, Write
from lsp_server.store.keyvalue.in_memory import InMemoryStorage


class TestInMemoryStorage(KeyValueSuite):
    @pytest.fixture
    def kind(self) -> Kind:
        return Kind(lambda clock: InMemoryStorage(clock=clock), alone=True)


def test_a_fork_in_the_middle_of_a_change_leaves_no_lock_behind() -> None:
    storage = InMemoryStorage()
    storage.put("key", 1)
    begun, forked = threading.Event(), threading.Event()

    def slowly(item: Item | None) -> Write:
        begun.set()
        assert forked.wait(20)
        return Write(2)

    changing = threading.Thread(target=storage.change, args=("key", slowly))
    changing.start()
    assert begun.wait(20)
    child = os.fork()
    if child == 0:
        threading.Timer(10, os._exit, [1]).start()  # should it wait for ever
        os._exit(0 if storage.put("key", 3).value == 3 else 1)
    forked.set()
    changing.join(20)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert storage.get("key").value == 2
