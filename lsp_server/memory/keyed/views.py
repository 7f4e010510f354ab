"""File views of keyed values: each as a JSON file in which it is read and written.

Saved by hand, the value is stored. What others changed meanwhile is merged in, as two clones' changes are; of
what both changed, what was saved stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.memory import draft_files
from lsp_server.memory.draft_files import State
from lsp_server.memory.draft_place import folder_of
from lsp_server.memory.keyed.values_plain import plain_value
from lsp_server.memory.results import Saved
from lsp_server.memory.titles import printable
from lsp_server.records.merging.values import ABSENT, merge_values
from lsp_server.records.model import Problem
from lsp_server.records.shortening import shortened
from lsp_server.store.keyvalue.base import Item, Value, Write
from lsp_server.store.keyvalue.values import checked, dumps, loads

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.guard import Guard
    from lsp_server.memory.keyed.git_storage import GitStorage

KIND = "value"

_NEW = "{}\n"  # what the file of a key without a value begins with
_NAME = 60  # characters of a key in its file's name, and in what is said about it
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


class ValueView(NamedTuple):
    """A keyed value as a file; ``exists`` tells whether the key has a value."""

    path: Path
    key: str
    exists: bool


class _HasItAlreadyError(Exception):
    """Nothing is to be written."""


def open_view(core: Core, key: str, in_use: Collection[Path] = ()) -> ValueView:
    """A key's own file. Somebody's work in it that is not stored yet is never overwritten, nor is a file that
    an editor has open."""
    core.tip()
    item = _storage(core).get(key)
    text = _NEW if item is None else _text(item.value)
    fresh = State(key, KIND, text, "", committed=True)
    if item is None:
        fresh = State(key, KIND, "", text, committed=False)
    path = folder_of(core) / _file_name(key)
    with draft_files.locked(path):
        state = draft_files.load(path)
        there = draft_files.read(path) if path.exists() else None
        if there is None or state is None:
            draft_files.write(path, text, durable=False)
            _store(path, fresh)
        elif there == text or (item is not None and there == _untouched(state) and _says(there, item.value)):
            # Written in another way it says the same: it stays as somebody has written it.
            older = [one for one in state.older if one != there]
            _store(path, replace(fresh, base=there if item is not None else "", older=older))
        elif there == _untouched(state) and not any(_is_same(path, file) for file in in_use):
            # The file first: a state with a newer base than the file would take its text for an edit.
            draft_files.write(path, text, durable=False)
            _store(path, replace(fresh, older=state.seen(there)))
    with contextlib.suppress(OSError):
        draft_files.state_path(path).touch()  # used now: it is not tidied away
    return ValueView(path, key, item is not None)


def refresh(core: Core, key: str) -> None:
    """Bring the file of a value that is there to what it is now. Raises ``NotFoundError`` where it is not."""
    if _storage(core).get(key) is None:
        raise NotFoundError(f"there is no value under {key!r}")
    open_view(core, key)


def save(core: Core, path: Path, state: State, text: str, guard: Guard, *, shown: str | None) -> Saved:
    """Store what was changed in a view; under the lock of its file."""
    name = shortened(printable(state.id), _NAME)
    if text == _untouched(state):
        return _unchanged(state, name)
    mine = _read(text, name)
    base = _base(state, text, shown)
    if base is not ABSENT and dumps(mine) == dumps(base):
        return _unchanged(state, name)
    before: list[Item | None] = []

    def change(item: Item | None) -> Write:
        before[:] = [item]
        theirs = ABSENT if item is None else item.value
        merged = merge_values(base, theirs, mine)
        if item is not None and dumps(merged) == dumps(theirs):
            raise _HasItAlreadyError
        return Write(merged, item and item.expires)

    storage = _storage(core, guard)
    with contextlib.suppress(_HasItAlreadyError):
        storage.change(state.id, change)
        written = storage.get(state.id)
        now = _settled(path, state, text, mine, written)
        return Saved(None, changed=True, reason=_done(name, state, before[0], merged=now != text))
    _settled(path, state, text, mine, before[0])
    return Saved(None, changed=False, reason=f"{name} has this already")


def problems(text: str) -> list[Problem]:
    """What keeps a view's text from being stored."""
    try:
        checked(loads(text))
    except json.JSONDecodeError as error:
        return [Problem(error.lineno - 1, f"this is no JSON: {error.msg}")]
    except (UsageError, ValueError) as error:
        return [Problem(0, str(error))]
    return []


def is_of_a_value(path: Path) -> bool:
    """Whether a file is the view of a value that was there when it was opened."""
    state = draft_files.load(path)
    return state is not None and state.kind == KIND and state.committed


def _settled(path: Path, state: State, text: str, mine: Value, item: Item | None) -> str:
    """The file has what is there now, and the state knows it; what the file has, if it is as it was typed."""
    now = text if item is None or dumps(item.value) == dumps(mine) else _text(item.value)
    if now != text and draft_files.read(path) == text:
        draft_files.write(path, now)  # what others changed meanwhile; unless somebody went on writing
    older = state.older if now == text else state.seen(text)
    draft_files.store(path, State(state.id, KIND, now, "", committed=True, older=older))
    return now


def _done(name: str, state: State, before: Item | None, *, merged: bool) -> str:
    if before is None and state.committed:
        return f"stored {name}, which was gone meanwhile"
    return f"stored {name}, with what was changed meanwhile" if merged else f"stored {name}"


def _unchanged(state: State, name: str) -> Saved:
    if state.committed:
        return Saved(None, changed=False, reason="nothing was changed")
    return Saved(None, changed=False, reason=f"nothing was written, so {name} has no value")


def _untouched(state: State) -> str:
    return state.base if state.committed else state.template


def _base(state: State, text: str, shown: str | None) -> Any:
    """The value that an edit began from. An editor may have shown an older text than the file had."""
    if not state.committed:
        return ABSENT
    try:
        return loads(state.base_of(text, shown))
    except ValueError:
        return ABSENT


def _says(text: str, value: Value) -> bool:
    """Whether a text is this value, however it is written."""
    try:
        return dumps(loads(text)) == dumps(value)
    except (ValueError, UsageError):
        return False


def _read(text: str, name: str) -> Value:
    """Raises ``UsageError`` for what is no value."""
    if not text.strip():
        raise UsageError(f"the file is empty, so {name} stays as it was; deleting a value is a command")
    try:
        return checked(loads(text))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UsageError(f"{name} stays as it was: {where} is no JSON ({error.msg})") from None
    except ValueError as error:
        raise UsageError(f"{name} stays as it was: {error}") from None


def _text(value: Value) -> str:
    return json.dumps(plain_value(value), ensure_ascii=False, indent=2) + "\n"


def _file_name(key: str) -> str:
    """Readable in a tab, and another one for each key."""
    told_apart = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    readable = _UNSAFE.sub(".", key[: 2 * _NAME]).strip(".")[:_NAME] or "value"
    return f"{readable}-{told_apart}.json"


def _storage(core: Core, guard: Guard | None = None) -> GitStorage:
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.keyed.git_storage import GitStorage

    if guard is None:
        return GitStorage(Memory(core))
    return GitStorage(Memory(core), allow_secrets=guard.allowed, redact=guard.redact)


def _store(path: Path, state: State) -> None:
    # What is on the branch already need not survive a power cut here as well.
    draft_files.store(path, state, durable=False)


def _is_same(path: Path, other: Path) -> bool:
    return other.name == path.name and other.resolve() == path.resolve()
