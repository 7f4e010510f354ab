"""Use cases: put Git Memory's hooks in, take them out, tell how they stand; and what each of them does.

What a hook does is never needed: all of it happens at the next look, too. So whatever goes wrong in one is
kept from git.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError
from lsp_server.hook_script import HOOKS
from lsp_server.memory.hook_results import Hooks, HookSettings, HookStatus
from lsp_server.store import hook_files, hook_place
from lsp_server.store.hook_files import State

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.memory.core import Core
    from lsp_server.records.model import Record
    from lsp_server.store.hook_files import HookFile

CHECKPOINT, TRAILER = "memory.hooks.checkpoint", "memory.hooks.trailer"
_START = "from lsp_server.cli.hook import main; main()"
_PROBE = (
    "from importlib.util import find_spec; import sys; "
    "sys.exit(None in map(find_spec, ('lsp_server', 'click', 'yaml')))"
)
_PROBE_SECONDS = 20


def look(core: Core, *, here: bool = False) -> Hooks:
    """How the hooks stand. Writes nothing."""
    return _each(core, here, lambda found, _: found)


def install(core: Core, *, here: bool = False) -> Hooks:
    """Put them in where we may, beside those that are there."""
    return _each(core, here, hook_files.install)


def remove(core: Core) -> Hooks:
    """Take them out; what was there before is as it was. Also from the clone's own folder where git takes its
    hooks from another one by now, in every worktree."""
    done = _each(core, True, hook_files.remove)
    own = core.repository.common_dir / "hooks"
    if done.directory == own:
        return done
    command = how_to_start()
    left = [one for one in _found(own, command) if one.state is not State.FOREIGN]
    if not any(one.state is not State.ABSENT or one.chained for one in left):
        return done
    if hook_place.is_for_another_worktree(core.repository, own):
        return replace(done, left_in=own)
    left = [hook_files.remove(one, command) for one in left]
    changed = [_status(one) for one in left if one.state is State.CHANGED]
    return replace(done, hooks=[*done.hooks, *changed], also_out_of=own)


def _each(core: Core, here: bool, do: Callable[[HookFile, Sequence[str]], HookFile]) -> Hooks:
    place = hook_place.find(core.repository, here=here)
    settings = _settings(core)
    if not place.is_ours:
        listed = [
            HookStatus(line.hook, line.file, "absent", line=line.text, added=line.is_there)
            for line in place.lines
        ]
        return Hooks(place.directory, listed, settings, place.because)
    command = how_to_start()
    done = [do(one, command) for one in _found(place.directory, command)]
    return Hooks(place.directory, [_status(one) for one in done], settings)


def _found(directory: Path, command: Sequence[str]) -> list[HookFile]:
    return [hook_files.look(directory, name, command) for name in HOOKS]


def _status(found: HookFile) -> HookStatus:
    line = hook_place.lines_for(found.name) if found.state is State.FOREIGN else None
    return HookStatus(
        found.name, found.path, found.state.value, found.chained, line, line is not None and _calls_us(found)
    )


def _calls_us(found: HookFile) -> bool:
    try:
        return f"memory hook {found.name}" in found.path.read_text("utf-8", "replace")
    except OSError:
        return False


def _settings(core: Core) -> HookSettings:
    from lsp_server.memory import code_notes
    from lsp_server.memory.sync_queue import SyncQueue

    config = core.repository.config
    return HookSettings(
        config.flag(CHECKPOINT), config.flag(TRAILER), SyncQueue(core).is_on, code_notes.is_on(core)
    )


@cache
def how_to_start() -> tuple[str, ...]:
    """The command that a hook starts us with: this interpreter, told by its full path, which looks for
    modules where it was installed and nowhere else; where ours are not there, it is told where."""
    python = sys.executable
    command = (python, "-I", "-c", _START)
    probe = [python, "-I", "-c", _PROBE]
    try:
        code = subprocess.run(
            probe, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_SECONDS, check=False
        ).returncode
    except (OSError, subprocess.SubprocessError):
        code = 1
    if code == 0:
        return command
    places = [place for place in sys.path if os.path.isabs(place)]  # noqa: PTH117  no pathlib for a word
    return (python, "-I", "-c", f"import sys; sys.path[:] = {places!a}; {_START}")


# what they do ---------------------------------------------------------------------------------------
def after_commit(core: Core, *, checkpoint: bool) -> Record | None:
    """What post-commit does: settle what the commit settles, and make a ``checkpoint``, where that is wanted;
    the checkpoint. None where there is no memory, for a commit to the memory itself, and while git is in the
    middle of a rebase. Raises what a checkpoint raises."""
    from lsp_server.memory.settling_links import is_rewriting

    if core.store.tip() is None or is_rewriting(core) or _is_memorys(core):
        return None
    _write_as_committer(core)
    settled = _settle(core)
    made = _checkpoint(core) if checkpoint else None
    if settled:
        _note(core)
    return made


def _write_as_committer(core: Core) -> None:
    """What follows from a commit is its committer's. Who that is may be said for that one command alone
    (``git -c user.name=…``, as programs that commit for people do), and then no configuration tells."""
    from lsp_server.code.last_commit import last_committer

    core.repository.write_as(cache(lambda: last_committer(core.repository.git)))


def after_rewrite(core: Core) -> None:
    """What post-rewrite does, at the end of a rebase or after an amendment: settle what spoke of the commits
    that were rewritten."""
    if core.store.tip() is not None and _settle(core, at_its_end=True):
        _note(core)


def give_up(core: Core) -> None:
    """It takes too long: the hooks leave this version of the memory alone."""
    from lsp_server.memory.hook_notes import note_nothing

    note_nothing(core)


def _settle(core: Core, *, at_its_end: bool = False) -> bool:
    """Settle the links to code; False where something stands in the way: the next look may have more luck."""
    from lsp_server.memory.settling_links import settle_links

    try:
        settle_links(core, at_its_end=at_its_end)
    except GitMemoryError:
        return False
    return True


def _note(core: Core) -> None:
    """Bring git's notes up to date, where they are wanted, and tell the hooks what is left to be done."""
    from lsp_server.memory import code_notes, hook_notes

    if code_notes.is_on(core):
        with suppress(GitMemoryError):  # somebody else's notes; `git memory notes` says so
            code_notes.update(core, only_if_moved=True)
    hook_notes.note_settled(core)


def _is_memorys(core: Core) -> bool:
    """Whether what was committed to is the memory, or a proposal: a worktree of its own."""
    head = core.repository.refs.symbolic_head() or ""
    memory = core.repository.memory_ref
    return head == memory or head.startswith(f"{memory}-proposals/")


def _checkpoint(core: Core) -> Record | None:
    from lsp_server.code.last_commit import last_commit
    from lsp_server.memory import checkpointing
    from lsp_server.memory.guard import guard_for
    from lsp_server.memory.recording import Given
    from lsp_server.records.model import Kind

    last = last_commit(core.repository.git)
    if last is None or last.is_amended:
        return None
    guard = guard_for(core, redact=True)  # nobody is there to be asked
    new = checkpointing.prepare(core, Given(Kind.CHECKPOINT, last.subject), guard)
    return checkpointing.checkpoint(core, new)
