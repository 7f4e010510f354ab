"""LangGraph nodes that remember: what each was given, what came of it, how long it took, and what came of it
before.

LangGraph itself is not imported: a node is a function, and what a graph hands to functions is asked for in
their signature.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable, Collection, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from lsp_server.agents.node_memory import NodeMemory, Owner, Run
from lsp_server.errors import UsageError
from lsp_server.memory.events.async_event_memory import AsyncEventMemory
from lsp_server.memory.events.event_memory import EventMemory

if TYPE_CHECKING:
    from lsp_server.memory.errors.error_memory import ErrorMemory

Node = TypeVar("Node", bound=Callable[..., Any])

_PAST, _CONFIG = "past", "config"
_LONGEST_NAME = 200  # characters


def remembered_node(
    name: str | None = None,
    *,
    events: EventMemory | AsyncEventMemory,
    errors: ErrorMemory | None = None,
    owner: Owner = None,
    offer: int = 5,
    keys: Collection[str] | None = None,
) -> Callable[[Node], Node]:
    """A decorator for the function of a LangGraph node: what it does is remembered.

    Each execution is two events of the type ``workflow_state``, its entry and its outcome, which share
    ``metadata["execution"]``; one that succeeds or fails also a ``metric`` of the endpoint ``"node NAME"``,
    in milliseconds. An exception is recorded as an error (by ``errors``, where the program has an
    ``ErrorMemory`` with handlers of its own) and goes on its way; an interrupt is none. State and update are
    kept in small (some 4,000 characters each), without secrets; ``keys``: only what is under these names of
    them.

    ``name`` is the node's, default: as it is called in the graph. ``owner`` is whose executions they are, a
    text or a function ``(state, config) -> text``; default: the run's ``thread_id``.

    A parameter ``past`` of the function is given ``PastExecutions``: at most ``offer`` of the newest and of
    the most similar, how many succeeded and how long they took; where ``owner`` is given, its own alone.

    The function may be sync or async, a method, or an object that is called; it may take ``config`` and all
    else that LangGraph gives, and answer with whatever a node may. Where memory cannot be written (a full
    disk), the log tells of it, and the node goes on without. Raises ``UsageError`` for what is no such
    function, and for ``events`` that are none.

    >>> @remembered_node(events=events)
    ... def charge(state: Order, past: PastExecutions) -> dict:
    ...     careful = past.success_rate is not None and past.success_rate < 0.5
    >>> builder.add_node("charge", charge)
    """
    if name is not None and (not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_NAME):
        raise UsageError(f"a node's name is a text of 1 to {_LONGEST_NAME} characters, not {name!r:.50}")
    if isinstance(events, AsyncEventMemory):
        events = events.sync
    if not isinstance(events, EventMemory):
        raise UsageError(f"events is an open EventMemory, not a {type(events).__name__}")
    if errors is not None and not hasattr(errors, "record"):
        raise UsageError(f"errors is an ErrorMemory, not a {type(errors).__name__}")
    if not isinstance(offer, int) or isinstance(offer, bool) or offer < 0:
        raise UsageError(f"offer is {offer!r}: it must be a whole number, 0 or more")
    if isinstance(keys, str):
        raise UsageError(f"keys is a list of names: [{keys!r}]")
    if owner is not None and not isinstance(owner, str) and not callable(owner):
        raise UsageError("owner is a text, or a function of state and config that gives one")
    known = events

    def remembered(function: Node) -> Node:
        called = getattr(function, "__name__", type(function).__name__)
        signature = _signature(function, called)
        memory = NodeMemory(
            known,
            errors,
            name=name,
            called=called,
            owner=owner,
            offer=offer,
            keys=None if keys is None else tuple(keys),
        )
        # The same call, but for what only a graph gives it.
        return cast(Node, _wrapped(function, signature, memory))

    return remembered


def _signature(function: Callable[..., Any], called: str) -> inspect.Signature:
    if not callable(function) or isinstance(function, type):
        hint = "; wrap the nodes of a subgraph one by one" if hasattr(function, "invoke") else ""
        raise UsageError(f"remembered_node wraps the function of a node, not {called}{hint}")
    within = getattr(function, "__call__", None)  # noqa: B004 - of an object: its own
    for one in (function, within):
        if inspect.isgeneratorfunction(one) or inspect.isasyncgenfunction(one):
            raise UsageError(f"{called} is a generator: a node answers with its update")
    return inspect.signature(function)


def _wrapped(
    function: Callable[..., Any], signature: inspect.Signature, memory: NodeMemory
) -> Callable[..., Any]:
    parameters = signature.parameters
    has_past, has_config = _PAST in parameters, _CONFIG in parameters
    bare = signature.replace(parameters=[one for one in parameters.values() if one.name != _PAST])
    names = [name for name in bare.parameters if name not in ("self", "cls")]
    first = names[0] if names else ""

    def begun(arguments: tuple[Any, ...], given: dict[str, Any]) -> Run:
        config = given.get(_CONFIG) if has_config else given.pop(_CONFIG, None)
        try:
            bound = bare.bind_partial(*arguments, **given).arguments
        except TypeError:  # the function says it better
            bound = {}
        config = bound.get(_CONFIG) if config is None else config
        return memory.begun(bound.get(first), config if isinstance(config, Mapping) else {})

    if _is_async(function):

        @functools.wraps(function, updated=())
        async def node(*arguments: Any, **given: Any) -> Any:
            run = begun(arguments, given)
            began = perf_counter()
            try:
                past = await asyncio.to_thread(memory.enter, run, has_past)
                if has_past:
                    given[_PAST] = past
                began = perf_counter()
                update = await function(*arguments, **given)
            except asyncio.CancelledError as error:  # nothing is waited for any more
                memory.fail(run, error, began)
                raise
            except BaseException as error:
                await asyncio.to_thread(memory.fail, run, error, began, perf_counter())
                raise
            await asyncio.to_thread(memory.leave, run, update, began, perf_counter())
            return update

    else:

        @functools.wraps(function, updated=())
        def node(*arguments: Any, **given: Any) -> Any:
            run = begun(arguments, given)
            past = memory.enter(run, has_past)
            if has_past:
                given[_PAST] = past
            began = perf_counter()
            try:
                update = function(*arguments, **given)
            except BaseException as error:
                memory.fail(run, error, began)
                raise
            memory.leave(run, update, began)
            return update

    _as_a_graph_sees_it(node, function, bare, has_config)
    return node


def _as_a_graph_sees_it(
    node: Callable[..., Any], function: Callable[..., Any], bare: inspect.Signature, has_config: bool
) -> None:
    """A graph gives to a function what its signature names: ``config`` is wanted, ``past`` is not its own."""
    parameters = list(bare.parameters.values())
    if not has_config:
        config = inspect.Parameter(_CONFIG, inspect.Parameter.KEYWORD_ONLY, default=None)
        at = next((at for at, one in enumerate(parameters) if one.kind is one.VAR_KEYWORD), len(parameters))
        parameters.insert(at, config)
    node.__signature__ = bare.replace(parameters=parameters)  # type: ignore[attr-defined] # read by inspect
    of_call = getattr(type(function), "__call__", None)  # noqa: B004 - of an object: its own
    try:
        hints = getattr(function, "__annotations__", None) or getattr(of_call, "__annotations__", {})
    except NameError:  # names that are there for a type checker alone
        return
    node.__annotations__ = {name: hint for name, hint in hints.items() if name != _PAST}
    if not hasattr(function, "__name__"):
        node.__name__ = node.__qualname__ = type(function).__name__


def _is_async(function: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - of an object: its own
    )
