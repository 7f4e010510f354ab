"""Nodes of real LangGraph graphs that remember what they did, and are told what came of it before."""

from __future__ import annotations

import asyncio
import functools
import logging
import operator
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

import pytest

pytest.importorskip("langgraph.graph", reason="LangGraph is not installed")

from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command, RetryPolicy, Send, StreamWriter, interrupt
from pydantic import BaseModel

from lsp_server import (
    AsyncEventMemory,
    ErrorMemory,
    EventMemory,
    PastExecutions,
    TypedMemory,
    UsageError,
    remembered_node,
)


class State(TypedDict, total=False):
    question: str
    said: Annotated[list[str], operator.add]


@pytest.fixture
def events(tmp_path: Path) -> Iterator[EventMemory]:
    with EventMemory(f"dir:{tmp_path / 'events'}") as opened:
        yield opened


def graph(*nodes: Any, state: Any = State, saver: Any = None, **compiling: Any) -> Any:
    """The nodes one after the other: functions, or pairs of name and function."""
    builder = StateGraph(state)
    before = START
    for each in nodes:
        name, function = each if isinstance(each, tuple) else (each.__name__, each)
        builder.add_node(name, function)
        builder.add_edge(before, name)
        before = name
    return builder.compile(checkpointer=saver, **compiling)


def outcomes(events: EventMemory, node: str | None = None) -> list[TypedMemory]:
    return [
        each
        for each in events.memories("workflow_state", tags=["outcome"])
        if node is None or each.metadata["node"] == node
    ]


# What is remembered


def test_an_execution_is_its_entry_and_its_outcome_and_how_long_it_took(events: EventMemory) -> None:
    @remembered_node(events=events)
    def answer(state: State) -> State:
        state["question"] = "changed by the node"
        return {"said": ["A signed token."]}

    asked = {"question": "What is JWT?"}
    config = {"configurable": {"thread_id": "thread-7"}}
    result = graph(answer, saver=InMemorySaver()).invoke(asked, config)
    assert result["said"] == ["A signed token."]
    entry, outcome = events.memories("workflow_state")
    known = {"node": "answer", "thread_id": "thread-7", "step": 1, "execution": entry.metadata["execution"]}
    given = {"question": "What is JWT?", "said": []}
    assert entry.title == "answer begins"
    assert entry.metadata == {**known, "phase": "entry", "state": given}
    ms = outcome.metadata["ms"]
    assert 0 < ms < 60_000
    assert outcome.title.startswith("answer done in ")
    assert outcome.metadata == {
        **known,
        "phase": "outcome",
        "outcome": "success",
        "success": True,
        "ms": ms,
        "state": given,
        "update": {"said": ["A signed token."]},
    }
    assert {entry.owner, outcome.owner} == {"thread-7"}
    (duration,) = events.memories("metric")
    assert duration.title == "node answer"
    assert duration.metadata == {"ms": ms, "endpoint": "node answer", "kind": "node", "outcome": "success"}


async def test_it_is_the_same_in_an_event_loop_and_while_streaming(events: EventMemory) -> None:
    @remembered_node(events=AsyncEventMemory(events))
    async def think(state: State, config: RunnableConfig) -> State:
        await asyncio.sleep(0)
        return {"said": [config["metadata"]["langgraph_node"]]}

    @remembered_node(events=events)
    def tell(state: State, writer: StreamWriter) -> State:
        writer("half")
        return {"said": ["told"]}

    both = graph(think, tell)
    assert (await both.ainvoke({"question": "?"}))["said"] == ["think", "told"]
    updates = [each async for each in both.astream({"question": "?"}, stream_mode=["updates", "custom"])]
    assert updates == [
        ("updates", {"think": {"said": ["think"]}}),
        ("custom", "half"),
        ("updates", {"tell": {"said": ["told"]}}),
    ]
    done = [(each.metadata["node"], each.metadata["outcome"]) for each in outcomes(events)]
    assert done == [("think", "success"), ("tell", "success")] * 2


@pytest.mark.parametrize("sync", [True, False])
async def test_branches_at_the_same_time_are_executions_of_their_own(events: EventMemory, sync: bool) -> None:
    together = threading.Barrier(4, timeout=20)

    @remembered_node(events=events)
    def branch(state: State) -> State:
        together.wait()
        return {"said": [state["question"]]}

    def fan_out(state: State) -> list[Send]:
        return [Send("branch", {"question": f"part {number}"}) for number in range(4)]

    builder = StateGraph(State)
    builder.add_node(branch)
    builder.add_conditional_edges(START, fan_out, ["branch"])
    compiled = builder.compile()
    config: Any = {"max_concurrency": 4}
    result = compiled.invoke({}, config) if sync else await compiled.ainvoke({}, config)
    assert result["said"] == [f"part {number}" for number in range(4)]
    ends = outcomes(events)
    assert len({each.metadata["execution"] for each in ends}) == 4
    assert {each.metadata["state"]["question"] for each in ends} == set(result["said"])
    assert all(each.metadata["update"] == {"said": [each.metadata["state"]["question"]]} for each in ends)


def test_nodes_of_a_subgraph_remember_as_well(events: EventMemory) -> None:
    @remembered_node(events=events)
    def search(state: State) -> Command[Any]:
        return Command(graph=Command.PARENT, update={"said": ["found"]}, goto="tell")

    @remembered_node(events=events)
    def tell(state: State) -> State:
        return {"said": ["told"]}

    inner = graph(search)

    @remembered_node("all of it", events=events)
    def research(state: State) -> Any:
        return inner.invoke(state)

    builder = StateGraph(State)
    builder.add_node("research", research, destinations=("tell",))
    builder.add_node(tell)
    builder.add_edge(START, "research")
    compiled = builder.compile()
    assert [name for name, _ in compiled.get_subgraphs()] == ["research"]  # it is seen through the wrapper
    assert compiled.invoke({"question": "?"})["said"] == ["found", "told"]
    done = [(each.metadata["node"], each.metadata["outcome"]) for each in outcomes(events)]
    assert done == [("search", "success"), ("all of it", "success"), ("tell", "success")]


def test_each_try_is_an_execution(events: EventMemory) -> None:
    tries = iter(range(3))

    @remembered_node(events=events)
    def fetch(state: State) -> State:
        if (number := next(tries)) < 2:
            raise ConnectionError(f"no answer, try {number}\nand more")
        return {"said": ["fetched"]}

    builder = StateGraph(State)
    policy = RetryPolicy(initial_interval=0.001, jitter=False, max_attempts=3)
    builder.add_node("fetch", fetch, retry_policy=policy)
    builder.add_edge(START, "fetch")
    assert builder.compile().invoke({})["said"] == ["fetched"]
    ends = outcomes(events)
    assert [each.metadata["success"] for each in ends] == [False, False, True]
    assert ends[0].content == "ConnectionError: no answer, try 0"
    assert ends[0].title.startswith("fetch failed after ")
    assert "update" not in ends[0].metadata
    assert [each.metadata["outcome"] for each in events.memories("metric")] == ["failure"] * 2 + ["success"]


def test_an_error_is_recorded_once_and_its_like_comes_with_what_helped(events: EventMemory) -> None:
    errors = ErrorMemory(events)
    restarted: list[str] = []
    offered: list[PastExecutions] = []

    @errors.applies("restart")
    def restart(error: BaseException, context: Any) -> bool:
        restarted.append(context["node"])
        return True

    @remembered_node(events=events, errors=errors)
    def fetch(state: State, past: PastExecutions) -> State:
        offered.append(past)
        raise ConnectionError(f"no answer from carrier {state['question']}")

    @remembered_node(events=events, errors=errors)
    def around(state: State) -> Any:
        return graph(fetch).invoke(state)

    for question in ("1", "2", "3"):
        with pytest.raises(ConnectionError):
            graph(around).invoke({"question": question})
        if question == "1":
            (recorded,) = events.memories("error")
            errors.solution(recorded, "Start the gateway again", handler="restart")
    first, *_ = events.memories("error")
    assert first.title == "ConnectionError: no answer from carrier 1"
    assert first.metadata["error"]["function"] == "fetch"
    assert first.metadata["context"]["node"] == "fetch"
    assert first.metadata["error"]["handled"] is False
    assert len(events.memories("error")) == 3
    assert {each.metadata["error"] for each in outcomes(events)[:2]} == {first.id}
    assert [one.solutions for one in offered[-1].recent] == [("Start the gateway again",), ()]
    assert restarted == ["fetch", "fetch"]


def test_an_interrupt_is_no_error_and_its_answer_is_another_execution(events: EventMemory) -> None:
    @remembered_node(events=events)
    def confirm(state: State) -> State:
        return {"said": [interrupt("Sure?")]}

    waiting = graph(confirm, saver=InMemorySaver())
    config = {"configurable": {"thread_id": "1"}}
    assert waiting.invoke({"question": "delete?"}, config)["__interrupt__"][0].value == "Sure?"
    assert waiting.invoke(Command(resume="yes"), config)["said"] == ["yes"]
    asked, answered = outcomes(events)
    assert (asked.metadata["outcome"], answered.metadata["outcome"]) == ("interrupted", "success")
    assert "success" not in asked.metadata
    assert asked.title == "confirm waits for an answer"
    assert events.memories("error") == []
    assert len(events.memories("metric")) == 1


async def test_a_node_that_is_cancelled_is_no_failure(events: EventMemory) -> None:
    begun = asyncio.Event()

    @remembered_node(events=events)
    async def wait(state: State) -> State:
        begun.set()
        await asyncio.sleep(60)
        return {}

    task = asyncio.create_task(graph(wait).ainvoke({}))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [each.metadata["outcome"] for each in outcomes(events)] == ["cancelled"]
    assert events.memories("metric") == []


async def test_a_node_that_is_cancelled_before_it_runs_has_an_outcome_too(events: EventMemory) -> None:
    @remembered_node(events=events)
    async def wait(state: State) -> State:
        raise AssertionError

    task = asyncio.create_task(wait({}))
    await asyncio.sleep(0)  # its entry is being written
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [each.metadata["outcome"] for each in outcomes(events)] == ["cancelled"]


# What is offered


def test_a_node_is_offered_what_came_of_its_executions_before(events: EventMemory, tmp_path: Path) -> None:
    offered: list[PastExecutions] = []

    def charge(state: State, past: PastExecutions) -> State:
        offered.append(past)
        if "Iceland" in state["question"]:
            raise ValueError("no carrier")
        return {"said": [f"charged for {state['question']}"]}

    def other(state: State) -> State:
        return {}

    charging = graph(remembered_node(events=events)(charge), remembered_node(events=events)(other))
    for question in ("books to Norway", "a boat to Iceland", "tea to Norway"):
        try:
            charging.invoke({"question": question})
        except ValueError:
            assert "Iceland" in question
    with EventMemory(f"dir:{tmp_path / 'events'}") as elsewhere:  # as another process would
        there = graph(remembered_node("charge", events=elsewhere, offer=2)(charge))
        there.invoke({"question": "apples to Spain"})
        here = offered[-1]
        charging.invoke({"question": "a small boat to Spain"})
    assert offered[0] == PastExecutions("charge", [], [], 0, None, None)
    assert [one.state["question"] for one in here.recent] == ["tea to Norway", "a boat to Iceland"]
    assert here.similar == []  # "to" is in all of them, and says nothing
    past = offered[-1]
    assert [one.outcome for one in past.recent] == ["success", "success", "failure", "success"]
    assert (past.counted, past.success_rate) == (4, 0.75)
    durations = sorted(one.ms for one in past.recent)
    assert past.p50_ms == (durations[1] + durations[2]) / 2
    assert {one.state["question"] for one in past.similar} == {"a boat to Iceland", "apples to Spain"}
    (failed,) = (one for one in past.similar if one.outcome == "failure")
    assert failed.error == "ValueError: no carrier"
    assert past.recent[0].update == {"said": ["charged for apples to Spain"]}


def test_the_executions_of_owners_are_apart_where_they_are_named(events: EventMemory) -> None:
    offered: list[PastExecutions] = []

    def user(state: Any, config: Any) -> str:
        return f"user:{config['configurable']['user']}"

    @remembered_node(events=events, owner=user)
    def answer(state: State, *, past: PastExecutions) -> State:
        offered.append(past)
        return {}

    for who in ("ann", "ben", "ann"):
        graph(answer).invoke({"question": "my own address"}, {"configurable": {"user": who}})
    assert [past.counted for past in offered] == [0, 0, 1]
    assert [len(past.similar) for past in offered] == [0, 0, 1]
    assert len(events.memories("workflow_state", owner="user:ben")) == 2


def test_only_the_newest_hundred_count(events: EventMemory) -> None:
    node = remembered_node(events=events)(lambda _, past: {"counted": past.counted})
    answers = [node({})["counted"] for _ in range(103)]
    assert answers[:3] == [0, 1, 2]
    assert answers[-3:] == [100, 100, 100]


# What a node may be


class Whole(BaseModel):
    question: str = ""
    said: Annotated[list[str], operator.add] = []
    size: int = 0


class Part(TypedDict):
    question: str


@dataclass
class Plain:
    question: str = ""
    size: int = 0


def test_states_of_every_kind_reach_the_node_as_they_are(events: EventMemory) -> None:
    seen: list[object] = []

    def node(state: Any, past: PastExecutions) -> Any:
        seen.append(type(state))
        return {"size": 3}

    for kind in (Whole, Plain):
        assert graph(remembered_node(events=events)(node), state=kind).invoke({"question": "?"})["size"] == 3
    assert seen == [Whole, Plain]
    first, second = (each.metadata["state"] for each in outcomes(events))
    assert first == {"question": "?", "said": [], "size": 0}
    assert second == {"question": "?", "size": 0}


def test_a_graph_sees_the_annotations_and_gives_what_the_function_asks_for(events: EventMemory) -> None:
    seen: dict[str, Any] = {}

    def choose(state: Part, runtime: Runtime, past: PastExecutions) -> Command[Literal["left", "right"]]:
        seen["part"], seen["runtime"] = dict(state), runtime
        return Command(goto="right", update={"said": ["chosen"]})

    def right(state: State, config: RunnableConfig, *, store: BaseStore, **more: Any) -> State:
        seen["store"], seen["more"], seen["config"] = store, more, config
        return {"said": ["right"]}

    builder = StateGraph(State)
    builder.add_node(remembered_node(events=events)(choose))
    builder.add_node(remembered_node(events=events)(right))
    builder.add_node("left", lambda _: {"said": ["left"]})
    builder.add_edge(START, "choose")
    store = InMemoryStore()
    compiled = builder.compile(store=store)
    assert compiled.invoke({"question": "?"})["said"] == ["chosen", "right"]
    assert seen["part"] == {"question": "?"}  # its own part of the state
    assert isinstance(seen["runtime"], Runtime)
    assert (seen["store"], seen["more"]) == (store, {})
    assert seen["config"]["metadata"]["langgraph_node"] == "right"
    ends = {(edge.source, edge.target) for edge in compiled.get_graph().edges}
    assert {("choose", "left"), ("choose", "right")} <= ends
    (chosen,) = outcomes(events, "choose")
    assert chosen.metadata["update"] == {"goto": "right", "update": {"said": ["chosen"]}}


async def test_methods_objects_and_partial_functions_are_nodes(events: EventMemory) -> None:
    class Agent:
        @remembered_node(events=events)
        def method(self, state: State, past: PastExecutions) -> State:
            return {"said": [f"{type(self).__name__} {state['question']} {past.counted}"]}

        async def asked(self, _: State) -> State:
            return {"said": ["asked"]}

    class Called:
        async def __call__(self, _: State) -> State:
            return {"said": ["called"]}

    def partly(word: str, state: State) -> State:
        return {"said": [word]}

    wrap = remembered_node(events=events)
    nodes = graph(
        Agent().method,
        wrap(Agent().asked),
        wrap(Called()),
        ("partly", wrap(functools.partial(partly, "part"))),
    )
    result = await nodes.ainvoke({"question": "?"})
    assert result["said"] == ["Agent ? 0", "asked", "called", "part"]
    assert [each.metadata["node"] for each in outcomes(events)] == ["method", "asked", "Called", "partly"]
    assert outcomes(events)[0].metadata["state"] == {"question": "?", "said": []}


def test_a_node_can_be_called_by_itself(events: EventMemory) -> None:
    @remembered_node("double", events=events)
    def node(state: dict[str, int], config: Any = None, past: PastExecutions | None = None) -> dict[str, int]:
        assert past is not None
        return {"n": state["n"] * 2}

    assert node({"n": 2}) == {"n": 4}
    assert node({"n": 3}, {"configurable": {"thread_id": "t"}}) == {"n": 6}
    assert [each.owner for each in outcomes(events)] == ["", "t"]
    with pytest.raises(KeyError):
        node({})
    assert outcomes(events)[-1].content == "KeyError: 'n'"
    with pytest.raises(TypeError, match=r"node\(\) got an unexpected keyword argument 'other'"):
        node({}, other=1)


def test_what_cannot_be_a_node_is_refused_at_once(events: EventMemory) -> None:
    wrap = remembered_node(events=events)

    def generator(state: State) -> Any:
        yield state

    async def async_generator(state: State) -> Any:
        yield state

    for one in (generator, async_generator):
        with pytest.raises(UsageError, match="generator is a generator"):
            wrap(one)
    with pytest.raises(UsageError, match="wrap the nodes of a subgraph one by one"):
        wrap(graph(("node", lambda _: {})))
    with pytest.raises(UsageError, match="wraps the function of a node, not State"):
        wrap(State)
    for arguments in (
        {"events": "."},
        {"events": events, "offer": -1},
        {"events": events, "keys": "question"},
        {"events": events, "name": " "},
        {"events": events, "owner": 7},
        {"events": events, "errors": "."},
    ):
        with pytest.raises(UsageError):
            remembered_node(**arguments)


# How much of it, and when it cannot be kept


def test_messages_are_kept_as_who_said_what_and_only_the_last(events: EventMemory) -> None:
    class Chat(TypedDict):
        messages: Annotated[list[Any], add_messages]

    @remembered_node(events=events)
    def reply(state: Chat) -> Any:
        return {"messages": [AIMessage("Gladly.", response_metadata={"tokens": 7})]}

    said = [HumanMessage(f"line {number} " + "x" * 200) for number in range(100)]
    graph(reply, state=Chat).invoke({"messages": said})
    known = outcomes(events)[0].metadata
    assert known["update"] == {"messages": [{"type": "ai", "content": "Gladly."}]}
    kept = known["state"]["messages"]
    assert kept[0] == f"… {100 - len(kept) + 1} before"
    assert kept[-1] == {"type": "human", "content": "line 99 " + "x" * 200}
    assert len(str(kept)) < 6_000


def test_the_half_of_a_secret_that_is_left_of_a_text_is_not_kept(events: EventMemory) -> None:
    @remembered_node(events=events)
    def answer(state: dict[str, str]) -> dict[str, str]:
        return {}

    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    lines = "\n".join(token[4:] * 2 for _ in range(25))
    label = "PRIVATE KEY-----"
    key = f"-----BEGIN {label}\n{lines}\n-----END {label}\n"
    answer({"token": "a " * 488 + token, "key": key, "words": "b " * 600})
    state = events.memories("workflow_state")[0].metadata["state"]
    assert "ghp_" not in str(state)
    assert token[4:] not in str(state)
    assert state["words"] == "b " * 500 + "…"
    assert state["key"].startswith("[redacted")

    @remembered_node(events=events)
    def refuse(state: dict[str, str]) -> dict[str, str]:
        raise ValueError("x" * 160 + f" {token}")

    with pytest.raises(ValueError, match="x"):
        refuse({})
    assert "ghp_" not in str(events.memories(newest_first=True, limit=4))


def test_secrets_and_what_was_not_asked_for_stay_outside(events: EventMemory) -> None:
    password = "hunter" + "2-" + "S3cr3tPa55w0rd"

    @remembered_node(events=events, keys=["question", "login"])
    def sign_in(state: dict[str, Any]) -> dict[str, Any]:
        return {"document": "ours alone", "question": "which?"}

    graph(sign_in, state=dict).invoke({"question": "?", "document": "ours", "login": {"password": password}})
    known = outcomes(events)[0].metadata
    assert known["state"].keys() == {"question", "login"}
    assert known["state"]["login"]["password"].startswith("[redacted")
    assert known["update"] == {"question": "which?"}
    assert not any(
        password.encode() in path.read_bytes() for path in events.directory.rglob("*") if path.is_file()
    )


def test_a_memory_that_cannot_be_written_does_not_stop_an_agent(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path / "events"
    place.write_text("in the way")
    with EventMemory(f"dir:{place}") as events:

        @remembered_node(events=events)
        def node(state: State, past: PastExecutions) -> State:
            if state["question"] == "fail":
                raise ValueError("its own")
            return {"said": [str(past.counted)]}

        with caplog.at_level(logging.WARNING):
            assert graph(node).invoke({"question": "?"})["said"] == ["0"]
            with (
                pytest.raises(ValueError, match="its own"),
                pytest.warns(RuntimeWarning, match="errors are not recorded"),
            ):
                graph(node).invoke({"question": "fail"})
    (told,) = (one for one in caplog.records if one.name.startswith("lsp_server.agents"))
    assert "executions of the node node are not remembered" in told.getMessage()


def test_nobodys_past_is_shown_where_the_owner_cannot_be_told(
    events: EventMemory, caplog: pytest.LogCaptureFixture
) -> None:
    offered: list[PastExecutions] = []

    @remembered_node(events=events, owner=lambda _, config: config["configurable"]["user"])
    def node(state: State, past: PastExecutions) -> State:
        offered.append(past)
        return {}

    graph(node).invoke({"question": "?"}, {"configurable": {"user": "ann"}})
    graph(node).invoke({"question": "?"})
    assert offered[-1].counted == 0
    assert len(events.memories("workflow_state")) == 2
    assert "not remembered" in caplog.text
