"""What applications keep of their users: preferences, conversations, and what was done with which success."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timezone
from typing import Any, TypedDict

from lsp_server.errors import UsageError
from lsp_server.memory.keyed.manager import MemoryManager
from lsp_server.memory.keyed.names import key_of
from lsp_server.store.keyvalue.base import Value
from lsp_server.store.keyvalue.values import checked


class ActionPattern(TypedDict):
    """One action of a user: how often, and the share of successes among those that told of one (0 to 1)."""

    action: str
    count: int
    success_rate: float | None


class Patterns(TypedDict):
    """``common_actions``: the most frequent first. ``success_rate``: of all together, from 0 to 1; None where
    no interaction told of its success."""

    interactions: int
    common_actions: list[ActionPattern]
    success_rate: float | None


class UserPreferences:
    """Preferences of users, one dictionary for each under ``<user>:preferences``, with defaults for all."""

    def __init__(self, memory: MemoryManager, defaults: Mapping[str, Value] | None = None) -> None:
        self.memory = memory
        self._defaults = checked(dict(defaults or {}))

    def get_preference(self, user_id: str, key: str) -> Value:
        """What a user prefers; the default where they have not said."""
        return self.all(user_id).get(key)

    def set_preference(self, user_id: str, key: str, value: Value) -> None:
        """Replace one preference; all others stay, also those that another process sets at this moment."""

        def with_it(before: Value) -> Value:
            return {**_dictionary(before, user_id), key: value}

        self.memory.change(key_of(user_id, "preferences"), with_it)

    def all(self, user_id: str) -> dict[str, Value]:
        """Every preference of a user, over the defaults; your own copy."""
        return {
            **deepcopy(self._defaults),
            **_dictionary(self.memory.retrieve(user_id, "preferences"), user_id),
        }


class ConversationMemory:
    """Conversations, one list of messages for each under ``<session>:history``.

    ``most``: keep so many messages of each, the newest; default: all. (Every message writes the whole list:
    for conversations of thousands of messages there is ``SessionMemory``.)
    """

    def __init__(self, memory: MemoryManager, *, most: int | None = None) -> None:
        self.memory = memory
        self._most = _checked(most)

    def add_message(self, session_id: str, role: str, content: Value) -> None:
        """Add ``{"role", "content", "timestamp"}`` at the end."""
        message: dict[str, Value] = {
            "role": role,
            "content": content,
            "timestamp": datetime.now(timezone.utc),
        }
        _append(self.memory, key_of(session_id, "history"), message, self._most)

    def get_context(self, session_id: str, last_n: int = 10) -> list[dict[str, Any]]:
        """The last messages, oldest first."""
        return _last(self.memory.retrieve(session_id, "history"), last_n)


class LearningMemory:
    """What users did and with which result, one list for each under ``<user>:interactions``. ``most``: keep
    so many of each user, the newest; default: all."""

    def __init__(self, memory: MemoryManager, *, most: int | None = None) -> None:
        self.memory = memory
        self._most = _checked(most)

    def record_interaction(self, user_id: str, action: str, result: Mapping[str, Value]) -> None:
        """Add ``{"action", "result", "timestamp"}``. ``result["success"]`` (true or false) tells how it
        went. Raises ``UsageError`` for a result that is no dictionary."""
        if not isinstance(result, Mapping):
            raise UsageError(f"the result of an action is a dictionary, not a {type(result).__name__}")
        now = datetime.now(timezone.utc)
        interaction: dict[str, Value] = {"action": action, "result": dict(result), "timestamp": now}
        _append(self.memory, key_of(user_id, "interactions"), interaction, self._most)

    def get_patterns(self, user_id: str, *, limit: int = 10) -> Patterns:
        """What a user does most, and how it ends. ``limit``: so many actions."""
        interactions = _list(self.memory.retrieve(user_id, "interactions"))
        counts: Counter[str] = Counter(str(each.get("action")) for each in interactions)
        return {
            "interactions": len(interactions),
            "common_actions": [
                {
                    "action": action,
                    "count": count,
                    "success_rate": _rate(each for each in interactions if str(each.get("action")) == action),
                }
                for action, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
            ],
            "success_rate": _rate(interactions),
        }


def _append(memory: MemoryManager, key: str, entry: dict[str, Value], most: int | None) -> None:
    def with_it(before: Value) -> Value:
        if before is not None and not isinstance(before, list):
            raise UsageError(f"{key} holds a {type(before).__name__}, not a list")
        entries: list[Value] = [*(before or []), entry]
        return entries if most is None else entries[-most:]

    memory.change(key, with_it)


def _last(entries: Value, count: int) -> list[dict[str, Any]]:
    return _list(entries)[-count:] if count > 0 else []


def _list(entries: Value) -> list[dict[str, Any]]:
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _rate(interactions: Any) -> float | None:
    told = [
        bool(each["result"]["success"])
        for each in interactions
        if isinstance(each.get("result"), dict) and each["result"].get("success") is not None
    ]
    return sum(told) / len(told) if told else None


def _dictionary(value: Value, user_id: str) -> dict[str, Value]:
    if value is not None and not isinstance(value, dict):
        raise UsageError(f"the preferences of {user_id} are a {type(value).__name__}, not a dictionary")
    return value or {}


def _checked(most: int | None) -> int | None:
    if most is not None and most < 1:
        raise UsageError("most is at least 1: how many to keep")
    return most
