"""What pages tell, made fit to be kept, whoever sends it: the script for pages is one client of many."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.events.redacting import redacted
from lsp_server.records.shortening import shortened

PAGES = ("page_view", "user_action", "ui_error")
"""The types of what happens on a page."""

LONGEST_TITLE = 200
"""Characters; the rest is cut off."""
LONGEST_TEXT = 20_000
"""Characters of a content; the rest is cut off."""

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"\S+")
_PRIVATE = re.compile(r"[?#]")
_PLACE = re.compile(r"(?::\d{1,9}){0,2}\)?\Z")  # a line and a column, as stacks have them behind an address
_PLACE_LENGTH = 21
_NAMED = re.compile(r"([A-Za-z_$][\w$.]{0,99}): ")
# A frame as Chromium, and as Firefox and Safari write it; not an address in the error's message.
_FRAME = re.compile(r"^(?:[ \t]{1,9}at .{0,300}?|[^\s@]{0,300}@)(https?://[^\s)]+)", re.MULTILINE)


def cleaned(event: dict[str, Any], kind: str) -> dict[str, Any]:
    """An event without half characters. What happened on a page is told without what stands behind ``?`` and
    ``#`` in addresses, and an error with its type, message and place under ``metadata["error"]``, as far as
    it tells them."""
    found: dict[str, Any] = _in_texts(event, is_page=kind in PAGES)
    if kind == "ui_error":
        _tell_error(found)
    return found


def fitting(memory: TypedMemory) -> TypedMemory:
    """A memory with its title and text as long as they may be. Secrets are taken out before: the first half
    of one is not known for what it is."""
    if len(memory.title) <= LONGEST_TITLE and len(memory.content) <= LONGEST_TEXT:
        return memory
    (clean,) = redacted((memory,), tuple)
    return clean._replace(
        title=shortened(clean.title, LONGEST_TITLE), content=shortened(clean.content, LONGEST_TEXT)
    )


def _in_texts(value: Any, *, is_page: bool) -> Any:
    """A value of JSON with its texts cleaned. Raises ``ValueError`` where it is too deep."""
    try:
        return _cleaned(value, is_page)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _cleaned(value: Any, is_page: bool) -> Any:
    if isinstance(value, str):
        whole = value if value.isascii() else _HALF_A_PAIR.sub("\ufffd", value)
        return _WORD.sub(_public, whole) if is_page and _PRIVATE.search(whole) else whole
    if isinstance(value, dict):
        return {name: _cleaned(one, is_page) for name, one in value.items()}
    return [_cleaned(one, is_page) for one in value] if isinstance(value, list) else value


def _public(found: re.Match[str]) -> str:
    """A word of a text: where it is an address or a path, without its query and fragment."""
    word = found[0]
    private = _PRIVATE.search(word)
    if private is None or "/" not in word[: private.start()]:
        return word
    place = _PLACE.search(word, max(private.end(), len(word) - _PLACE_LENGTH))
    return word[: private.start()] + (place[0] if place else "")


def _tell_error(event: dict[str, Any]) -> None:
    name = "meta_data" if "meta_data" in event else "metadata"
    told, title, stack = event.get(name) or {}, event.get("title"), event.get("content")
    if not isinstance(told, Mapping) or not isinstance(title, str):
        return  # refused for that a moment later
    named = _NAMED.match(title)
    place = _FRAME.search(stack) if isinstance(stack, str) else None
    error = told.get("error")
    event[name] = {
        **told,
        "error": {
            "type": named[1] if named else "Error",
            "message": title[named.end() :] if named else title,
            "where": place[1] if place else "",
            **(error if isinstance(error, Mapping) else {}),
        },
    }
