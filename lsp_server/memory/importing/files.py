"""Files of a person's disk on their way in: which there are, and what their bytes say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lsp_server.errors import UsageError

LARGEST = 4 << 20  # bytes; what is read here is text that a person or a small program wrote


# What is told of files of every kind.
NO_DATE = "it has no date; the date of the import stands for it"
REDACTED = "what looks like a secret was redacted"


def require_folder(directory: Path) -> None:
    """Raise ``UsageError`` for what is no folder."""
    if not directory.is_dir():
        raise UsageError(f"{directory} is not a folder")


def files_below(directory: Path) -> Iterator[Path]:
    """Every file, in name order; hidden folders and symbolic links are left alone."""
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


class Text(NamedTuple):
    """What a file says, with LF for line ends; ``broken`` says why it cannot be read, and ``notes`` what a
    person should know of how it was."""

    text: str
    broken: str = ""
    notes: tuple[str, ...] = ()


def read_text(path: Path | str, most: int = LARGEST) -> Text:
    """A file's text, whatever its encoding. ``most`` is its largest size in bytes."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (asked for thousands of files: half the time)
            data = file.read(most + 1)
    except OSError as error:
        return Text("", f"it cannot be read: {error.strerror}")
    return text_of(data, most)


def text_of(data: bytes, most: int = LARGEST) -> Text:
    """As ``read_text``, of the bytes."""
    if len(data) > most:
        return Text("", f"the file is larger than {most >> 20} MB")
    notes: tuple[str, ...] = ()
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text, notes = data.decode("utf-16"), ("the file is UTF-16",)
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in data:
            return Text("", "the file is not text")
        text = data.decode("cp1252", "replace")
        notes = ("the file is not UTF-8; it was read as Latin-1",)
    if "\0" in text:
        return Text("", "the file is not text")
    if not text.strip():
        return Text("", "the file is empty")
    if "\r" in text:  # alone, where there is no LF, it ended the lines of old systems
        text = text.replace("\r\n", "\n") if "\n" in text else text.replace("\r", "\n")
    return Text(text, "", notes)
