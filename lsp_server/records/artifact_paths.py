"""Where an artifact stands on the branch, and which names every system can have a file of."""

from __future__ import annotations

import re
import unicodedata

from lsp_server.errors import UsageError

ROOT = "artifacts"
_LONGEST = (
    200  # bytes of one name: a merge that puts a file aside adds to it, and 255 is the most of most systems
)
_DEEPEST = 8  # folders
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f\\:*?"<>|\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]')
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?\Z", re.IGNORECASE
)
# Files that git itself acts on, also by the short names that Windows gives them.
_GITS_OWN = re.compile(r"\.git(?:attributes|ignore|modules)?\Z|git(?:att|ign|mod)?~\d\Z|gi[0-9a-f]{4}~\d\Z")


def artifact_path(path: str) -> str:
    """The whole path of an artifact that is called ``screenshots/login.png`` or, with the folder of all of
    them, ``artifacts/screenshots/login.png``. Unicode is composed (NFC), as most systems have it.

    Raises ``UsageError`` for a path that some system could not have, or that leads elsewhere.
    """
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(f"{path!r} is no name for an artifact: it is not UTF-8") from None
    parts = unicodedata.normalize("NFC", path).split("/")
    if parts[0] == ROOT and len(parts) > 1:
        del parts[0]
    if len(parts) > _DEEPEST:
        raise UsageError(f"{path!r} is no name for an artifact: more than {_DEEPEST - 1} folders")
    for part in parts:
        if (wrong := wrong_name(part)) is not None:
            raise UsageError(f"{path!r} is no name for an artifact: {wrong}")
    return "/".join([ROOT, *parts])


def folded(name: str) -> str:
    """What two names have in common that are one file where upper and lower case are not told apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def wrong_name(part: str) -> str | None:
    """Why not every system could have a file of this name; None for one that can stand anywhere."""
    if part in ("", ".", ".."):
        return "every part of it must be a name"
    if not part.isprintable() and any("\ud800" <= character <= "\udfff" for character in part):
        return "it is not UTF-8"
    if found := _FORBIDDEN.search(part):
        return f"{found[0]!r} cannot be in a file's name everywhere"
    if part.startswith("-"):
        return f"{part!r} would be taken for an option"
    if part.startswith(" ") or part.endswith((".", " ")):
        return f"{part!r} begins or ends with what Windows leaves out"
    if _DEVICE.match(part):
        return f"{part!r} is a device on Windows"
    if _GITS_OWN.match(part.lower()):
        return f"{part!r} means something to git"
    if len(part.encode()) > _LONGEST:
        return f"a name has {_LONGEST} bytes at most"
    return None
