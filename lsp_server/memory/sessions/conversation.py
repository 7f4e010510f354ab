"""``SessionMemory``: a conversation kept in a repository's memory, for programs that run on asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.memory.facade import Memory
from lsp_server.memory.guard import guard_for
from lsp_server.memory.sessions.finding import LATEST, SessionSummary, find
from lsp_server.memory.sessions.messages import plain_message, system_message, whole_message
from lsp_server.memory.sessions.saving import Placed, is_changed, new_session, save
from lsp_server.memory.sessions.unsure import HEAD, Unsure, settled, with_added
from lsp_server.records.sessions.model import Message, Session

if TYPE_CHECKING:
    from types import TracebackType

    Where = Memory | str | Path

_Answer = TypeVar("_Answer")


class SessionMemory:
    """One session: messages are collected in memory and saved as a batch, as one commit.

    Nothing blocks the event loop: git runs in worker threads. A task that is cancelled while it saves leaves
    the session whole: the save goes on, and either all of it is on the branch or nothing.

    >>> async with await SessionMemory.create(".", goal="Sign in with a token") as session:
    ...     await session.add_message("user", "Hello")
    ...     await session.add_message("assistant", "Hi!")
    ...     await session.save_memory()
    """

    def __init__(self, memory: Memory, session: Session, *, owns: bool) -> None:
        """Use ``create`` or ``from_session``."""
        self._memory = memory
        self._owns = owns
        self._session = self._begun = session
        self._state = threading.Lock()  # of the session here, for moments
        self._saving = threading.Lock()  # one save after the other
        self._unsure: Unsure | None = None  # a save that ended with an error, if it came that far
        self._is_closed = False

    # beginning -------------------------------------------------------------------------------------
    @classmethod
    async def create(
        cls,
        memory: Where = ".",
        *,
        system_messages: Iterable[str | Mapping[str, Any]] = (),
        **head: Any,
    ) -> SessionMemory:
        """A new session, written nowhere until it is saved. ``memory`` is an open ``Memory``, or a directory
        in a repository that has one; ``head`` are keys of a ``Session`` (``goal``, ``agent``, ``name``,
        ``tags`` …).

        Raises ``NoRepositoryError``, ``NotInitialisedError``, ``UsageError`` for a key that sessions do not
        have.
        """
        _check_head(head)
        system = tuple(plain_message(system_message(one)) for one in system_messages)

        def begin() -> SessionMemory:
            opened, owns = _opened(memory)
            try:
                opened._core.expect_memory()
                session = new_session(opened._core, system_messages=system, **_tuples(head))
            except BaseException:
                _closed(opened, owns)
                raise
            return cls(opened, session, owns=owns)

        return await _off_loop(begin)

    @classmethod
    async def from_session(cls, session_id: str = LATEST, memory: Where = ".") -> SessionMemory:
        """A session that was saved before, to go on with: by its id, a part of it that no other session has,
        its label or its name; the one saved last unless given.

        Raises as ``Memory.session`` does.
        """

        def load() -> SessionMemory:
            opened, owns = _opened(memory)
            try:
                return cls(opened, opened.session(session_id), owns=owns)
            except BaseException:
                _closed(opened, owns)
                raise

        return await _off_loop(load)

    # what is in it ---------------------------------------------------------------------------------
    @property
    def session(self) -> Session:
        """The session as it is here, with what is not saved yet."""
        return self._session

    @property
    def session_id(self) -> str:
        return self._session.id

    @property
    def messages(self) -> tuple[Message, ...]:
        """What was said, without the system's messages, oldest first."""
        return self._session.messages

    @property
    def system_messages(self) -> tuple[Message, ...]:
        return self._session.system_messages

    @property
    def unsaved(self) -> bool:
        """Whether there is something that no save has written yet."""
        session = self._session
        if session.origin is None:
            return True
        return is_changed(session, session.origin)

    async def add_message(
        self,
        message: Any = None,
        content: Any = None,
        *,
        role: str | None = None,
        tool_calls: Iterable[Mapping[str, Any]] | None = None,
        tool_call_id: str | None = None,
        name: str | None = None,
        **more: Any,
    ) -> Message:
        """Add what was said; the next ``save_memory`` writes it. The answer is the message as it is kept.

        ``message`` is a role (``user``, ``assistant``, ``tool``, ``system``), as ``role`` is; ``content`` is
        then its text, None or a list of parts. Or it is a whole message: a mapping, or an object with such
        attributes (a dataclass, or one that has ``model_dump``). A system's message goes to
        ``system_messages``. ``more`` are further keys. Values are what JSON has; raises ``UsageError`` for
        any other.
        """
        if message is None or isinstance(message, str):
            made: dict[str, Any] = {"role": role if message is None else message, "content": content}
            calls = None if tool_calls is None else list(tool_calls)
            given = {"tool_calls": calls, "tool_call_id": tool_call_id, "name": name}
            made |= {key: value for key, value in given.items() if value is not None} | more
        else:
            made = whole_message(message)
        kept = plain_message(made)
        with self._state:
            now = self._session
            if kept["role"] == "system":
                self._session = replace(now, system_messages=(*now.system_messages, kept))
            else:
                self._session = replace(now, messages=(*now.messages, kept))
        return kept

    async def update(self, **head: Any) -> None:
        """Set keys of the session's head: ``goal``, ``summary``, ``achievements``, ``next_session``,
        ``ended_at`` … Raises ``UsageError`` for a key that sessions do not have."""
        _check_head(head)
        with self._state:
            self._session = replace(self._session, **_tuples(head))

    # saving ----------------------------------------------------------------------------------------
    async def save_memory(self) -> Session:
        """Write what is not written yet, as one commit; nothing where nothing is. What others did to the
        session meanwhile, by hand or in another process, is merged: then it is in ``messages`` from here on.

        Raises as ``Memory.save_session`` does; what was added is kept here, and the next save writes it.
        """
        return await _off_loop(self._save)

    def _save(self) -> Session:
        with self._saving:
            core = self._memory._core
            core.expect_memory()
            if self._unsure is not None:
                before = self._session
                known = settled(core, self._unsure, before)
                with self._state:
                    self._session = with_added(known, before, self._session)
                self._unsure = None
            with self._state:
                given = self._session
            written: list[Placed] = []
            try:
                saved = save(core, given, guard_for(core, redact=True), written)
            except BaseException:
                self._unsure = Unsure(given, written[0]) if written else None
                raise
            finally:
                if self._is_closed:  # nobody comes to end what this save has started
                    _closed(self._memory, self._owns)
            with self._state:
                self._session = with_added(saved, given, self._session)
            return saved

    async def close(self) -> None:
        """End what was started for this session, after a save that is under way; what is not saved is lost.
        An open ``Memory`` that was given stays open."""
        await _off_loop(self._close)

    def _close(self) -> None:
        with self._saving:
            self._is_closed = True
            _closed(self._memory, self._owns)

    async def __aenter__(self) -> SessionMemory:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Save what is not saved, also after an error: what was said is worth most then."""
        try:
            if self.unsaved and self._session is not self._begun:
                await self.save_memory()
        finally:
            await self.close()

    # finding ---------------------------------------------------------------------------------------
    @classmethod
    async def list_sessions(cls, limit: int | None = 20, memory: Where = ".") -> tuple[SessionSummary, ...]:
        """The sessions without their messages, those first that were saved last."""
        return await _off_loop(lambda: _ask(memory, lambda opened: opened.sessions(limit)))

    @classmethod
    async def find_latest_session(cls, memory: Where = ".") -> str | None:
        """The id of the session that was saved last, None where there is none."""
        found = await cls.list_sessions(1, memory)
        return found[0].id if found else None

    @classmethod
    async def find_session_by_prefix(cls, prefix: str, memory: Where = ".") -> str | None:
        """The whole id of the one session whose id begins so (or that has this label or name), None where
        none does. Raises ``AmbiguousError`` where several do."""

        def look(opened: Memory) -> str | None:
            try:
                return find(opened._core, prefix).id
            except NotFoundError:
                return None

        return await _off_loop(lambda: _ask(memory, look))


async def _off_loop(work: Callable[[], _Answer]) -> _Answer:
    """Run in a worker thread. Who waits may be cancelled; the work goes on to its end."""
    return await asyncio.shield(asyncio.ensure_future(asyncio.to_thread(work)))


def _opened(where: Where) -> tuple[Memory, bool]:
    return (where, False) if isinstance(where, Memory) else (Memory.open(where), True)


def _closed(memory: Memory, owns: bool) -> None:
    if owns:
        memory.close()


def _ask(where: Where, question: Callable[[Memory], _Answer]) -> _Answer:
    memory, owns = _opened(where)
    try:
        return question(memory)
    finally:
        _closed(memory, owns)


def _check_head(head: Mapping[str, Any]) -> None:
    for key in head:
        if key not in HEAD:
            raise UsageError(f"a session has no {key!r}; it has {', '.join(HEAD)}")


def _tuples(head: Mapping[str, Any]) -> dict[str, Any]:
    lists = ("tags", "links", "context_loaded", "activities", "achievements", "challenges")
    return {
        key: (value,) if key in lists and isinstance(value, str) else tuple(value) if key in lists else value
        for key, value in head.items()
    }
