"""Recording, so that it never stands in the program's way: whatever goes wrong here stays here."""

from __future__ import annotations

import _thread
import inspect
import logging
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_server.memory.errors.applying import Handler, Handlers, applied, applied_later
from lsp_server.memory.errors.kinds import is_error
from lsp_server.memory.errors.lookups import Lookups
from lsp_server.memory.errors.making import error_memory, log_context, logged_memory, unwritten
from lsp_server.memory.errors.places import Places
from lsp_server.memory.errors.results import Applied, RecordedError, Solution
from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.secrets import suspicious_within

if TYPE_CHECKING:
    from lsp_server.memory.events.event_memory import EventMemory

_MARK = "_git_memory_errors"  # of an exception: where it was recorded, and as what
_OURS = str(Path(__file__).parent)
_PATIENCE = 5.0  # seconds that another thread has for recording
_RECENT = 100  # errors whose answer is given again


class Recorder:
    """Writes errors down and answers with what is known of their like. Nothing it meets is raised, but for
    an interrupt that comes in between."""

    def __init__(self, events: EventMemory, places: Places, owner: str) -> None:
        self.events = events
        self.owner = owner
        self.unrecorded = 0
        self.lookups = Lookups(events)
        self.handlers = Handlers()
        self._places = places
        self._recent: OrderedDict[str, RecordedError] = OrderedDict()
        self._untried: dict[str, None] = {}  # those of them whose handlers were not called
        self._warned: set[str] = set()
        self._here = threading.local()

    def passed(
        self, error: BaseException, context: Mapping[str, Any], *, handled: bool, owner: str | None = None
    ) -> RecordedError:
        """Record an exception, and apply what solved its like."""
        recorded = self.noted(error, context, handled=handled, owner=owner)
        done: list[Applied] = []
        for solution, function in self._to_try(recorded, can_wait=False):
            done.append(applied(solution, function, error, context))
            if self._has_helped(recorded, done):
                break
        return self._answered(recorded._replace(applied=done)) if done else recorded

    async def passed_later(
        self, error: BaseException, context: Mapping[str, Any], *, handled: bool
    ) -> RecordedError:
        """As ``passed``, where handlers may be awaited."""
        return await self.tried_later(self.noted(error, context, handled=handled), error, context)

    async def tried_later(
        self, recorded: RecordedError, error: BaseException, context: Mapping[str, Any]
    ) -> RecordedError:
        """Apply what solved the like of an exception that was recorded, where handlers may be awaited."""
        done: list[Applied] = []
        for solution, function in self._to_try(recorded, can_wait=True):
            done.append(await applied_later(solution, function, error, context))
            if self._has_helped(recorded, done):
                break
        return self._answered(recorded._replace(applied=done)) if done else recorded

    def noted(
        self, error: BaseException, context: Mapping[str, Any], *, handled: bool, owner: str | None = None
    ) -> RecordedError:
        """Record an exception and apply nothing; one that was recorded is not recorded again."""
        whose = self.owner if owner is None else owner
        if not is_error(error):
            return unwritten(error, whose)
        if (earlier := self._earlier(error)) is not None:
            return earlier
        made = self._kept(
            lambda: error_memory(self.events, error, self._places, context, owner=whose, handled=handled)
        )
        if made is None:
            return unwritten(error, whose)
        with suppress(Exception):  # an exception that keeps nothing is recorded each time
            vars(error).setdefault(_MARK, {})[str(self.events.directory)] = made.id
        known = self._known(made)
        recorded = (
            RecordedError(made, known.group, known.solutions, [], True)
            if known
            else RecordedError(made, None, [], [], True)
        )
        self._untried[made.id] = None
        return self._answered(recorded)

    def logged(self, record: logging.LogRecord) -> None:
        """Record what was logged; nothing that recording itself logs."""
        if getattr(self._here, "at_it", False):
            return
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self.noted(error, log_context(record), handled=True)
        else:
            self._kept(lambda: logged_memory(self.events, record, self._places, owner=self.owner))

    def described(self, error: BaseException) -> TypedMemory:
        """An exception as its memory: the one that was kept of it, else one that is not kept."""
        earlier = self._earlier(error)
        if earlier is not None and earlier.memory.metadata:
            return earlier.memory
        return error_memory(self.events, error, self._places, {}, owner=self.owner, handled=True)

    def tell(self, error: BaseException, recorded: RecordedError) -> None:
        """Have an exception that goes on say what solved its like: whoever prints it prints that (Python
        3.11)."""
        if not recorded.solutions or not hasattr(error, "add_note"):
            return
        best = recorded.solutions[0]
        tries = best.successes + best.failures
        helped = f" (helped {best.successes} of {tries} times)" if tries else ""
        note = f"solved before by: {best.title}{helped}"
        with suppress(Exception):
            if note not in getattr(error, "__notes__", ()):
                error.add_note(note)

    def _to_try(self, recorded: RecordedError, *, can_wait: bool) -> Iterator[tuple[Solution, Handler]]:
        """The solutions to apply, unless some were: an error that a log or a hook has recorded first may have
        its handlers still, but each has them once."""
        memory_id = recorded.memory.id
        found = list(self.handlers.for_(recorded.solutions, can_wait=can_wait))
        if found and memory_id in self._untried:
            self._untried.pop(memory_id, None)
            yield from found

    def _has_helped(self, recorded: RecordedError, done: list[Applied]) -> bool:
        self._note_outcome(recorded, done[-1])
        return not done[-1].why

    def _earlier(self, error: BaseException) -> RecordedError | None:
        """The answer for an exception that was recorded before."""
        with suppress(Exception):
            memory_id = vars(error).get(_MARK, {}).get(str(self.events.directory))
            if memory_id is not None:
                found = self._recent.get(memory_id)
                if found is not None:
                    return found
                bare = unwritten(error, self.owner)
                return bare._replace(memory=bare.memory._replace(id=memory_id), kept=True)
        return None

    def _answered(self, recorded: RecordedError) -> RecordedError:
        with suppress(KeyError, RuntimeError):  # another thread, or a signal handler, does the same
            self._recent[recorded.memory.id] = recorded
            while len(self._recent) > _RECENT:
                self._untried.pop(self._recent.popitem(last=False)[0], None)
        return recorded

    def _kept(self, make: Callable[[], TypedMemory]) -> TypedMemory | None:
        """Make a memory and keep it; None where that fails. Where the stack is used up, another thread has
        one of its own."""
        try:
            return self._keep(make)
        except RecursionError:
            return self._kept_elsewhere(make)
        except Exception as error:
            self._not_kept(error)
            return None

    def _kept_elsewhere(self, make: Callable[[], TypedMemory]) -> TypedMemory | None:
        answer: list[TypedMemory] = []
        done = _thread.allocate_lock()
        done.acquire()

        def keep() -> None:
            try:
                answer.append(self._keep(make))
            except Exception as error:
                self._not_kept(error)
            finally:
                done.release()

        try:  # the C calls alone: there may be no room for one of Python's own
            _thread.start_new_thread(keep, ())
            done.acquire(True, _PATIENCE)
        except RuntimeError:  # RecursionError is one, too
            self.unrecorded += 1
        return answer[0] if answer else None

    def _keep(self, make: Callable[[], TypedMemory]) -> TypedMemory:
        before = getattr(self._here, "at_it", False)
        self._here.at_it = True
        try:
            memory = make()
            if not suspicious_within(memory.title) and (noted := self.lookups.noted(memory)):
                memory = memory._replace(metadata={**memory.metadata, "group": noted})
            return self.events.keep([memory])[0]
        finally:
            self._here.at_it = before

    def _not_kept(self, error: Exception) -> None:
        self.unrecorded += 1
        with suppress(Exception):
            self._warn(f"errors are not recorded: {error}")

    def _known(self, memory: TypedMemory) -> Any:
        try:
            known = self.lookups.of(memory)
            if known is None and self.lookups.missing:
                self._warn(self.lookups.missing)
        except Exception:  # what is recorded stays recorded
            return None
        return known

    def _note_outcome(self, recorded: RecordedError, done: Applied) -> None:
        """Write down what became of a solution that was applied."""
        metadata: dict[str, Any] = {
            "solution": done.solution.id,
            "error": recorded.memory.id,
            "outcome": done.outcome,
            "ms": done.ms,
        }
        try:
            kept = self.events.create_memory(
                done.solution.title,
                done.why,
                memory_type="solution.applied",
                owner=recorded.memory.owner,
                metadata=metadata,
            )
            self.lookups.add(kept)
        except Exception as error:
            self._not_kept(error)

    def _warn(self, text: str) -> None:
        if text not in self._warned:
            self._warned.add(text)
            with suppress(Warning):  # a program that turns warnings into errors meant its own
                warnings.warn(text, RuntimeWarning, stacklevel=_levels_of_ours())


def _levels_of_ours() -> int:
    """How many calls up the program's own line is: that is where it is told."""
    frame, count = inspect.currentframe(), 0
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame, count = frame.f_back, count + 1
    return count
