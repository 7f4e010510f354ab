"""Whatever a body is: each of its events is ready or named, or all of it is refused in one line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lsp_server import EventMemory
from lsp_server.web.asgi import RefusalError
from lsp_server.web.batches import Batch, Rules, batch_of

EXAMPLES = 2_000 if os.environ.get("GIT_MEMORY_STRESS") else 40
RULES = Rules(frozenset({"page_view"}), 20)

few = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
names = ("title", "content", "type", "memory_type", "owner", "user_id", "tags", "metadata", "meta_data")
given_events = st.dictionaries(st.sampled_from(names), values, max_size=5).map(
    lambda event: {"type": "page_view", "title": "x", **event}
)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventMemory]:
    place: Path = tmp_path_factory.mktemp("events")
    with EventMemory(f"dir:{place}") as events:
        yield events


def taken(events: EventMemory, body: bytes, *, is_lines: bool = False) -> Batch | RefusalError:
    try:
        return batch_of(body, RULES, events.prepared, is_lines=is_lines, owner="", session="visit")
    except RefusalError as refusal:
        return refusal


@few
@given(batch=st.lists(given_events | values, max_size=5), is_lines=st.booleans())
def test_each_event_is_ready_or_named(events: EventMemory, batch: list[Any], is_lines: bool) -> None:
    text = "\n".join(map(json.dumps, batch)) if is_lines else json.dumps(batch)
    made = taken(events, text.encode(), is_lines=is_lines)
    if isinstance(made, RefusalError):
        assert "NaN" in text or "Infinity" in text
        assert not is_lines
        return
    places = [index for index, _ in made.ready] + [one["index"] for one in made.refused]
    assert sorted(places) == list(range(len(batch)))
    kept = events.keep([memory for _, memory in made.ready])
    assert all(one.memory_type == "page_view" and one.owner.startswith("page:") for one in kept if one.owner)


@few
@given(body=st.binary(max_size=40) | st.text('[]{}":,\n 1eE+-.\\u0dtrufalsn', max_size=40).map(str.encode))
def test_any_bytes_are_events_or_refused(events: EventMemory, body: bytes) -> None:
    made = taken(events, body)
    if isinstance(made, RefusalError):
        assert made.status in (400, 413)
        assert str(made).startswith(("not JSON: ", "not UTF-8: ", "more than "))
        assert "\n" not in str(made)
    else:
        assert made.ready == []
