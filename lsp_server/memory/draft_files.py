"""The private files of drafts and file views: the text that a person edits, and what is known about it.

``<folder>/<name>.md`` is the text. Beside it in ``.state/`` stand ``<name>.md.json``, what it is, and
``<record id>``, the name of the file in which that record is edited.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lsp_server.errors import NotFoundError, StoreError
from lsp_server.memory import draft_place
from lsp_server.store.half_written import write_whole

_STATE = ".state"
_OLDER = 4  # texts that an editor may still show; a text is a few kilobytes
_NOTICED = 0.05  # seconds in which a watcher has looked at a new folder


@dataclass(frozen=True)
class State:
    """What a draft is. ``base`` is the text last known to be on the branch (as the branch has it),
    ``template`` the untouched text; ``committed`` says whether the record is on the branch (before that,
    ``base`` is what a save meant to put there). ``older`` are texts that stood in the file until somebody
    else's change replaced them, the last first: an editor may still show one, and save it."""

    id: str
    kind: str
    base: str
    template: str
    committed: bool
    form: str = ""
    older: Sequence[str] = ()

    def seen(self, text: str) -> Sequence[str]:
        """``older`` with one more text that an editor may show."""
        return [text, *(one for one in self.older if one != text)][:_OLDER]

    def base_of(self, text: str, shown: str | None = None) -> str:
        """The text that an edited one most likely began from: the one with the fewest other lines; the file's
        own where it is known that this was ``shown``."""
        if shown is not None and shown == self.base:
            return self.base
        lines = Counter(text.splitlines())

        def distance(base: str) -> int:
            others = Counter(base.splitlines())
            return sum(((lines - others) + (others - lines)).values())

        return min([self.base, *self.older], key=distance)


def state_path(path: Path) -> Path:
    return path.parent / _STATE / f"{path.name}.json"


def load(path: Path) -> State | None:
    """What a file is; None when it is no draft of ours."""
    try:
        return State(**json.loads(state_path(path).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def store(path: Path, state: State, *, durable: bool = True) -> None:
    write(state_path(path), json.dumps(asdict(state), ensure_ascii=True, indent=1), durable=durable)


def file_of(folder: Path, record_id: str) -> Path | None:
    """The file in which a record is edited, there or not; None when it never had one."""
    try:
        name = (folder / _STATE / record_id).read_text("utf-8")
    except (OSError, ValueError):
        return None
    return folder / name if name and name == Path(name).name else None


def claim(path: Path, record_id: str) -> None:
    """Note that a record is edited in this file."""
    write(path.parent / _STATE / record_id, path.name, durable=False)


def remove(path: Path, record_id: str) -> None:
    """Take a draft away with all that is known about it. Call it under the draft's lock."""
    with contextlib.suppress(OSError):
        path.unlink()
        if file_of(path.parent, record_id) == path:
            (path.parent / _STATE / record_id).unlink()
        state_path(path).unlink()
        _lock_path(path).unlink()


def write(path: Path, text: str, *, durable: bool = True) -> None:
    """Write a private file whole or not at all."""
    # Half-written it is in the folder above all drafts, where every command looks for what the dead left.
    place = next((above.parent for above in path.parents if above.name == draft_place.FOLDER), path.parent)
    try:
        _make_folder(path.parent)
        write_whole(path, text.encode("utf-8", "surrogateescape"), place=place, mode=0o600, durable=durable)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def _make_folder(folder: Path) -> None:
    """A folder and those above it, each a moment after the one that it is in.

    Editors follow files with a watch on every folder (VS Code's recursive one on Linux), and see a new folder
    in one that they watch already. One that is made in it at once they never see, nor what changes there:
    what is written to an open file would not be shown.
    """
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for above in reversed(missing[1:]):
        above.mkdir(exist_ok=True)
        time.sleep(_NOTICED)
    for last in missing[:1]:
        last.mkdir(exist_ok=True, mode=0o700)


def read(path: Path) -> str:
    """A file's text; bytes that are not UTF-8 come as lone surrogates."""
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise NotFoundError(f"cannot read {path}: it is not a file")
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise NotFoundError(f"cannot read {path}: {error.strerror}") from error


def _lock_path(path: Path) -> Path:
    return state_path(path).with_suffix(".lock")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """One at a time for one draft, across processes; the lock goes with its holder."""
    descriptor = _lock(path)
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(path: Path) -> int:
    import fcntl

    lock = _lock_path(path)
    try:
        while True:
            _make_folder(lock.parent)
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                with contextlib.suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(descriptor), lock.stat()):
                        return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            # The draft was taken away while we waited: this lock is nobody's any more.
            os.close(descriptor)
    except OSError as error:
        raise StoreError(f"cannot lock {path.name}: {error.strerror}") from error
