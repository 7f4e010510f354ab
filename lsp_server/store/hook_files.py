"""Hooks as files in git's folder of hooks: put in, beside those that are there, and taken out again.

A hook that was there keeps its bytes, its rights and its name: it goes to a folder beside git's, and back.
That folder has links to whatever else lies in git's, so that a hook finds what it looks for by its own name,
and what it looks for beside itself. The script adds those that are missing.
At no instant is there no hook where there was one: a killed ``install`` leaves the old one or both. Only
where the file system has no hard links the old one may lie in that folder alone; the next ``install`` calls
it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from lsp_server.errors import StoreError
from lsp_server.hook_script import HOOKS, KEPT, MARK, script

VERSION = 1
_HEAD = re.compile(rb"#!/bin/sh\n" + MARK.encode() + rb"([a-z-]+), version (\d+) ([0-9a-f]{16})\n")
_INTERPRETER = re.compile(rb"^git_memory_is_there\(\) \{ \[ -x '(.*)' \]; \}$", re.MULTILINE)
_MOST_READ = 1 << 20


class State(Enum):
    """How a hook of ours stands."""

    INSTALLED = "installed"
    OUTDATED = "outdated"
    """Ours, of another version, or for another Git Memory: ``install`` brings it up to date."""
    BROKEN = "broken"
    """Ours, and what it starts is not there any more: it does nothing."""
    CHANGED = "changed"
    """Ours, but somebody has changed it since: it is left alone."""
    FOREIGN = "foreign"
    """Somebody else's, and ours is not called: not installed yet, or ours was replaced."""
    ABSENT = "absent"


class HookFile(NamedTuple):
    """One hook as it is found. ``chained``: a hook that was there before is kept and called."""

    name: str
    path: Path
    state: State
    chained: bool = False


def look(directory: Path, name: str, command: Sequence[str]) -> HookFile:
    """How one hook stands. ``command`` is what it should start. Raises ``StoreError``."""
    path = directory / name
    data = _read(path)
    chained = os.path.lexists(_kept(path)) and not _is_second_name(path)
    if data is None:
        return HookFile(name, path, State.ABSENT, chained)
    head = _HEAD.match(data)
    if head is None:
        return HookFile(name, path, State.FOREIGN, chained)
    rest = data[head.end() :]
    if head[3].decode() != _checksum(rest):
        return HookFile(name, path, State.CHANGED, chained)
    if data == _whole(name, command):
        state = State.INSTALLED
    else:
        found = _INTERPRETER.search(rest)
        program = os.fsdecode(found[1].replace(b"'\"'\"'", b"'")) if found else ""
        state = State.OUTDATED if os.access(program, os.X_OK) else State.BROKEN
    if not os.access(path, os.X_OK):
        state = State.BROKEN
    return HookFile(name, path, state, chained)


def can_be_kept(found: HookFile) -> bool:
    """Whether somebody else's hook can be kept: none is that was there before it."""
    return not found.chained


def install(found: HookFile, command: Sequence[str]) -> HookFile:
    """Put a hook of ours in; one that is there is kept, and called. What somebody changed, and what cannot be
    kept, stays as it is. Raises ``StoreError``."""
    if found.state is State.CHANGED or (found.state is State.FOREIGN and not can_be_kept(found)):
        return found
    if found.state is not State.INSTALLED:
        new = found.path.with_name(f"{found.path.name}.git-memory-{os.getpid()}")
        try:
            found.path.parent.mkdir(parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o777)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_whole(found.name, command))
            if found.state is State.FOREIGN:
                _keep(found.path)
            new.replace(found.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            raise StoreError(f"{found.path} cannot be written: {error.strerror}") from error
    return look(found.path.parent, found.name, command)


def remove(found: HookFile, command: Sequence[str]) -> HookFile:
    """Take a hook of ours out; the one that was there before is there again, as it was. What somebody changed
    stays. Raises ``StoreError``."""
    if found.state is State.CHANGED:
        return found
    try:
        if found.state is State.FOREIGN:
            if _is_second_name(found.path):
                _kept(found.path).unlink()
        elif found.chained:
            _kept(found.path).replace(found.path)
        else:
            found.path.unlink(missing_ok=True)
        _tidy(found.path.parent)
    except OSError as error:
        raise StoreError(f"{found.path} cannot be removed: {error.strerror}") from error
    return look(found.path.parent, found.name, command)


def _kept(path: Path) -> Path:
    return path.parent.with_name(path.parent.name + KEPT) / path.name


def _link_beside(directory: Path) -> None:
    """Let the kept hooks find beside them what is beside git's; the script knows the same exceptions."""
    folder = directory.with_name(directory.name + KEPT)
    for path in directory.iterdir():
        ours = path.name in HOOKS or path.suffix == ".sample" or ".git-memory-" in path.name
        if not ours and not os.path.lexists(folder / path.name):
            with contextlib.suppress(OSError):
                (folder / path.name).symlink_to(f"../{directory.name}/{path.name}")


def _tidy(directory: Path) -> None:
    """Take the folder of kept hooks away when nothing is left in it but links to what lies in git's."""
    folder = directory.with_name(directory.name + KEPT)
    if not folder.is_dir() or any(os.path.lexists(folder / hook) for hook in HOOKS):
        return
    for path in folder.iterdir():
        if path.is_symlink() and str(path.readlink()) == f"../{directory.name}/{path.name}":
            path.unlink()
    with contextlib.suppress(OSError):  # a hook has left something of its own there
        folder.rmdir()


def _is_second_name(path: Path) -> bool:
    """Whether a hook has both names at once, as an ``install`` leaves it that is killed in the middle."""
    try:
        return os.path.samestat(path.lstat(), _kept(path).lstat())
    except OSError:
        return False


def _keep(path: Path) -> None:
    if _is_second_name(path):
        return
    _kept(path).parent.mkdir(exist_ok=True)
    _link_beside(path.parent)
    try:
        os.link(path, _kept(path), follow_symlinks=False)  # so that there is a hook all the time
    except (OSError, NotImplementedError):
        path.rename(_kept(path))


def _whole(name: str, command: Sequence[str]) -> bytes:
    rest = (
        "# Does what Git Memory does by itself when git is at work. `git memory hooks remove` takes it out\n"
        "# again, and gives the hook that was here before, if there was one, its name back.\n"
        f"{script(name, command, chained=True)}"
    )
    data = os.fsencode(rest)
    return f"#!/bin/sh\n{MARK}{name}, version {VERSION} {_checksum(data)}\n".encode() + data


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _read(path: Path) -> bytes | None:
    """What is in a hook; None where there is none. A link that leads nowhere is an empty one."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_READ)
    except FileNotFoundError:
        return b"" if path.is_symlink() else None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
