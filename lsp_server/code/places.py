"""Which file of the repository a person means by a path, and clear words where it is none."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from pathlib import Path, PurePosixPath

from lsp_server.errors import UsageError
from lsp_server.records.anchors import ROOT

LARGEST_FILE = 50_000_000  # bytes; a line of a larger file is not what a record is about


def tidy_path(path: str) -> str:
    """A path relative to the top, without ``.``, ``..`` and doubled slashes.

    Raises ``UsageError`` for an empty, absolute or impossible path, one that climbs out of the
    repository, and one inside git's own directory.
    """
    if not path:
        raise UsageError("an empty path names no file")
    if "\0" in path:
        raise UsageError("a path cannot contain a NUL character")
    tidy = posixpath.normpath(path)
    if tidy == ".." or tidy.startswith(("/", "../")):
        raise UsageError(f"{_shown(path)} is outside the repository")
    _refuse_git_directory(path, tidy)
    return tidy


def code_file(root: Path, path: str) -> str:
    """The file of the work tree that ``path`` means, relative to ``root``, as git would name it:
    symbolic links followed, spelled as the file system has it. Starts no process.

    Raises ``UsageError`` where it is not a regular file of this repository.
    """
    found, mode = _real(root, path)
    if stat.S_ISDIR(mode):
        raise UsageError(f"{_shown(path)} is a folder; name a file in it")
    if not stat.S_ISREG(mode):
        raise UsageError(f"{_shown(path)} is not a regular file")
    return found


def code_folder(root: Path, path: str) -> str:
    """The folder of the work tree that ``path`` means, like ``src/auth/``; ``ROOT`` is the top itself.

    Raises ``UsageError`` where it is not a folder of this repository.
    """
    found, mode = _real(root, path)
    if not stat.S_ISDIR(mode):
        raise UsageError(f"{_shown(path)} is a file, not a folder: leave out the / at its end")
    return ROOT if found == "" else f"{found}/"


def _real(root: Path, path: str) -> tuple[str, int]:
    """What ``path`` is, as git would name it, and its mode. Raises ``UsageError`` where it is not there."""
    tidy = tidy_path(path)
    shown = _shown(path)
    try:
        top = root.resolve()
        real = (root / tidy).resolve(strict=True)
        mode = real.stat().st_mode
    except FileNotFoundError:
        raise UsageError(f"{shown} does not exist{_suggestion(root, tidy)}") from None
    except NotADirectoryError:
        raise UsageError(f"{shown} does not exist") from None
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links in a circle, to 3.12
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{shown} cannot be read: {reason}") from None
    if not real.is_relative_to(top):
        raise UsageError(f"{shown} leads outside the repository")
    relative = real.relative_to(top)
    _refuse_git_directory(path, relative.as_posix())
    for parent in [relative, *relative.parents][:-1]:
        if (top / parent / ".git").exists():
            raise UsageError(
                f"{shown} belongs to another repository, {_shown(parent.as_posix())}: record it there"
            )
    return _spelled(top, relative), mode


def read_file(root: Path, path: str) -> bytes | None:
    """The bytes of a work tree file named as git names it; None where there is no regular file (a
    symbolic link is none, nor is what lies behind one). Raises ``UsageError`` where it cannot be read."""
    place = root / path
    try:
        if any((root / parent).is_symlink() for parent in PurePosixPath(path).parents):
            return None
        status = place.lstat()
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > LARGEST_FILE:
            raise UsageError(f"{_shown(path)} is too large to be anchored to")
        return place.read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # no file here is called that, whatever a record says
            return None
        raise UsageError(f"{_shown(path)} cannot be read: {error.strerror}") from None


def _refuse_git_directory(path: str, tidy: str) -> None:
    # In any case, because on some file systems `.GIT` is the same directory.
    if tidy.partition("/")[0].lower() == ".git":
        raise UsageError(f"{_shown(path)} is inside git's own directory")


def _spelled(top: Path, relative: Path) -> str:
    """``relative`` as its directories list it: on a file system that ignores case, git knows one spelling."""
    parts: list[str] = []
    for part in relative.parts:
        directory = top.joinpath(*parts)
        listed = [part]
        if _other_case_exists(directory, part):
            listed = [entry.name for entry in directory.iterdir()]
        same = [name for name in listed if name.lower() == part.lower()]
        parts.append(part if part in same or not same else same[0])
    return "/".join(parts)


def _other_case_exists(directory: Path, part: str) -> bool:
    """Whether the file system finds the name in another case too: then its spelling must be looked up."""
    swapped = part.swapcase()
    return swapped != part and os.path.lexists(directory / swapped)


def _suggestion(root: Path, tidy: str) -> str:
    directory, name = posixpath.split(tidy)
    try:
        names = (entry.name for entry in (root / directory).iterdir())
        near = sorted(found for found in names if found.lower() == name.lower())
    except OSError:
        return ""
    return f"; there is {_shown(posixpath.join(directory, near[0]))}" if near else ""


def _shown(path: str) -> str:
    """A path as it can be printed: one line, no control characters, no lone surrogates."""
    short = path if len(path) <= 200 else path[:199] + "…"
    return "".join(c if c.isprintable() else _escaped(c) for c in short)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
