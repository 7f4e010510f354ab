"""Typed memories on asyncio: same calls, same answers, and the loop never waits."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

import pytest

from lsp_server import AsyncEventMemory, EventMemory, UsageError


async def test_every_call_is_there_and_takes_what_the_plain_one_takes() -> None:
    calls = {name for name in vars(EventMemory) if not name.startswith("_")}
    assert calls - {"directory", "prepared", "keep"} <= set(vars(AsyncEventMemory))
    for name in ("create_memory", "search_memories", "get_recent_memories", "get_context_window"):
        plain, other = (inspect.signature(getattr(one, name)) for one in (EventMemory, AsyncEventMemory))
        assert plain == other


async def test_what_is_remembered_is_found(tmp_path: Path) -> None:
    async with AsyncEventMemory(f"dir:{tmp_path}") as events:
        made = await events.create_memory(
            user_id="s1", title="Input: hello", content="hello", memory_type="conversation", tags=["input"]
        )
        assert await events.search_memories("hello", "conversation") == [made]
        assert await events.get_recent_memories(owner="s1") == [made]
        window = await events.get_context_window(user_id="s1", window_size=50, include_similar=True)
        assert window.recent == [made]
        await events.create_memories([{"title": "a"}, {"title": "b"}])
        await events.flush()
        assert len(await events.get_recent_memories()) == 3
        assert "conversation" in events.types()
        with pytest.raises(UsageError):
            await events.create_memory("")


async def test_many_tasks_at_once_lose_nothing(tmp_path: Path) -> None:
    async with AsyncEventMemory(EventMemory(f"dir:{tmp_path}")) as events:
        await asyncio.gather(*(events.create_memory(f"n {n}") for n in range(200)))
        assert len(await events.get_recent_memories()) == 200
