"""Errors on asyncio: same calls, same answers, and the loop never waits."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from lsp_server import AsyncErrorMemory, AsyncEventMemory, ErrorMemory, UsageError


def test_every_call_is_there_and_takes_what_the_plain_one_takes() -> None:
    calls = {name for name in vars(ErrorMemory) if not name.startswith("_")}
    assert calls <= set(vars(AsyncErrorMemory))
    for name in calls - {"unrecorded", "remember"}:
        plain, other = (inspect.signature(getattr(one, name)) for one in (ErrorMemory, AsyncErrorMemory))
        assert plain.parameters == other.parameters, name


async def test_an_error_is_recorded_answered_and_solved(tmp_path: Path) -> None:
    async with (
        AsyncEventMemory(f"dir:{tmp_path}") as events,
        AsyncErrorMemory(events, owner="shop") as errors,
    ):
        await errors.refresh()
        await errors.solution("ValueError: no row 1", "Make the row", handler="make")
        made: list[str] = []

        @errors.applies("make")
        async def make(error: BaseException, context: object) -> None:
            made.append(str(error))

        error = ValueError("no row 1")
        recorded = await errors.record(error, context={"table": "orders"})
        assert made == ["no row 1"]
        assert [one.outcome for one in recorded.applied] == ["success"]
        assert await errors.record(error) == recorded
        assert [one.title for one in await errors.solutions(error)] == ["Make the row"]
        (group,) = await errors.groups()
        assert (group.count, group.owners) == (1, ("shop",))
        assert (await errors.group(group.id)).id == group.id
        assert errors.unrecorded == 0


async def test_what_only_wraps_is_called_as_ever(tmp_path: Path) -> None:
    async with AsyncErrorMemory(f"dir:{tmp_path}") as errors:

        @errors.remember(reraise=False)
        async def charge() -> None:
            raise ConnectionError("no answer")

        assert await charge() is None
        async with errors.watching("paying", suppress=True) as watched:
            raise TimeoutError("too late")
        assert watched.recorded is not None
        assert watched.recorded.memory.title == "TimeoutError: too late"
        with pytest.raises(UsageError, match="record takes an exception"):
            await errors.record("no row")  # type: ignore[arg-type]  # what it is about
        titles = {group.example.title for group in await errors.groups()}
        assert titles == {"ConnectionError: no answer", "TimeoutError: too late"}
