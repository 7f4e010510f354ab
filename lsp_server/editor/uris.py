"""Between a client's URIs and paths. Only ``file`` URIs have a path; everything else is left alone."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

_NAME, _PATH = 255, 4096  # bytes: longer ones no file system has, and asking for one is an error


def to_path(uri: str) -> Path | None:
    """The file that a URI names; None for other schemes, other hosts and what no file can be called."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme.lower() != "file" or parts.netloc not in ("", "localhost"):
        return None
    # urlsplit cuts at ? and #; editors escape both, but those that forget mean the file's name.
    raw = uri.split(":", 1)[1]
    raw = raw[2 + len(parts.netloc) :] if raw.startswith("//") else raw
    path = os.fsdecode(unquote_to_bytes(raw.encode("utf-8", "surrogatepass")))
    if "\0" in path or not path.startswith("/") or (len(raw) > _NAME and _is_too_long(path)):
        return None
    return Path(os.path.normpath(path))


def _is_too_long(path: str) -> bool:
    raw = os.fsencode(path)
    return len(raw) > _PATH or any(len(name) > _NAME for name in raw.split(b"/"))


def from_path(path: Path) -> str:
    """The ``file`` URI of an absolute path."""
    return path.as_uri()


def key(uri: str) -> str:
    """One spelling for the several that editors use for the same document (``%3A`` and ``:``)."""
    path = to_path(uri)
    return uri if path is None else path.as_posix()
