"""Durations on asyncio: same calls, same answers, and the loop never waits."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from lsp_server import AsyncEventMemory, AsyncPerformanceMemory, PerformanceMemory


def test_every_call_is_there_and_takes_what_the_plain_one_takes() -> None:
    calls = {name for name in vars(PerformanceMemory) if not name.startswith("_")}
    assert calls <= set(vars(AsyncPerformanceMemory))
    for name in calls - {"lost"}:
        plain, other = (
            inspect.signature(getattr(one, name)) for one in (PerformanceMemory, AsyncPerformanceMemory)
        )
        assert plain.parameters == other.parameters, name


async def test_what_was_measured_is_answered(tmp_path: Path) -> None:
    async with AsyncEventMemory(f"dir:{tmp_path}") as events, AsyncPerformanceMemory(events) as performance:
        async with performance.timer("charge") as timer:
            pass
        performance.record("GET /users", 12.5, kind="request", status=200)
        await performance.flush()
        stats = {one.endpoint: one for one in await performance.endpoints()}
        assert set(stats) == {"charge", "GET /users"}
        assert stats["GET /users"].p50 == 12.5
        ((_, ms),) = await performance.durations("charge")
        assert ms == pytest.approx(timer.ms, abs=0.001)
        made = await performance.optimisation("charge", "Ask the bank once")
        assert await performance.optimisations("charge") == [made]
        assert await performance.trends() == []
        assert performance.lost == 0
