"""What kinds of memories programs keep: a table of names, open to more.

>>> checked_type("system_error")
'error'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from lsp_server.errors import UsageError

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "conversation": "What was said, by people and by programs.",
        "interaction": "What a person did with the program, in general.",
        "response": "What a model answered.",
        "error": "What went wrong, with what is known about it.",
        "event": "What happened; where no other name fits.",
        "metric": "What was measured.",
        "insight": "A pattern that was found.",
        "solution": "What made an error go away.",
        "optimisation": "What made something faster or cheaper.",
        "decision": "What a program decided, and why.",
        "calculation": "What was computed, from what.",
        "workflow_state": "Where a process stands.",
        "user_action": "What a person did on a page.",
        "page_view": "Which page was looked at.",
        "ui_error": "What went wrong on a page.",
        "api_call": "A request to somebody else's service.",
        "webhook": "What somebody else's service sent.",
        "sync": "What was exchanged with another system.",
    }
)
"""Each type, and one line about it."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "user_interaction": "interaction",
        "ai_response": "response",
        "system_error": "error",
        "system_event": "event",
        "performance_metric": "metric",
        "ai_insight": "insight",
        "error_solution": "solution",
        "optimization": "optimisation",
        "performance_optimization": "optimisation",
        "business_decision": "decision",
        "calculation_result": "calculation",
        "webhook_event": "webhook",
        "integration_sync": "sync",
        "aurea_conversation": "conversation",
        "aurea_response": "response",
    }
)
"""Other names that programs know them by: what is kept under one is found under both."""

_TYPE = re.compile(r"[a-z][a-z0-9_.-]{0,99}")


def checked_type(name: str) -> str:
    """The type of a name: an alias's own, any other as it is.

    Raises ``UsageError`` unless it is small letters, digits, ``_``, ``.`` and ``-``, a letter first, at most
    100 characters.
    """
    if not isinstance(name, str):  # what cannot be hashed would not reach the cache
        raise UsageError(f'{name!r:.80} is no type of memory: a type is text, like "error"')
    return _own_name(name)


@lru_cache(1000)
def _own_name(name: str) -> str:
    if not _TYPE.fullmatch(name):
        raise UsageError(
            f"{name!r} is no type of memory: write small letters, digits, _ . and -, a letter first, "
            'like "error" or "order.placed"'
        )
    return ALIASES.get(name, name)
