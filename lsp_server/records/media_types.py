"""What kind of file something is: a media type, and the folder where such artifacts usually go.

The name tells, as it does in an editor; the content only where the name says nothing. The standard library's
table, without the system's own files, so that a type is the same everywhere (ADR-0027).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

UNKNOWN: Final = "application/octet-stream"
TEXT: Final = "text/plain"
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # what no text has in it
HEAD = 8000  # bytes that are looked at; git tells a binary file by as many
_FURTHER = {  # what the table lacks, in some Python from 3.10 on or in all
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".webp": "image/webp",
    ".drawio": "application/vnd.jgraph.mxfile",
    ".dot": "text/vnd.graphviz",
    ".gv": "text/vnd.graphviz",
    ".mmd": "text/vnd.mermaid",
    ".mermaid": "text/vnd.mermaid",
    ".puml": "text/x-plantuml",
    ".plantuml": "text/x-plantuml",
    ".excalidraw": "application/vnd.excalidraw+json",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".7z": "application/x-7z-compressed",
    ".gz": "application/gzip",
    ".bz2": "application/x-bzip2",
    ".xz": "application/x-xz",
    ".zst": "application/zstd",
    ".jsonl": "application/jsonl",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".toml": "application/toml",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".rst": "text/x-rst",
    ".log": TEXT,
    ".diff": "text/x-diff",
    ".patch": "text/x-diff",
    ".sqlite": "application/vnd.sqlite3",
    ".mkv": "video/matroska",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".flac": "audio/flac",
    ".wasm": "application/wasm",
}
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
)
_DIAGRAMS = {"image/svg+xml", "application/vnd.jgraph.mxfile", "application/vnd.excalidraw+json"}
_DIAGRAMS |= {"text/vnd.graphviz", "text/vnd.mermaid", "text/x-plantuml"}
_OF_REPORTS = "json pdf xml yaml jsonl toml vnd.openxmlformats-officedocument vnd.oasis.opendocument"
_REPORTS = ("text/", *(f"application/{one}" for one in _OF_REPORTS.split()))


def type_of_name(name: str) -> str | None:
    """``image/png`` for ``login.PNG``; None where the name does not tell."""
    dot = name.rfind(".")
    return _table().get(name[dot:].lower()) if dot > 0 else None


def type_of_content(head: bytes) -> str:
    """The type of what begins with these bytes (``HEAD`` of them are enough)."""
    for beginning, media_type in _BEGINNINGS:
        if head.startswith(beginning):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return TEXT if is_text(head) else UNKNOWN


def is_text(head: bytes) -> bool:
    """Whether this may be the beginning of UTF-8 text; a character may be cut off at its end."""
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(head) >= HEAD and error.start > len(head) - 4 and error.reason == "unexpected end of data"
    return True


def encodings_of(data: bytes) -> tuple[str, ...]:
    """What a text may be written in, to be tried in turn; none for what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16-le" if data.startswith(b"\xff") else "utf-16-be",)
    return () if b"\0" in data else ("utf-8",) if _CONTROLS.search(data) else ("utf-8", "latin-1")


def usual_folder(media_type: str) -> str:
    """Where such an artifact goes unless somebody says otherwise."""
    if media_type in _DIAGRAMS:
        return "diagrams"
    if media_type.startswith(("image/", "video/")):
        return "screenshots"
    return "reports" if media_type.startswith(_REPORTS) else "files"


@cache
def _table() -> dict[str, str]:
    import mimetypes

    return {**mimetypes.MimeTypes().types_map[True], **_FURTHER}
