"""A program that fails in many ways, and where its errors are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server import ErrorMemory, EventMemory


@pytest.fixture
def events(tmp_path: Path) -> Iterator[EventMemory]:
    with EventMemory(f"dir:{tmp_path / 'events'}") as events:
        yield events


@pytest.fixture
def errors(events: EventMemory) -> Iterator[ErrorMemory]:
    """One that has looked up already what is known: no test waits, or hopes that a thread was fast."""
    with ErrorMemory(events, owner="worker-1", root=Path(__file__).parent) as errors:
        errors.refresh()
        yield errors
