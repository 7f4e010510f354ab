"""Where code is: which files are the program's own, and what they are called in its repository."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

_MOST = 10_000  # files that are remembered
_INSTALLED = ("site-packages", "dist-packages")
_OURS = str(Path(__file__).parent) + os.sep


class Place(NamedTuple):
    """A file of code. ``shown``: what people call it; ``path``: relative to the repository, None outside;
    ``is_own``: it is the program's own, not a library's."""

    shown: str
    path: str | None
    is_own: bool


class Places:
    """Tells about files, each looked up once. ``root``: the repository's work tree, or the program's
    directory; None: there is none."""

    def __init__(self, root: Path | None) -> None:
        self._root = None if root is None else os.path.realpath(root)
        self._known: dict[str, Place] = {}

    def of(self, file: str) -> Place:
        """What a code object calls its file, told."""
        found = self._known.get(file)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[file] = self._looked_up(file)
        return found

    def _looked_up(self, file: str) -> Place:
        if file.startswith("<"):  # <string>, <stdin>: the program's; <frozen …>: Python's
            return Place(file, None, not file.startswith(("<frozen", "<attrs", "<__array_function__")))
        try:
            real = os.path.realpath(file)
        except (OSError, ValueError):
            return Place(file, None, False)
        installed = any(f"{os.sep}{folder}{os.sep}" in real for folder in _INSTALLED)
        if real.startswith(_OURS) or installed:
            return Place(real, None, False)
        if self._root is not None and real.startswith(self._root.rstrip(os.sep) + os.sep):
            path = os.path.relpath(real, self._root).replace(os.sep, "/")
            return Place(path, path, True)
        return Place(real, None, not real.startswith(_library()))


def _library() -> tuple[str, ...]:
    """Where Python's own modules are."""
    places = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), os.path.dirname(os.__file__)}  # noqa: PTH120 (as the others: texts)
    return tuple(f"{os.path.realpath(place)}{os.sep}" for place in places if place) or (sys.prefix,)


def root_of(directory: Path) -> Path | None:
    """The work tree that a directory is in, told without git; None: in none."""
    at = Path(os.path.abspath(directory))  # noqa: PTH100 (resolves no symlink, as git has it)
    return next((one for one in (at, *at.parents) if (one / ".git").exists()), None)


def program_root() -> Path:
    """Where the running program is: the work tree that its main file is in, or that file's directory; for one
    that has no file, the directory that it runs in. Its parts are then called the same wherever it is run."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    if not isinstance(file, str) or file.startswith("<"):
        return Path.cwd()
    directory = Path(file).absolute().parent
    return root_of(directory) or directory
