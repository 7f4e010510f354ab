"""An exception is recorded with what there is to know, whatever it is, and never in the program's way."""

from __future__ import annotations

import asyncio
import builtins
import os
import pickle
import signal
import sys
import threading
import warnings
from concurrent.futures import CancelledError as FutureCancelled
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lsp_server import ErrorMemory, EventMemory, RecordedError, UsageError
from lsp_server.memory.errors import grouping
from lsp_server.memory.errors.telling import middle_cut

EXAMPLES = 500 if os.environ.get("GIT_MEMORY_STRESS") else 15
TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF" + "3hJ6"


def charge(bank: str) -> None:
    raise ConnectionError(f"No answer from {bank} in 30 s\nsecond line")


def caught(*arguments: Any, by: Any = charge) -> BaseException:
    try:
        by(*arguments)
    except BaseException as error:
        return error
    raise AssertionError("it did not fail")


def kept(errors: ErrorMemory) -> list[str]:
    return [memory.title for memory in errors.events.memories("error")]


def test_code_that_has_no_file_failed_where_it_was_run(errors: ErrorMemory) -> None:
    def run() -> None:
        exec(compile("1/0", "<made>", "exec"))

    where = errors.record(caught(by=run)).memory.metadata["error"]
    assert isinstance(where, dict)
    assert (where["path"], where["function"]) == ("test_recording.py", "run")
    assert where["line"] == run.__code__.co_firstlineno + 1


def test_what_is_kept_tells_what_happened_where_and_with_what(errors: ErrorMemory) -> None:
    recorded = errors.record(caught("bank"), context={"order": 42, "at": datetime(2026, 11, 21)})
    (memory,) = errors.events.memories("error")
    assert recorded.kept
    assert recorded.memory == memory
    assert memory.title == "ConnectionError: No answer from bank in 30 s"
    assert memory.tags == ("ConnectionError",)
    assert memory.owner == "worker-1"
    line = charge.__code__.co_firstlineno + 1
    assert memory.metadata["error"] == {
        "type": "ConnectionError",
        "message": "No answer from bank in 30 s\nsecond line",
        "where": f"test_recording.py:{line} in charge",
        "path": "test_recording.py",
        "line": line,
        "function": "charge",
        "handled": True,
        "chain": [],
    }
    assert memory.metadata["context"] == {"order": 42, "at": datetime(2026, 11, 21)}
    assert recorded.group
    assert memory.metadata["group"] == recorded.group.id
    assert 'raise ConnectionError(f"No answer from {bank} in 30 s\\nsecond line")' in memory.content
    assert memory.content.endswith("ConnectionError: No answer from bank in 30 s\nsecond line\n")


def test_the_place_is_the_programs_own_also_where_a_library_fails(errors: ErrorMemory) -> None:
    memory = errors.record(caught("{", by=__import__("json").loads)).memory
    error = memory.metadata["error"]
    assert isinstance(error, dict)
    assert error["type"] == "json.decoder.JSONDecodeError"
    assert error["path"] == "test_recording.py"
    assert error["function"] == "caught"


def test_the_chain_is_told_the_nearest_first_and_a_ring_has_an_end(errors: ErrorMemory) -> None:
    def fail() -> None:
        try:
            try:
                del {}["id"]
            except KeyError as error:
                raise ValueError("no order") from error
        except ValueError:
            raise OSError("not charged")  # noqa: B904 (raised while handling)

    memory = errors.record(caught(by=fail)).memory
    assert memory.metadata["error"]["chain"] == ["ValueError", "KeyError"]  # type: ignore[index,call-overload] # a dictionary
    told = memory.content
    assert told.index("KeyError: 'id'") < told.index("direct cause") < told.index("ValueError: no order")
    assert told.index("ValueError: no order") < told.index("During handling") < told.index("OSError: not")
    first, second = ValueError("first"), ValueError("second")
    first.__context__, second.__context__ = second, first
    assert errors.record(first).memory.metadata["error"]["chain"] == ["ValueError"]  # type: ignore[index,call-overload] # a dictionary


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300), st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=2))
def test_any_message_and_any_context_is_recorded(
    errors: ErrorMemory, said: str, context: dict[str, str]
) -> None:
    recorded = errors.record(caught(said), context=context)
    assert recorded.kept
    newest = recorded.memory
    assert errors.events.memory(newest.id) == newest
    assert len(newest.title) <= 200
    assert newest.title == " ".join(newest.title.split())
    assert recorded.group
    assert newest.metadata.get("group", recorded.group.id) == recorded.group.id


def test_an_exception_is_recorded_once_wherever_it_passes(errors: ErrorMemory) -> None:
    error = caught("bank")
    first = errors.record(error)
    assert errors.record(error) == first
    with pytest.raises(ConnectionError), errors.watching("again"):
        raise error
    assert len(kept(errors)) == 1
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_an_interrupt_an_exit_and_a_task_that_was_cancelled_are_no_errors(errors: ErrorMemory) -> None:
    ended = (
        KeyboardInterrupt(),
        SystemExit(1),
        GeneratorExit(),
        asyncio.CancelledError(),
        StopIteration(),
        FutureCancelled(),
    )
    for error in ended:
        assert not errors.record(error).kept
        with pytest.raises(type(error)), errors.watching(suppress=True):
            raise error
    if grouped := getattr(builtins, "BaseExceptionGroup", None):  # Python 3.11
        assert not errors.record(grouped("both", [KeyboardInterrupt(), SystemExit()])).kept
    assert kept(errors) == []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups of exceptions came with Python 3.11")
def test_a_group_of_exceptions_tells_what_is_in_it(errors: ErrorMemory) -> None:
    group = builtins.ExceptionGroup  # type: ignore[attr-defined] # since 3.11
    error = group("two", [caught(by=lambda: int("a")), group("more", [OSError(n) for n in range(50)])])
    memory = errors.record(error).memory
    start = "ExceptionGroup: two (2 sub-exceptions): ValueError: invalid literal for int() with base 10: 'a'"
    assert memory.title == start
    assert memory.metadata["error"]["exceptions"] == ["ValueError", "ExceptionGroup"]  # type: ignore[index,call-overload] # a dictionary
    assert "    ValueError: invalid literal" in memory.content
    assert memory.content.count("OSError: ") == 10


def test_a_group_of_a_package_is_one(errors: ErrorMemory) -> None:
    class BaseExceptionGroup(Exception):  # noqa: N818 (the name that tells)
        exceptions = (ValueError("inside"), KeyboardInterrupt())

    assert errors.record(BaseExceptionGroup("both")).kept
    assert errors.events.memories("error")[0].metadata["error"]["exceptions"] == [
        "ValueError",
        "KeyboardInterrupt",
    ]  # type: ignore[index,call-overload] # a dictionary


class Mute(Exception):  # noqa: N818 (what it does)
    def __str__(self) -> str:
        raise RuntimeError("no")


class Exits(Exception):  # noqa: N818 (what it does)
    def __str__(self) -> str:
        raise SystemExit

    __repr__ = __str__


class Lies(Exception):  # noqa: N818 (what it does)
    @property
    def __traceback__(self) -> Any:
        raise RuntimeError("no")

    @property
    def __dict__(self) -> Any:
        raise RuntimeError("no")


def test_exceptions_that_answer_nothing_or_far_too_much_are_recorded(errors: ErrorMemory) -> None:
    hostile = (
        Mute(),
        Exits(),
        Lies("lies"),
        ValueError("x" * 100_000_000),
        ValueError("half \ud800 of"),
        type("", (Exception,), {})(),
    )
    for error in hostile:
        assert errors.record(error).kept
    assert [title[:60] for title in kept(errors)] == [
        f"{__name__}.Mute: <no text: {__name__}.Mute.__str__ raises RuntimeError>"[:60],
        f"{__name__}.Exits: <no text: {__name__}.Exits.__str__ raises SystemExit>"[:60],
        f"{__name__}.Lies: lies",
        "ValueError: " + "x" * 48,
        "ValueError: half \\ud800 of",
        f"{__name__}.",
    ]
    assert all(len(memory.content) <= 20_000 for memory in errors.events.memories("error"))


def test_what_the_program_tells_is_made_what_json_can_hold(errors: ErrorMemory) -> None:
    ring: list[Any] = []
    ring.append(ring)
    context = {
        1: Mute(),
        "exits": Exits(),
        "ring": ring,
        "nan": float("nan"),
        "raw": b"abc",
        "big": 10**30,
        "many": range(3),
        "set": {1},
        "long": "y" * 9_999,
        "list": list(range(99)),
    }
    plain = errors.record(caught("bank"), context=context).memory.metadata["context"]
    assert isinstance(plain, dict)
    assert plain["1"] == f"{__name__}.Mute()".split(".")[-1]
    assert plain["exits"] == f"<{__name__}.Exits: its __repr__ raises SystemExit>"
    assert plain["ring"] == ["<list>"]
    assert (plain["nan"], plain["raw"], plain["big"], plain["set"]) == ("nan", "3 bytes", "1" + "0" * 30, [1])
    assert len(str(plain["long"])) == 2_000
    assert plain["list"][-1] == "… 49 more"  # type: ignore[index] # a list


def test_secrets_are_taken_out_of_messages_tracebacks_and_context(errors: ErrorMemory) -> None:
    def sign_in() -> None:
        raise PermissionError(f"{TOKEN} is no good token")

    with pytest.raises(PermissionError), errors.watching("signing in", token=TOKEN):
        sign_in()
    lines = "".join(path.read_text() for path in errors.events.directory.rglob("*.jsonl"))
    assert TOKEN not in lines
    assert lines.count("[redacted: ") >= 4
    (group,) = errors.groups()
    assert TOKEN not in f"{group}"


def test_ten_thousand_frames_are_told_by_their_ends(errors: ErrorMemory) -> None:
    def one(n: int) -> None:
        two(n - 1)

    def two(n: int) -> None:
        one(n) if n else charge("bank")

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(12_000)
    try:
        error = caught(3_000, by=one)
    finally:
        sys.setrecursionlimit(limit)
    content = errors.record(error).memory.content
    assert "  … " in content
    assert content.count("File ") == 40
    assert "in charge" in content

    def endless() -> None:
        endless()

    memory = errors.record(caught(by=endless)).memory
    assert memory.title.startswith("RecursionError: maximum recursion depth exceeded")
    assert "more times]" in memory.content


def test_where_the_stack_is_used_up_the_error_is_recorded_all_the_same(errors: ErrorMemory) -> None:
    answers: list[RecordedError] = []

    def deeper() -> None:
        try:
            deeper()
        except RecursionError as error:
            if not answers:
                answers.append(errors.record(error))
            raise

    assert isinstance(caught(by=deeper), RecursionError)
    assert len(kept(errors)) == 1


def test_where_it_cannot_be_written_the_program_meets_its_own_error_and_is_warned_once(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    with ErrorMemory(f"dir:{tmp_path / 'file' / 'events'}") as errors:
        with pytest.warns(RuntimeWarning, match="errors are not recorded: .*Not a directory") as told:
            assert not errors.record(caught("bank")).kept
        assert told[0].filename == __file__
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(ConnectionError), errors.watching():
                charge("bank")
            assert not errors.record(caught("bank")).kept
        assert errors.unrecorded == 3


def test_what_is_no_exception_is_refused(errors: ErrorMemory) -> None:
    for nonsense in (ValueError, "ValueError", None):
        with pytest.raises(UsageError, match="record takes an exception"):
            errors.record(nonsense)  # type: ignore[arg-type] # nonsense
    with pytest.raises(UsageError, match="context must be a dictionary"):
        errors.record(ValueError(), context=["a"])  # type: ignore[arg-type] # nonsense
    with pytest.raises(UsageError, match="owner must be text"):
        errors.record(ValueError(), owner=3)  # type: ignore[arg-type] # nonsense


def test_a_forked_process_records_its_own(errors: ErrorMemory) -> None:
    errors.record(caught("bank"))
    if (child := os.fork()) == 0:
        try:
            os._exit(0 if errors.record(caught("bank")).kept else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(kept(errors)) == 2


def test_many_threads_lose_none(errors: ErrorMemory) -> None:
    def work(number: int) -> None:
        for turn in range(20):
            errors.record(caught(f"bank {number} {turn}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept(errors)) == 100
    assert sum(group.count for group in errors.groups()) == 100


def test_a_signal_handler_records_in_the_midst_of_recording_and_asking(events: EventMemory) -> None:
    errors = ErrorMemory(events)
    count = 0

    def handle(*_: object) -> None:
        nonlocal count
        count += 1
        errors.record(caught("a signal"))
        signal.setitimer(signal.ITIMER_REAL, 0.003)

    before = signal.signal(signal.SIGALRM, handle)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.003)
        for _ in range(20):
            errors.record(caught("bank"))
            events.counts()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        errors.close()
    assert count
    assert events.counts()["error"] == 20 + count


def test_without_drain3_errors_are_recorded_and_what_to_install_is_said_once(
    events: EventMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lsp_server import RefusedError

    monkeypatch.setitem(sys.modules, "drain3.drain", None)
    grouping._tree_class.cache_clear()
    missing = r'drain3, which is missing: pip install "git-memory-lsp\[learning\]"'
    with ErrorMemory(events) as errors:
        with pytest.warns(RuntimeWarning, match=missing) as told:
            recorded = [errors.record(caught("bank")) for _ in range(3)]
        assert len(told) == 1
        assert [(one.kept, one.group, one.solutions) for one in recorded] == [(True, None, [])] * 3
        for ask in (errors.groups, errors.refresh, lambda: errors.solutions("ValueError: x")):
            with pytest.raises(RefusedError, match=missing):
                ask()
        assert datetime.now(timezone.utc) >= recorded[0].memory.created


@pytest.mark.parametrize("before", [160, 180, 1_970])
def test_no_half_of_a_secret_is_left_where_a_message_is_cut(errors: ErrorMemory, before: int) -> None:
    memory = errors.record(ValueError("x" * before + " " + TOKEN)).memory
    assert TOKEN[:5] not in str(memory)


def test_no_half_of_a_secret_is_left_where_a_traceback_loses_its_middle() -> None:
    lines = f"{TOKEN} {'x' * 20} " * 1_000
    told = middle_cut(lines)
    assert "characters left out" in told
    assert TOKEN[:6] not in told
    assert TOKEN[-6:] not in told
