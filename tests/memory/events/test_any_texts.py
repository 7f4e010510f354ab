"""Whatever texts programs remember, they come back as they were, and no question fails."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server import EventMemory
from lsp_server.memory.secrets import suspicious_within

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TITLES = TEXTS.map(lambda text: " ".join(text.split())).filter(bool)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False) | TEXTS | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
MEMORIES = st.fixed_dictionaries(
    {"title": TITLES, "content": TEXTS, "owner": TEXTS},
    optional={
        "memory_type": st.from_regex(r"[a-z][a-z0-9_.-]{0,9}", fullmatch=True),
        "tags": st.lists(TITLES, max_size=3, unique=True),
        "metadata": st.dictionaries(TEXTS, VALUES, max_size=3),
    },
)


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"dir:{folder}"


@settings(max_examples=60, deadline=None)
@given(MEMORIES, TEXTS)
def test_any_memory_comes_back_and_any_question_is_answered(
    place: str, memory: dict[str, Any], question: str
) -> None:
    with EventMemory(place) as events:
        made = events.create_memory(**memory)
        assert events.get_recent_memories(owner=made.owner, limit=1) == [made]
        assert events.get_recent_memories(made.memory_type, limit=1) == [made]
        assert made in events.get_context_window(made.owner, 5, query=question).recent
        events.search_memories(question, owner=made.owner)
        if not suspicious_within(f"{memory}"):
            assert made.title == memory["title"]
            assert made.content == memory["content"]
            assert made.metadata == memory.get("metadata", {})
