"""The draft in which a person says what made an error go away; saved by hand with a title, it is recorded."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.memory import draft_files
from lsp_server.memory.draft_files import State
from lsp_server.memory.draft_place import folder_of
from lsp_server.memory.errors.error_memory import ErrorMemory
from lsp_server.memory.errors.facts import ERROR_TYPES
from lsp_server.memory.errors.naming import is_id
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.learning.telling import quoted
from lsp_server.memory.results import Saved

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.facade import Memory

KIND = "solution"

_HINT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"#[ \t]+(.*)")
_BUG = re.compile(r"BUG-\d+", re.IGNORECASE)


def open_draft(core: Core, error: str) -> Path:
    """A pre-filled file for the solution of an error; what somebody has written in it stays. ``error`` is as
    ``record`` takes it."""
    with EventMemory(_memory(core), publish_every=None) as events:
        named = _named(core, events, error)
        told = _told(events, named)
    path = folder_of(core) / f"solution-{re.sub(r'[^0-9a-zA-Z-]+', '.', named)[:40].strip('.')}.md"
    text = core.templates.render("editor/solution.md", error=quoted(told).replace("-->", "-- >"))
    with draft_files.locked(path):
        state = draft_files.load(path)
        if state is None or state.committed or not path.exists():
            draft_files.store(path, State(named, KIND, "", text, committed=False))
            draft_files.write(path, text)
    return path


def save(core: Core, path: Path, state: State, text: str) -> Saved:
    """Record what was written; under the lock of the draft."""
    if state.committed:
        reason = "this solution is recorded; for another one, record a solution again"
        return Saved(None, changed=False, reason="nothing was changed" if text == state.base else reason)
    if text == state.template:
        return Saved(None, changed=False, reason="nothing was written, so no solution is recorded")
    title, content = _written(text)
    if not title:
        return Saved(None, changed=False, reason="the draft has no title (the line after `# `), so it waits")
    kept = record(core, state.id, title, content)
    draft_files.store(path, replace(state, base=text, committed=True))
    return Saved(None, changed=True, reason=f"recorded the solution “{kept.title}”")


def record(core: Core, error: str, title: str, content: str = "", handler: str | None = None) -> TypedMemory:
    """Write down what made an error go away. ``error`` is the id of a group or of an error, the label of a
    bug that was made of one, or a message (``"ConnectionError: No answer"``)."""
    with EventMemory(_memory(core), publish_every=None) as events, ErrorMemory(events) as errors:
        kept = errors.solution(_named(core, events, error), title, content, handler=handler)
        events.flush()
        if kept.memory_type in events.published_types:
            events.publish_quietly()
    return kept


def _named(core: Core, events: EventMemory, error: str) -> str:
    """What ``ErrorMemory`` knows an error by: of a bug that was made of errors, the newest one's id."""
    name = error.strip()
    if not name:
        raise UsageError("say which error: a group's id, an error's, or \"ConnectionError: No answer\"")
    if not _BUG.fullmatch(name):
        return name
    from lsp_server.memory.learning.examples import example_of

    found = example_of(core, events, name)
    if found is None:
        raise NotFoundError(f"no error that {name} was made of is kept any more")
    return found.id


def _told(events: EventMemory, name: str) -> str:
    """The error in words. Raises ``NotFoundError`` for an id that none has."""
    if not is_id(name):
        return name
    memory = events.memory(name)
    if memory is not None and memory.memory_type in ERROR_TYPES:
        return memory.title
    with ErrorMemory(events) as errors:
        group = errors.group(name)
    return f"{group.type}: {group.template}" if group.template else group.type


def _written(text: str) -> tuple[str, str]:
    """(the title, what stands below it) of a draft."""
    lines = _HINT.sub("", text).split("\n")
    at = next((number for number, line in enumerate(lines) if _HEADING.fullmatch(line.rstrip())), None)
    if at is None:
        return "", ""
    found = _HEADING.fullmatch(lines[at].rstrip())
    return found[1].strip() if found else "", "\n".join(lines[at + 1 :]).strip()


def _memory(core: Core) -> Memory:
    from lsp_server.memory.facade import Memory

    return Memory(core)
