"""An error as a memory: its facts written, and read again from whatever was remembered as an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from lsp_server.memory.errors.places import Places
from lsp_server.memory.errors.telling import Frame, Told
from lsp_server.memory.errors.texts import valid
from lsp_server.memory.events.model import TypedMemory
from lsp_server.store.keyvalue.base import Value

ERROR_TYPES = ("error", "ui_error")
"""The types of memories that are errors."""

_TYPED = re.compile(r"((?:\w+\.)*\w*(?:Error|Exception|Warning|Failure|Timeout)): (.+)")
_WHERE = re.compile(r"(.*?)(?::\d+){1,2}(?: in (.*))?")


class Facts(NamedTuple):
    """What an error is compared by. ``message`` is one line; ``place`` the file and the function."""

    type: str
    message: str
    place: str
    function: str
    path: str


def metadata_of(told: Told, places: Places, *, handled: bool) -> dict[str, Value]:
    """The ``error`` in an error's metadata."""
    made: dict[str, Value] = {"type": told.type, "message": told.message}
    made |= place_fields(told.frame, places)
    made["handled"] = handled
    made["chain"] = list(told.chain)
    if told.inner:
        made["exceptions"] = list(told.inner)
    return made


def place_fields(frame: Frame | None, places: Places) -> dict[str, Value]:
    """Where an error happened, for people and for programs."""
    if frame is None:
        return {"where": "", "path": None, "line": 0, "function": ""}
    place = places.of(frame.file)
    function = valid(frame.function, 200)
    shown = valid(place.shown, 500)
    return {
        "where": f"{shown}:{frame.line} in {function}",
        "path": None if place.path is None else valid(place.path, 500),
        "line": frame.line,
        "function": function,
    }


def facts_of(memory: TypedMemory) -> Facts:
    """What an error's memory is compared by; of one that no program's exception made, what its title says."""
    given = memory.metadata.get("error")
    known: Mapping[str, Value] = given if isinstance(given, Mapping) else {}
    kind, message = _text(known, "type"), memory.title
    if kind and message == kind:
        message = ""
    elif kind:
        message = message.removeprefix(f"{kind}: ")
    elif found := _TYPED.fullmatch(message):
        kind, message = found[1], found[2]
    path, function = _text(known, "path"), _text(known, "function")
    if not path and (found := _WHERE.fullmatch(_text(known, "where"))):
        path = re.split(r"[/\\]", re.split("[?#]", found[1])[0])[-1]
        function = function or found[2] or ""
    return Facts(kind or memory.memory_type, message, place_name(path, function), function, path)


def place_name(path: str, function: str) -> str:
    """``src/pay.py:charge``."""
    return f"{path}:{function}" if path or function else ""


def typed_text(text: str) -> tuple[str, str]:
    """``ValueError: what it says`` as its type and message; no type where there is none."""
    found = _TYPED.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def _text(known: Mapping[str, Value], name: str) -> str:
    value = known.get(name)
    return value if isinstance(value, str) else ""
