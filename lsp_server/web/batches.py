"""A body as events: an array, one object, or a line of JSON each. What is no event is named, by its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from lsp_server.errors import UsageError
from lsp_server.memory.events.model import TypedMemory, in_words
from lsp_server.memory.events.types import checked_type
from lsp_server.records.shortening import shortened
from lsp_server.web.asgi import LONGEST_REFUSAL, RefusalError
from lsp_server.web.cleaning import cleaned, fitting

_SESSION = re.compile(r"[A-Za-z0-9._:@-]{1,64}", re.ASCII)
_PAGE = "page:"  # so that what a page calls itself is nobody else's name


class Batch(NamedTuple):
    """The events of one request, each with its place in it, and why others are none."""

    ready: list[tuple[int, TypedMemory]]
    refused: list[dict[str, Any]]


class Rules(NamedTuple):
    """What is taken: the ``types``, and how many at ``most`` in one request."""

    types: Collection[str]
    most: int


def refused(index: int, error: Exception) -> dict[str, Any]:
    """How an event that is not kept is told of."""
    words = in_words(error) if isinstance(error, UsageError) else str(error)
    return {"index": index, "error": shortened(words, LONGEST_REFUSAL)}


def batch_of(
    body: bytes,
    rules: Rules,
    prepare: Callable[[Mapping[str, Any]], TypedMemory],
    *,
    is_lines: bool,
    owner: str,
    session: object,
) -> Batch:
    """What is in a body. ``owner`` is the caller's; where it has none, it is what the page calls itself.

    Raises ``RefusalError`` where the body as a whole cannot be taken.
    """
    made = Batch([], [])
    for index, given in enumerate(_events(body, rules.most, is_lines)):
        try:
            if isinstance(given, Exception):
                raise given
            memory = prepare(_checked(given, rules.types, owner, session))
            made.ready.append((index, fitting(memory)))
        except (UsageError, ValueError) as error:
            made.refused.append(refused(index, error))
    return made


def _events(body: bytes, most: int, is_lines: bool) -> list[Any]:
    """The events as JSON has them; a ``ValueError`` for a line that is none."""
    try:
        text = body.decode().removeprefix("\ufeff").strip()
    except UnicodeDecodeError as error:
        raise RefusalError(400, f"not UTF-8: byte {error.start + 1}") from None
    if not text:
        return []
    try:
        if is_lines:
            events = _lines(text, most)
        else:
            try:
                whole = _json(text)
                events = whole if isinstance(whole, list) else [whole]
            except json.JSONDecodeError as error:
                if error.msg != "Extra data" or not text.startswith("{"):
                    raise
                events = _lines(text, most)
    except ValueError as error:
        raise RefusalError(400, f"not JSON: {error}") from None
    if len(events) > most:
        raise RefusalError(413, f"more than {most:,} events: send smaller batches")
    return events


def _lines(text: str, most: int) -> list[Any]:
    events: list[Any] = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        if len(events) > most:
            break
        try:
            events.append(_json(line))
        except ValueError as error:
            events.append(ValueError(f"not JSON: {error}"))
    return events


def _json(text: str) -> Any:
    """A JSON text, strictly. Raises ``ValueError``."""
    try:
        return json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):  # which one counts, readers do not agree on
        raise ValueError("an object has one key twice")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _checked(given: Any, types: Collection[str], owner: str, session: object) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise UsageError("an event is an object with a type and a title")
    event = {name: value for name, value in given.items() if name not in ("owner", "user_id")}
    kind = event.get("type", event.get("memory_type"))
    if not isinstance(kind, str) or checked_type(kind) not in types:
        named = repr(kind) if isinstance(kind, str) else "no text"
        raise UsageError(f"type is {named}: taken here are {', '.join(sorted(types))}")
    said = given.get("owner", given.get("user_id", session))
    if not owner and said not in (None, ""):
        if not isinstance(said, str) or not _SESSION.fullmatch(said):
            raise UsageError("owner is at most 64 letters, digits and . _ : @ -")
        owner = _PAGE + said
    return {**cleaned(event, kind), "owner": owner}
