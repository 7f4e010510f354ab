"""The draft in which a person says what a session was about; saved by hand, it ends the session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import RefusedError
from lsp_server.memory import draft_files
from lsp_server.memory.core import Core
from lsp_server.memory.draft_files import State
from lsp_server.memory.draft_place import folder_of
from lsp_server.memory.results import Saved
from lsp_server.memory.working import ending as session_ending
from lsp_server.memory.working import ending_form
from lsp_server.memory.working import running as running_session

if TYPE_CHECKING:
    from lsp_server.memory.guard import Guard

KIND = "session-end"


def open_draft(core: Core) -> Path:
    """The file for the session under way, pre-filled; what somebody has written in it stays. Raises
    ``RefusedError`` where no session is."""
    core.followed()
    session = running_session.running(core)
    if session is None:
        raise RefusedError("no session is under way in this worktree; `git memory session start` begins one")
    path = folder_of(core) / f"session-end-{session.id[:8]}.md"
    with draft_files.locked(path):
        if path.exists() and draft_files.load(path) is not None:
            return path
        text = session_ending.form_for(core, None)
        draft_files.store(path, State(session.id, KIND, "", text, committed=False))
        draft_files.write(path, text)
    return path


def save(core: Core, path: Path, state: State, text: str, guard: Guard) -> Saved:
    """End the session with what was written; under the lock of the draft."""
    session = running_session.running(core)
    if session is None or session.id != state.id:
        return Saved(None, changed=False, reason="this session has ended already")
    if text == state.template:
        return Saved(None, changed=False, reason="nothing was written, so the session goes on")
    ended = session_ending.end(core, ending_form.read_ending(text), guard, ref=None, goal=None, agent=None)
    draft_files.remove(path, state.id)
    left_out = "".join(f"; {why}" for why in dict.fromkeys(one.why for one in ended.left_out))
    return Saved(None, changed=True, reason=f"{ended.record.label} has ended: {ended.record.title}{left_out}")
