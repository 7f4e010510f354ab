"""Keys: what may be one, and the name of its file.

A file's name is readable where the key is: ``user:123:preferences`` is ``user%3A123%3Apreferences``. No two
keys have one name, also where a disk does not tell upper from lower case, and no name leads elsewhere: it has
no ``/``, begins with no dot, and is none that Windows keeps for itself.
"""

from __future__ import annotations

import re
from hashlib import sha256

from lsp_server.errors import UsageError

LONGEST = 65_536  # characters
_LONGEST_NAME = 150  # bytes; a name may have 255, and the storages add an ending
_HEAD = 60
HASHED = "="  # stands in the names of long keys, and in no other: such a key stands in its file alone
_LAST = "\U0010ffff"
NO_TEXT = re.compile("[\0\ud800-\udfff]")  # the characters that no key has
_PLAIN = re.compile(r"[a-z0-9_\-][a-z0-9_.\-]*\Z")
_OTHER = re.compile(rb"[^a-z0-9_.\-]")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)")


def checked_key(key: str) -> str:
    """The key. Raises ``UsageError`` where it cannot be one."""
    if not isinstance(key, str):
        raise UsageError(f"a key is text, not {type(key).__name__}")
    if not key:
        raise UsageError("a key has at least one character")
    if len(key) > LONGEST:
        raise UsageError(f"a key has at most {LONGEST:,} characters; this one has {len(key):,}")
    if "\0" in key:
        raise UsageError("a key cannot contain the character NUL")
    if not key.isascii():
        try:
            key.encode()
        except UnicodeEncodeError as error:
            raise UsageError(
                f"this key is no valid text: character {error.start + 1} is half a pair"
            ) from None
    return key


def check_range(prefix: str, after: str | None = None, limit: int | None = None) -> None:
    """Raises ``UsageError`` for what cannot say which keys are meant, and how many."""
    if not isinstance(prefix, str):
        raise UsageError(f"what keys begin with is text, not {type(prefix).__name__}")
    if after is not None and not isinstance(after, str):
        raise UsageError(f"keys are behind a text, not {type(after).__name__}")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 0):
        raise UsageError(f"limit is {limit!r}: it must be a whole number, 0 or more")


def begins_no_key(prefix: str) -> bool:
    """Whether there can be no key that begins so."""
    return NO_TEXT.search(prefix) is not None


def begin_behind(prefix: str, after: str | None) -> tuple[str, str]:
    """Where to begin to look for the keys that begin with ``prefix`` and are behind ``after``: with the first
    of two texts, and behind the second. A key may be either, whatever ``after`` is."""
    low, beyond = prefix, after or ""
    if no_text := NO_TEXT.search(beyond):
        # No key has a NUL or half a pair: the first behind it may be asked for.
        beyond = beyond[: no_text.start()]
        if no_text[0] != "\0":
            low, beyond = max(prefix, beyond + "\ue000"), ""
    return low, beyond


def first_behind(prefix: str) -> str | None:
    """The first text behind all that begin so; None: there is none."""
    prefix = prefix.rstrip(_LAST)
    if not prefix:
        return None
    following = ord(prefix[-1]) + 1
    return prefix[:-1] + chr(0xE000 if following == 0xD800 else following)  # between are halves of pairs


def file_name(key: str) -> str:
    """The name of a key's file, without an ending: at most 150 bytes of ASCII, and another for every key."""
    if _PLAIN.match(key) and len(key) <= _LONGEST_NAME and not _RESERVED.match(key) and key[-1] != ".":
        return key
    name = _OTHER.sub(_escaped, key.encode()).decode()
    if name[0] == "." or _RESERVED.match(name):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    if name[-1] == ".":  # Windows drops it
        name = f"{name[:-1]}%2E"
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{re.sub('%[0-9A-F]?$', '', name[:_HEAD])}{HASHED}{sha256(key.encode()).hexdigest()}"


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % found[0][0]
