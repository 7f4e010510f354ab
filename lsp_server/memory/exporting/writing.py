"""Writing files of an export onto a person's disk: whole or not at all, and nothing over what is theirs."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lsp_server.errors import RefusedError, StoreError, UsageError
from lsp_server.records.project_directory.beside import LEFT_OVER, digest_of

Content = bytes | Callable[[], bytes]
"""A file's bytes, or what reads them when they are needed: artifacts may be large."""

NO_ROOM = {errno.ENOSPC, errno.EROFS, errno.EDQUOT}
"""What a disk says that takes no file at all."""

_OF_A_REPOSITORY = ("HEAD", "objects", "refs")
_LONG = 600  # seconds, after which nobody writes on a file that was begun


class Outcome(NamedTuple):
    """What was written, by names relative to the directory. ``digests`` are of all that stands there now."""

    written: list[str]
    unchanged: list[str]
    removed: list[str]
    digests: dict[str, str]
    left: list[str]


_PIECE = 1 << 20  # bytes of a large file that are in memory at once


def bytes_of(content: Content) -> bytes:
    return content if isinstance(content, bytes) else content()


def changed_since(directory: Path, files: Mapping[str, Content], earlier: Mapping[str, str]) -> list[str]:
    """The names whose files an export would write over, and that no earlier export left so. ``earlier`` are
    the digests of what that wrote."""
    changed = []
    for name, content in files.items():
        place = place_in(directory, name)
        if place.is_symlink() or (place.exists() and not place.is_file()):
            changed.append(name)
        elif place.exists():
            now = digest_of(place.read_bytes())
            if now != earlier.get(name) and now != digest_of(bytes_of(content)):
                changed.append(name)
    return changed


def write(
    directory: Path, files: Mapping[str, Content], earlier: Mapping[str, str], progress: Callable[[str], None]
) -> Outcome:
    """Write the files, each atomically, and remove those that an earlier export wrote and this one has not.
    What is there already is not touched."""
    outcome = Outcome([], [], [], {}, [])
    try:
        clear_up(directory, files)
        for count, (name, content) in enumerate(files.items()):
            if count % 100 == 0:
                progress(f"{count} of {len(files)} files written")
            data = bytes_of(content)
            outcome.digests[name] = digest_of(data)
            place = place_in(directory, name)
            if place.is_file() and not place.is_symlink() and place.read_bytes() == data:
                outcome.unchanged.append(name)
                continue
            write_file(place, data)
            outcome.written.append(name)
        _remove(directory, set(earlier) - set(files), earlier, outcome)
    except OSError as error:
        raise StoreError(f"{error.filename or directory} cannot be written: {error.strerror}") from error
    return outcome


def write_alone(place: Path, data: bytes) -> None:
    """As ``write_file``. Raises ``StoreError``."""
    try:
        write_file(place, data)
    except OSError as error:
        raise StoreError(f"{error.filename or place} cannot be written: {error.strerror}") from error


def clear_up(directory: Path, names: Iterable[str]) -> None:
    """Remove what an export that was killed had begun to write, in the folders of these files."""
    before = time.time() - _LONG
    folders: set[Path] = set()
    for name in names:
        with suppress(RefusedError):  # nothing was written there
            folders.add(place_in(directory, name).parent)
    for folder in folders:
        for half in folder.glob(".*.half"):
            if LEFT_OVER.match(half.name) and half.is_file() and half.stat().st_mtime < before:
                half.unlink(missing_ok=True)


def require_folder(directory: Path) -> None:
    """Raise ``UsageError`` where something stands there that is no folder, or where it is git's."""
    if (directory.exists() or directory.is_symlink()) and not directory.is_dir():
        raise UsageError(f"{directory} is not a folder")
    place, real = directory.absolute(), directory.resolve()
    for folder in (real, *real.parents, place, *place.parents):
        if folder.name.lower() == ".git" or all((folder / name).exists() for name in _OF_A_REPOSITORY):
            raise UsageError(f"{directory} is in git's own folder {folder}: name another one")


def write_file(place: Path, data: bytes | BinaryIO) -> None:
    """One file, whole or not at all; an open one is read to its end. Never through a symbolic link."""
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_name(f".{secrets.token_hex(6)}.half")
    try:
        with half.open("xb") as file:
            if isinstance(data, bytes):
                file.write(data)
            else:
                shutil.copyfileobj(data, file, _PIECE)
        os.replace(half, place)  # noqa: PTH105 (atomic on every system)
    except BaseException as error:
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(place), None  # which is what a person knows
        half.unlink(missing_ok=True)
        raise


def _remove(directory: Path, names: Iterable[str], earlier: Mapping[str, str], outcome: Outcome) -> None:
    for name in sorted(names):
        place = place_in(directory, name)
        if place.is_symlink() or not place.is_file():
            continue
        if digest_of(place.read_bytes()) != earlier[name]:
            outcome.left.append(name)
            continue
        place.unlink()
        outcome.removed.append(name)


def place_in(directory: Path, name: str) -> Path:
    """Where a file goes. Raises ``RefusedError`` where that is not in the directory."""
    parts = name.split("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" or "\0" in part for part in parts):
        raise RefusedError(f"{name!r} is no name in a directory")
    place = directory
    for part in parts[:-1]:
        place = place / part
        if place.is_symlink():
            raise RefusedError(f"{place} is a symbolic link, and what is behind it is not written to")
    return place / parts[-1]
