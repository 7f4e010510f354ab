"""LangGraph's BaseStore on keyed storages: the answers of LangGraph's own InMemoryStore, and what lasts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store.keyvalue.conformance import SECOND, Hands

pytest.importorskip("langgraph.store.base", reason="the extra langgraph is not installed")

from langgraph.store.base import (
    GetOp,
    InvalidNamespaceError,
    ListNamespacesOp,
    MatchCondition,
    PutOp,
    SearchOp,
)
from langgraph.store.memory import InMemoryStore

from lsp_server.agents.langgraph_store import GitMemoryStore
from lsp_server.errors import UsageError
from lsp_server.memory.keyed.manager import MemoryManager
from lsp_server.store.keyvalue.directory import FileStorage
from lsp_server.store.keyvalue.in_memory import InMemoryStorage

LABELS = st.sampled_from(["a", "b", "a:b", "a%3Ab", "é", "*"])
NAMESPACES = st.lists(LABELS, min_size=1, max_size=3).map(tuple)
KEYS = st.sampled_from(["k", "k:1", "", "%", "x"])
VALUES = st.fixed_dictionaries(
    {"n": st.integers(0, 3), "text": st.sampled_from(["cat", "dog", "cat and dog", ""])},
    optional={"tags": st.lists(st.sampled_from(["x", "y"]), max_size=2), "in": st.just({"deep": 1})},
)
FILTERS = st.none() | st.sampled_from(
    [
        {"n": 1},
        {"n": {"$gt": 1}},
        {"n": {"$gte": 1, "$lt": 3}},
        {"n": {"$ne": 2}, "text": "cat"},
        {"in": {"deep": 1}},
        {"tags": ["x"]},
        {"text": {"$eq": "dog"}},
        {"none": None},
    ]
)
PUTS = st.builds(PutOp, NAMESPACES, KEYS, st.none() | VALUES, index=st.none(), ttl=st.none())
QUESTIONS = (
    st.builds(GetOp, NAMESPACES, KEYS, refresh_ttl=st.booleans())
    | st.builds(
        SearchOp,
        st.lists(LABELS, max_size=2).map(tuple),
        filter=FILTERS,
        limit=st.integers(0, 5),
        offset=st.integers(0, 3),
        query=st.none() | st.sampled_from(["cat", "dog"]),
        refresh_ttl=st.booleans(),
    )
    | st.builds(
        ListNamespacesOp,
        match_conditions=st.none()
        | st.lists(
            st.builds(MatchCondition, st.sampled_from(["prefix", "suffix"]), NAMESPACES), max_size=2
        ).map(tuple),
        max_depth=st.none() | st.integers(1, 3),
        limit=st.integers(1, 9),
        offset=st.integers(0, 2),
    )
)


def embed(texts: list[str]) -> list[list[float]]:
    """How often each of some letters is in a text: like texts have like vectors."""
    return [[text.count(letter) + 0.01 for letter in "catdog"] for text in texts]


def plain(result: Any) -> Any:
    """What is answered, without the times."""
    if isinstance(result, list):
        return [plain(each) for each in result]
    if hasattr(result, "value"):
        score = getattr(result, "score", None)
        return (type(result).__name__, result.namespace, result.key, result.value, score and round(score, 6))
    return result


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture(params=["memory", "file"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, clock: Hands) -> Any:
    return InMemoryStorage(clock=clock) if request.param == "memory" else FileStorage(tmp_path, clock=clock)


@pytest.fixture
def store(storage: Any) -> GitMemoryStore:
    return GitMemoryStore(storage)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(PUTS | QUESTIONS, max_size=25), index=st.booleans())
def test_it_answers_as_langgraphs_own_store_in_memory_does(steps: list[Any], index: bool) -> None:
    config: Any = {"dims": 6, "embed": embed, "fields": ["text"]} if index else None
    ours, theirs = GitMemoryStore(index=config), InMemoryStore(index=config)
    for step in steps:
        if isinstance(step, ListNamespacesOp):
            # Theirs goes on listing namespaces that are empty by now, or were only asked for.
            listed = ours.batch([ListNamespacesOp(limit=1000)])[0]
            assert listed == sorted(
                {item.namespace for each in theirs._data.values() for item in each.values()}
            )
            for empty in [namespace for namespace, items in theirs._data.items() if not items]:
                del theirs._data[empty]
        assert plain(ours.batch([step])) == plain(theirs.batch([step]))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(puts=st.lists(PUTS, max_size=8, unique_by=lambda op: (op.namespace, op.key)), asked=QUESTIONS)
def test_a_batch_reads_before_it_writes(puts: list[Any], asked: Any) -> None:
    ours, theirs = GitMemoryStore(), InMemoryStore()
    before = PutOp(("a",), "k", {"n": 1, "text": "first"})
    for each in (ours, theirs):
        each.batch([before])
    assert plain(ours.batch([*puts, asked])) == plain(theirs.batch([*puts, asked]))


def test_an_agent_puts_and_gets(store: GitMemoryStore, clock: Hands) -> None:
    store.put(("users", "123"), "prefs", {"theme": "dark"})
    clock.forward(SECOND)
    store.put(("users", "123"), "facts", {"likes": ["tea"]})
    item = store.get(("users", "123"), "prefs")
    assert item is not None
    assert (item.value, item.key, item.namespace) == ({"theme": "dark"}, "prefs", ("users", "123"))
    assert [each.key for each in store.search(("users",))] == ["prefs", "facts"]
    assert store.list_namespaces(prefix=("users",)) == [("users", "123")]
    store.delete(("users", "123"), "prefs")
    assert store.get(("users", "123"), "prefs") is None
    with pytest.raises(InvalidNamespaceError):
        store.put((), "key", {})
    with pytest.raises(InvalidNamespaceError):
        store.batch([PutOp(("with.dot",), "key", {})])
    with pytest.raises(UsageError, match="is a set"):
        store.put(("users",), "key", {"bad": {1}})


def test_what_was_put_is_there_for_the_next_process_and_for_a_manager(tmp_path: Path) -> None:
    GitMemoryStore(tmp_path).put(("users", "123"), "prefs", {"theme": "dark"})
    item = GitMemoryStore(tmp_path).get(("users", "123"), "prefs")
    assert item is not None
    assert item.value == {"theme": "dark"}
    assert MemoryManager(tmp_path).retrieve("langgraph:users:123", "prefs") == {"theme": "dark"}


def test_an_item_lives_as_long_as_it_was_given_and_reading_renews_it(storage: Any, clock: Hands) -> None:
    store = GitMemoryStore(storage, ttl={"default_ttl": 10, "refresh_on_read": True}, clock=clock)
    store.put(("a",), "default", {"n": 1})
    clock.forward(SECOND)
    store.put(("a",), "long", {"n": 2}, ttl=60)
    clock.forward(SECOND)
    store.put(("a",), "for ever", {"n": 3}, ttl=None)
    clock.forward(timedelta(minutes=9))
    assert store.get(("a",), "default") is not None
    clock.forward(timedelta(minutes=9))
    assert [item.key for item in store.search(("a",))] == ["default", "long", "for ever"]
    clock.forward(timedelta(minutes=9))
    assert store.get(("a",), "default", refresh_ttl=False) is not None
    clock.forward(timedelta(minutes=1))
    assert store.get(("a",), "default") is None
    assert [item.key for item in store.search(("a",))] == ["long", "for ever"]
    assert store.sweep_ttl() == 1
    assert [item.value for item in store.search(("a",), filter={"n": {"$gte": 2}})] == [{"n": 2}, {"n": 3}]


def test_values_that_look_like_our_own_form_come_back_as_they_were(store: GitMemoryStore) -> None:
    for value in ({"langgraph": {"ttl": 1}, "value": {"a": 1}}, {"langgraph": {}, "value": 2}, {}):
        store.put(("a",), "key", value)
        item = store.get(("a",), "key")
        assert item is not None
        assert item.value == value


def test_an_item_may_choose_what_it_is_searched_by(storage: Any) -> None:
    store = GitMemoryStore(storage, index={"dims": 6, "embed": embed, "fields": ["text"]})
    store.put(("a",), "by text", {"text": "cat", "other": "dog"})
    store.put(("a",), "by other", {"text": "cat", "other": "dog"}, index=["other"])
    store.put(("a",), "not", {"text": "dog"}, index=False)
    again = GitMemoryStore(storage, index={"dims": 6, "embed": embed, "fields": ["text"]})
    answer = again.search(("a",), query="dog")
    assert [item.key for item in answer] == ["by other", "by text", "not"]
    assert answer[0].score == pytest.approx(1)
    assert answer[2].score is None


class _Counting(InMemoryStorage):
    """A storage that counts how often its values are read through."""

    scans = 0

    def scan(self, *arguments: Any, **given: Any) -> Any:
        self.scans += 1
        return super().scan(*arguments, **given)


def test_a_search_by_meaning_reads_a_namespace_once_and_nothing_that_expires_meanwhile(clock: Hands) -> None:
    def slowly(texts: list[str]) -> list[list[float]]:
        clock.forward(timedelta(minutes=5))
        return embed(texts)

    storage = _Counting(clock=clock)
    store = GitMemoryStore(storage, clock=clock, index={"dims": 6, "embed": slowly, "fields": ["text"]})
    store.put(("a",), "cat", {"text": "cat"}, ttl=7)
    store.put(("a",), "dog", {"text": "dog"})
    found = store.batch([SearchOp(("a",), query="a dog"), SearchOp(["a"], query="a cat")])  # type: ignore[arg-type] # as callers do
    assert [[item.key for item in each] for each in found] == [["dog"], ["dog"]]
    assert storage.scans == 1


async def test_it_works_in_an_event_loop_with_an_embedding_that_does(storage: Any) -> None:
    async def aembed(texts: list[str]) -> list[list[float]]:
        await asyncio.sleep(0)
        return embed(texts)

    store = GitMemoryStore(storage, index={"dims": 6, "embed": aembed, "fields": ["text"]})
    await store.aput(("a",), "cat", {"text": "cat"})
    await store.aput(("a",), "dog", {"text": "dog"})
    assert [item.key for item in await store.asearch(("a",), query="dog")] == ["dog", "cat"]
    assert await store.alist_namespaces() == [("a",)]
    await store.adelete(("a",), "dog")
    assert await store.aget(("a",), "dog") is None
