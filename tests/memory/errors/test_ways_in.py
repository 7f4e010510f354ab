"""Errors come by a decorator, a context manager, logging and the hooks for what nobody catches."""

from __future__ import annotations

import asyncio
import inspect
import logging
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from lsp_server import ErrorMemory, EventMemory, UsageError


def titles(events: EventMemory) -> list[str]:
    return [memory.title for memory in events.memories("error")]


def details(events: EventMemory) -> list[tuple[str, bool]]:
    errors: Any = [memory.metadata["error"] for memory in events.memories("error")]
    return [(error["message"], error["handled"]) for error in errors]


def test_a_decorated_function_is_the_same_function_whose_errors_are_recorded(errors: ErrorMemory) -> None:
    @errors.remember
    def half(number: int) -> float:
        """Half of it."""
        return 1 / number

    @errors.remember(context={"job": "nightly"}, reraise=False)
    def quarter(number: int) -> float:
        return 1 / number

    assert half(2) == 0.5
    assert (half.__name__, half.__doc__) == ("half", "Half of it.")
    with pytest.raises(ZeroDivisionError):
        half(0)
    assert quarter(0) is None
    assert details(errors.events) == [("division by zero", False), ("division by zero", True)]
    assert errors.events.memories("error")[1].metadata["context"] == {"job": "nightly"}


async def test_an_async_function_too_and_a_task_that_is_cancelled_is_no_error(errors: ErrorMemory) -> None:
    @errors.remember(reraise=False)
    async def work(seconds: float) -> str:
        await asyncio.sleep(seconds)
        raise TimeoutError("too late")

    assert inspect.iscoroutinefunction(work)
    assert await work(0) is None
    task = asyncio.create_task(work(60))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(TimeoutError):
        async with errors.watching("waiting", seconds=3) as watched:
            raise TimeoutError("far too late")
    assert watched.recorded
    assert watched.recorded.memory.metadata["context"] == {"what": "waiting", "seconds": 3}
    assert details(errors.events) == [("too late", True), ("far too late", False)]


def test_functions_that_yield_are_left_as_they_are_and_classes_refused(errors: ErrorMemory) -> None:
    def numbers() -> Iterator[int]:
        yield 1

    async def later() -> AsyncIterator[int]:
        yield 1

    assert errors.remember(numbers) is numbers
    assert errors.remember(later) is later
    for nonsense in (dict, 3):
        with pytest.raises(UsageError, match="remember is for functions"):
            errors.remember(nonsense)  # type: ignore[call-overload] # nonsense


def test_a_block_goes_on_with_its_error_unless_it_is_suppressed(errors: ErrorMemory) -> None:
    with errors.watching() as watched:
        pass
    assert watched.recorded is None
    with pytest.raises(KeyError), errors.watching("looking up", order=42):
        del {}["a"]
    with errors.watching(suppress=True):
        del {}["b"]
    assert details(errors.events) == [("'a'", False), ("'b'", True)]


def test_what_is_logged_is_recorded_with_its_exception_or_without(errors: ErrorMemory) -> None:
    logger = logging.Logger("shop.pay")
    logger.addHandler(errors.handler())
    logger.warning("not yet an error")
    logger.error("No answer from %s in %d s", "bank", 30, stack_info=True)
    try:
        del {}["id"]
    except KeyError:
        logger.exception("order %s is lost", 42)
        logger.exception("and again")
    logger.error("%d and %d", 1)  # noqa: PLE1206 (a mistake of a program's)
    logger.error("none", exc_info=(None, None, None))
    first, second, third, fourth = errors.events.memories("error")
    assert first.title == "shop.pay: No answer from bank in 30 s"
    assert first.metadata["error"]["function"] == inspect.currentframe().f_code.co_name  # type: ignore[index,call-overload,union-attr] # a dictionary
    assert "Stack (most recent call last)" in first.content
    assert second.title == "KeyError: 'id'"
    assert second.metadata["context"] == {
        "logger": "shop.pay",
        "level": "ERROR",
        "message": "order 42 is lost",
    }
    assert third.title == "shop.pay: %d and %d (its arguments do not fit: TypeError)"
    assert fourth.title == "shop.pay: none"


def test_what_recording_logs_itself_is_not_recorded(
    errors: ErrorMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = logging.Logger("everything")
    logger.addHandler(errors.handler(logging.DEBUG))
    keep = errors.events.keep

    def loud(memories: Any) -> Any:
        logger.error("keeping")
        return keep(memories)

    monkeypatch.setattr(errors.events, "keep", loud)
    logger.error("first")
    assert titles(errors.events) == ["everything: first"]


def test_the_hooks_record_what_nobody_catches_call_the_former_ones_and_are_undone(
    errors: ErrorMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: called.append(str(error)))
    monkeypatch.setattr(threading, "excepthook", lambda args: called.append(str(args.exc_value)))
    before = sys.excepthook, threading.excepthook
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, context: called.append(str(context["exception"])))
    undo = errors.install_excepthook(loop=loop)

    def fail() -> None:
        raise ValueError("in a thread")

    for _ in range(2):
        thread = threading.Thread(target=fail, name="worker")
        thread.start()
        thread.join()
        for error in (ValueError("uncaught"), KeyboardInterrupt("stop")):
            sys.excepthook(type(error), error, None)
        loop.call_exception_handler({"message": "task failed", "exception": ValueError("in a task")})
        undo()
    assert (sys.excepthook, threading.excepthook) == before
    assert called == ["in a thread", "uncaught", "stop", "in a task"] * 2
    assert details(errors.events) == [("in a thread", False), ("uncaught", False), ("in a task", False)]
    assert errors.events.memories("error")[0].metadata["context"] == {"thread": "worker"}
    loop.close()


def test_hooks_that_others_have_covered_stay_and_do_nothing_but_pass_on(
    errors: ErrorMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda *_: called.append("former"))
    undo = errors.install_excepthook()
    ours = sys.excepthook
    monkeypatch.setattr(sys, "excepthook", lambda *given: ours(*given[:3]))
    undo()
    sys.excepthook(ValueError, ValueError("later"), None)
    assert called == ["former"]
    assert titles(errors.events) == []


PROGRAM = """
import atexit, logging, sys
from lsp_server import ErrorMemory
errors = ErrorMemory("dir:" + sys.argv[1], owner="cron")
errors.install_excepthook()
logging.getLogger().addHandler(errors.handler())

@atexit.register
def late():
    logging.getLogger("late").error("logged at the very end")

class Last:
    def __del__(self):
        logging.getLogger("last").error("logged while all is taken apart")

last = Last()
raise ConnectionError("No answer from bank")
"""


def test_a_program_that_dies_leaves_its_error_and_prints_its_own_traceback(tmp_path: Path) -> None:
    with EventMemory(f"dir:{tmp_path}") as events, ErrorMemory(events) as errors:
        errors.solution("ConnectionError: No answer from bank", "Start the VPN")
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, check=False
        )
        told = done.stderr.splitlines()
        assert done.returncode == 1
        assert "ConnectionError: No answer from bank" in told
        if sys.version_info >= (3, 11):
            assert (
                told[told.index("ConnectionError: No answer from bank") + 1]
                == "solved before by: Start the VPN"
            )
        assert titles(events)[:2] == ["ConnectionError: No answer from bank", "late: logged at the very end"]


def test_a_program_s_parts_are_called_the_same_wherever_it_is_run(tmp_path: Path) -> None:
    (tmp_path / "shop" / "parts").mkdir(parents=True)
    (tmp_path / "shop" / "parts" / "pay.py").write_text("def charge():\n    raise ValueError('no')\n")
    (tmp_path / "shop" / "run.py").write_text(
        "import sys\nfrom lsp_server import ErrorMemory\nfrom parts.pay import charge\n"
        "with ErrorMemory('dir:' + sys.argv[1]).watching(suppress=True):\n    charge()\n"
    )
    place = tmp_path / "events"
    for directory, program in ((tmp_path, "shop/run.py"), (tmp_path / "shop", "run.py")):
        command = [sys.executable, program, str(place)]
        subprocess.run(command, cwd=directory, check=True)
    with EventMemory(f"dir:{place}") as events:
        where: Any = [memory.metadata["error"] for memory in events.memories("error")]
        assert [error["where"] for error in where] == ["parts/pay.py:2 in charge"] * 2
