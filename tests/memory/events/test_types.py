"""The names of what programs remember."""

from __future__ import annotations

from typing import Any

import pytest

from lsp_server import UsageError
from lsp_server.memory.events.types import ALIASES, TYPES, checked_type


def test_the_taxonomy_is_whole() -> None:
    assert list(TYPES) == [
        "conversation",
        "interaction",
        "response",
        "error",
        "event",
        "metric",
        "insight",
        "solution",
        "optimisation",
        "decision",
        "calculation",
        "workflow_state",
        "user_action",
        "page_view",
        "ui_error",
        "api_call",
        "webhook",
        "sync",
    ]


def test_every_other_name_leads_to_a_type_that_has_a_name() -> None:
    assert set(ALIASES.values()) <= set(TYPES)
    assert not set(ALIASES) & set(TYPES)
    assert [checked_type(name) for name in ALIASES] == list(ALIASES.values())


@pytest.mark.parametrize("name", ["", "Error", "é", "1a", "a b", "a/b", "a\n", "x" * 101, [], {}, 7])
def test_what_is_no_name_is_refused(name: Any) -> None:
    with pytest.raises(UsageError, match="is no type of memory"):
        checked_type(name)
