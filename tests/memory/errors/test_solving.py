"""What solved an error is offered where its like happens again, and applied only by what was registered."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lsp_server import (
    ErrorGroup,
    ErrorMemory,
    EventMemory,
    NotFoundError,
    RecordedError,
    Solution,
    UsageError,
)

TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF" + "3hJ6"


def fail(errors: ErrorMemory, message: str = "No answer from bank in 30 s") -> RecordedError:
    """The error of one place, recorded."""
    with errors.watching(suppress=True, message=message) as watched:
        raise ConnectionError(message)
    assert watched.recorded
    return watched.recorded


def titles(solutions: list[Solution]) -> list[str]:
    return [solution.title for solution in solutions]


def applied(events: EventMemory) -> list[tuple[Any, str]]:
    return [(one.metadata["outcome"], one.content) for one in events.memories("solution.applied")]


def test_a_solution_is_offered_at_once_where_the_like_happens_again_and_nowhere_else(
    errors: ErrorMemory,
) -> None:
    first = fail(errors)
    assert first.group
    assert first.solutions == []
    kept = errors.solution(first.group, "Give the pool ten connections", "In settings.toml", handler="grow")
    assert (kept.memory_type, kept.tags) == ("solution", ("ConnectionError",))
    assert kept.metadata == {
        "solves": {
            "type": "ConnectionError",
            "message": "No answer from bank in 30 s",
            "place": "test_solving.py:fail",
            "template": "No answer from bank in <num> s",
            "group": first.group.id,
        },
        "handler": "grow",
    }
    (offered,) = fail(errors, "No answer from shop in 5 s").solutions
    assert (offered.id, offered.title, offered.content) == (kept.id, kept.title, "In settings.toml")
    assert (offered.handler, offered.successes, offered.failures) == ("grow", 0, 0)
    assert fail(errors, "Connection to bank refused").solutions == []
    with errors.watching(suppress=True) as elsewhere:
        raise ConnectionError("No answer from bank in 30 s")
    assert elsewhere.recorded
    assert elsewhere.recorded.solutions == []


def test_another_process_offers_it_too(errors: ErrorMemory) -> None:
    errors.solution(fail(errors).memory, "Wait")
    with EventMemory(f"dir:{errors.events.directory}") as events:
        other = ErrorMemory(events, root=Path(__file__).parent)
        other.refresh()
        assert titles(fail(other, "No answer from shop in 1 s").solutions) == ["Wait"]


def test_what_others_wrote_since_the_last_look_is_offered_at_the_very_next_error(
    errors: ErrorMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fail(errors).solutions == []
    with EventMemory(f"dir:{errors.events.directory}") as events:
        ErrorMemory(events).solution("ConnectionError: No answer from bank in 30 s", "Wait")
    monkeypatch.setattr("lsp_server.memory.errors.lookups.RENEWED", 0.0)
    monkeypatch.setattr("lsp_server.memory.errors.lookups._LATER", 60.0)
    assert titles(fail(errors).solutions) == ["Wait"]


@pytest.mark.parametrize("how", ["exception", "memory", "group", "group id", "error id", "text", "any type"])
def test_an_error_is_named_by_whatever_is_at_hand(errors: ErrorMemory, how: str) -> None:
    error = ConnectionError("No answer from bank")
    recorded = errors.record(error)
    (group,) = errors.groups()
    named: Any = {
        "exception": error,
        "memory": recorded.memory,
        "group": group,
        "group id": group.id,
        "error id": recorded.memory.id,
        "text": "ConnectionError: No answer from bank",
        "any type": "No answer from bank",
    }[how]
    errors.solution(named, "Wait")
    assert titles(errors.solutions(named)) == ["Wait"]
    (group,) = errors.groups()
    assert titles(list(group.solutions)) == ["Wait"]
    assert not group.open


def test_the_best_comes_first_and_a_group_is_open_again_when_it_happens_again(errors: ErrorMemory) -> None:
    group = fail(errors).group
    assert group
    worst, middle, best = (
        errors.solution(group, title, handler=title) for title in ("worst", "middle", "best")
    )
    for solution, outcome in ((best, "success"), (worst, "failure"), (worst, "success"), (worst, "failure")):
        errors.events.create_memory(
            "tried", memory_type="solution.applied", metadata={"solution": solution.id, "outcome": outcome}
        )
    errors.refresh()
    assert titles(errors.solutions(group)) == ["best", "middle", "worst"]
    assert titles(fail(errors).solutions) == ["best", "middle", "worst"]
    (found,) = errors.groups()
    assert [(one.title, one.successes, one.failures) for one in found.solutions][0::2] == [
        ("best", 1, 0),
        ("worst", 1, 2),
    ]
    assert found.open
    errors.solution(found, "a newer one")
    assert not errors.groups()[0].open
    assert middle.title == "middle"


def test_an_error_that_goes_on_says_what_solved_its_like(errors: ErrorMemory) -> None:
    errors.solution("ConnectionError: No answer from bank", "Start the VPN")
    with pytest.raises(ConnectionError) as raised, errors.watching():
        raise ConnectionError("No answer from bank")
    if sys.version_info >= (3, 11):
        assert raised.value.__notes__ == ["solved before by: Start the VPN"]
    with errors.watching(suppress=True) as watched:
        raise ConnectionError("No answer from bank")
    assert watched.recorded
    assert titles(watched.recorded.solutions) == ["Start the VPN"]


def test_only_a_registered_handler_is_run_and_its_outcome_recorded(errors: ErrorMemory) -> None:
    group = fail(errors).group
    assert group
    errors.solution(group, "Nobody registered this", handler="os.system")
    errors.solution(group, "Connect again", handler="reconnect")
    assert fail(errors).applied == []
    given: list[tuple[BaseException, Mapping[str, Any]]] = []

    @errors.applies("reconnect")
    def reconnect(error: BaseException, context: Mapping[str, Any]) -> None:
        given.append((error, context))

    recorded = fail(errors, "No answer from shop in 1 s")
    (done,) = recorded.applied
    assert (done.solution.title, done.outcome, done.why) == ("Connect again", "success", "")
    ((error, context),) = given
    assert (str(error), context) == ("No answer from shop in 1 s", {"message": "No answer from shop in 1 s"})
    (memory,) = errors.events.memories("solution.applied")
    assert memory.metadata == {
        "solution": done.solution.id,
        "error": recorded.memory.id,
        "outcome": "success",
        "ms": done.ms,
    }
    assert errors.record(error).applied == [done]  # one error is settled once
    assert len(given) == 1
    (settled,) = errors.groups()
    assert not settled.open
    assert settled.solutions[0].successes == 1


def test_an_error_that_was_logged_first_has_its_handler_all_the_same_and_once(errors: ErrorMemory) -> None:
    errors.solution("ConnectionError: No answer from bank", "Connect again", handler="reconnect")
    calls: list[BaseException] = []
    errors.applies("reconnect")(lambda error, _context: calls.append(error))
    logger = logging.Logger("shop")
    logger.addHandler(errors.handler())
    with pytest.raises(ConnectionError) as caught:
        fail_in_bank()
    logger.error("not charged", exc_info=caught.value)
    assert calls == []
    answers = [errors.record(caught.value) for _ in range(3)]
    assert calls == [caught.value]
    assert [len(answer.applied) for answer in answers] == [1, 1, 1]
    assert len(errors.events.memories("error")) == 1


def fail_in_bank() -> None:
    raise ConnectionError("No answer from bank")


def test_a_handler_that_fails_hides_nothing_and_the_next_one_is_tried(errors: ErrorMemory) -> None:
    group = fail(errors).group
    assert group
    for name in ("third", "second", "first", "second"):  # the newest is tried first
        errors.solution(group, f"{name} way", handler=name)
    tried: list[str] = []

    @errors.applies("first")
    def first(error: BaseException, context: Mapping[str, Any]) -> bool:
        tried.append("first")
        raise KeyError(f"token {TOKEN}")

    @errors.applies("second")
    def second(error: BaseException, context: Mapping[str, Any]) -> bool:
        tried.append("second")
        return False

    @errors.applies("third")
    def third(error: BaseException, context: Mapping[str, Any]) -> bool:
        tried.append("third")
        return True

    with pytest.raises(ConnectionError, match="No answer"), errors.watching() as watched:
        fail_uncaught()
    assert tried == []  # another place
    recorded = fail(errors)
    assert watched.recorded
    assert [one.outcome for one in recorded.applied] == ["failure", "failure", "success"]
    assert tried == ["second", "first", "third"]
    assert [outcome for outcome, _ in applied(errors.events)] == ["failure", "failure", "success"]
    assert TOKEN not in f"{errors.events.memories('solution.applied')}"


def fail_uncaught() -> None:
    raise ConnectionError("No answer from bank in 30 s")


def test_an_error_in_a_handler_is_recorded_and_runs_no_handler(errors: ErrorMemory) -> None:
    errors.solution("ConnectionError: No answer from bank in 30 s", "Connect again", handler="reconnect")
    depth = 0

    @errors.applies("reconnect")
    def reconnect(error: BaseException, context: Mapping[str, Any]) -> None:
        nonlocal depth
        depth += 1
        with errors.watching("connecting again"):
            fail_uncaught()

    (done,) = fail(errors).applied
    assert (depth, done.outcome) == (1, "failure")
    assert done.why == "ConnectionError: No answer from bank in 30 s"
    assert [group.count for group in errors.groups()] == [1, 1]

    @errors.applies("stop")
    def stop(error: BaseException, context: Mapping[str, Any]) -> None:
        raise KeyboardInterrupt

    errors.solution("ConnectionError: stop", "Stop", handler="stop")
    with pytest.raises(KeyboardInterrupt):
        fail(errors, "stop")


async def test_a_coroutine_function_is_awaited_where_the_error_passes_asynchronously(
    errors: ErrorMemory,
) -> None:
    errors.solution("ConnectionError: No answer from bank in 30 s", "Connect again", handler="reconnect")
    count = 0

    @errors.applies("reconnect")
    async def reconnect(error: BaseException, context: Mapping[str, Any]) -> bool:
        nonlocal count
        await asyncio.sleep(0)
        count += 1
        return count > 1

    assert fail(errors).applied == []

    @errors.remember(reraise=False)
    async def work() -> None:
        fail_uncaught()

    await work()
    async with errors.watching(suppress=True) as watched:
        fail_uncaught()
    assert watched.recorded
    assert [done.outcome for done in watched.recorded.applied] == ["success"]
    assert applied(errors.events) == [("failure", "it did not help"), ("success", "")]


def test_nonsense_is_refused_in_one_line(errors: ErrorMemory) -> None:
    with pytest.raises(NotFoundError, match="there is no group of errors '0123abcd'"):
        errors.solution("0123abcd", "Wait")
    for nonsense in ("", "  ", 3, None, ValueError):
        with pytest.raises(UsageError):
            errors.solution(nonsense, "Wait")  # type: ignore[arg-type] # nonsense
    with pytest.raises(UsageError, match="a handler is named by a text"):
        errors.solution("ValueError: x", "Wait", handler=" ")
    with pytest.raises(UsageError, match="needs a title"):
        errors.solution("ValueError: x", " ")
    errors.applies("twice")(fail)
    errors.applies("twice")(fail)
    for name, function in (("twice", fail_uncaught), ("", fail), ("none", None)):
        with pytest.raises(UsageError):
            errors.applies(name)(function)  # type: ignore[arg-type] # nonsense


def test_solutions_that_others_wrote_by_hand_do_no_harm(errors: ErrorMemory) -> None:
    for solves in ("text", {}, {"type": 3, "message": []}, {"type": "ConnectionError", "message": ""}, None):
        metadata: dict[str, Any] = {"solves": solves, "handler": 7}
        errors.events.create_memory("By hand", memory_type="solution", metadata=metadata)
    errors.events.create_memory(
        "tried", memory_type="solution.applied", metadata={"solution": [], "outcome": 1}
    )
    errors.refresh()
    assert fail(errors).solutions == []
    (group,) = errors.groups()
    assert isinstance(group, ErrorGroup)
    assert group.open
