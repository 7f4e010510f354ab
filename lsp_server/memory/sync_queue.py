"""What waits to be synced in the background, and how the last attempts went. ``memory.sync`` switches it on.

Two small files in ``<common>/git-memory``: ``sync-waiting``, put there by every write, and
``sync-state.json`` about the last attempts. Deleting them loses nothing: a memory that is ahead of where it
was last synced is due anyway.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_server.errors import GitMemoryError

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.sharing_results import Synced

KEY = "memory.sync"
_OFF = ("", "off", "false", "no", "0", "never")
_ON = ("on", "true", "yes", "1", "always")
_MOST_RUNS = 20  # of one process; the next write goes on from there
_FIRST_REST, _LONGEST_REST = 30.0, 3600.0  # seconds until a failed sync is tried again


@dataclass(frozen=True)
class SyncStatus:
    """How this memory stands to its remote. ``unpushed`` counts commits since the last sync, None when it
    was never synced with it; moments are seconds since 1970. Where there is no ``remote`` to sync with,
    ``problem`` says why."""

    remote: str | None
    in_background: bool
    waiting: bool
    unpushed: int | None
    last_success: float | None = None
    last_failure: str | None = None
    failures: int = 0
    next_try: float | None = None
    problem: str | None = None


class SyncQueue:
    """The queue of one clone. Every method but ``status`` costs microseconds."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._directory = core.private
        self._waiting = core.private / "sync-waiting"
        self._state = core.private / "sync-state.json"
        self._told = core.private / "sync-told"

    @property
    def is_on(self) -> bool:
        """Whether writes are synced by themselves."""
        return self._setting() not in _OFF

    @property
    def remote(self) -> str | None:
        """The remote that ``memory.sync`` names, None for the usual one."""
        value = self._core.repository.config.get(KEY) or ""
        return None if value.strip().lower() in (*_OFF, *_ON) else value.strip()

    def _setting(self) -> str:
        return (self._core.repository.config.get(KEY) or "").strip().lower()

    # the queue --------------------------------------------------------------------------------------
    def put(self) -> None:
        """Something was written. Survives us, so that a later command or server goes on with it."""
        with contextlib.suppress(OSError):  # the memory itself tells, too
            self._directory.mkdir(exist_ok=True)
            self._waiting.write_text(f"{time.time_ns()} {os.getpid()}\n", "utf-8")

    def token(self) -> str | None:
        """What waits; another one after each write."""
        return _read(self._waiting)

    def is_due(self) -> bool:
        """Whether a sync should be tried now."""
        if not self.is_on:
            return False
        next_try = self._load().get("next_try")
        if isinstance(next_try, (int, float)) and time.time() < next_try <= time.time() + _LONGEST_REST:
            return False
        return self.token() is not None or self._is_ahead()

    def _is_ahead(self) -> bool:
        from lsp_server.store.remotes import Remotes

        mainline = self._core.mainline.tip()
        if mainline is None:
            return False
        try:
            remotes = Remotes(self._core.repository)
            synced, _ = remotes.last_seen(remotes.choose(self.remote), self._core.repository.memory_branch)
        except GitMemoryError:  # no remote to sync with: nothing to do, and nothing to complain of
            return False
        return synced != mainline

    def succeeded(self, token: str | None, refused: str | None = None) -> None:
        """What waited before the sync began is done; what was written meanwhile waits on. ``refused`` is told
        as a failure is, once, but nothing rests because of it: the memory itself was synced."""
        if token is not None and self.token() == token:
            self._waiting.unlink(missing_ok=True)
        now = time.time()
        state: dict[str, Any] = {"last_success": now}
        if refused is not None:
            before = self._load()
            since = before.get("failed_at", now) if before.get("last_failure") == refused else now
            state.update(failures=1, last_failure=refused, failed_at=since)
        self._save(state)

    def failed(self, message: str) -> None:
        """Rest before the next try, the longer the more have failed."""
        state = self._load()
        failures = int(state.get("failures", 0)) + 1
        rest = min(_FIRST_REST * 2 ** min(failures - 1, 20), _LONGEST_REST)
        now = time.time()
        state.update(failures=failures, last_failure=message, failed_at=now, next_try=now + rest)
        self._save(state)

    def untold_failure(self) -> str | None:
        """The last failure, once: the next time there is nothing new to tell."""
        state = self._load()
        message, when = state.get("last_failure"), str(state.get("failed_at"))
        if not isinstance(message, str) or _read(self._told) == when:
            return None
        with contextlib.suppress(OSError):
            self._told.write_text(when, "utf-8")
        return message

    def status(self, remote: str | None = None) -> SyncStatus:
        """Everything about it. Two processes. Raises ``NotInitialisedError``."""
        from lsp_server.store.remotes import Remotes

        tip = self._core.mainline.snapshot().version
        state = self._load()
        remotes = Remotes(self._core.repository)
        name, unpushed, problem = None, None, None
        try:
            target = remotes.choose(remote or self.remote)
            name = target.branch(self._core.repository.memory_branch)
            synced, tracking = remotes.last_seen(target, self._core.repository.memory_branch)
            known = [one for one in (synced, tracking) if one is not None]
            unpushed = remotes.count(tip, known) if known else None
        except GitMemoryError as error:
            problem = str(error)
        return SyncStatus(
            remote=name,
            in_background=self.is_on,
            waiting=self.token() is not None,
            unpushed=unpushed,
            last_success=_number(state.get("last_success")),
            last_failure=state.get("last_failure"),
            failures=int(_number(state.get("failures")) or 0),
            next_try=_number(state.get("next_try")),
            problem=problem,
        )

    def _load(self) -> dict[str, Any]:
        try:
            state = json.loads(self._state.read_bytes())
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def _save(self, state: Mapping[str, Any]) -> None:
        from lsp_server.store.half_written import write_whole

        with contextlib.suppress(OSError):
            self._directory.mkdir(exist_ok=True)
            write_whole(self._state, json.dumps(state).encode("utf-8"))


def run(core: Core, stop: threading.Event | None = None) -> Synced | None:
    """Sync until nothing is due. One at a time: None when another sync is under way, which looks into the
    queue again when it has ended. A failure is noted, not raised."""
    from lsp_server.memory.not_pushed import ProposalsNotSentError
    from lsp_server.memory.syncing import sync

    queue = SyncQueue(core)
    done = None
    for _ in range(_MOST_RUNS):
        if not queue.is_due():
            break
        token = queue.token()
        try:
            synced, refused = sync(core, queue.remote, wait=False, stop=stop), None
        except ProposalsNotSentError as error:
            synced, refused = error.synced, str(error)
        except GitMemoryError as error:
            if stop is None or not stop.is_set():
                queue.failed(str(error))
            return done
        if synced is None:
            return done
        queue.succeeded(token, refused)
        done = synced
    return done


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
