"""What a process has appended and the disk may not have yet."""

from __future__ import annotations

import os
import threading
from pathlib import Path


class Unsynced:
    """The segments that a process wrote to, and how far each is on the disk."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._mutex = threading.Lock()
        self._turn = threading.Lock()
        self._waiting: dict[str, int] = {}  # by name: the size to be brought to the disk
        self._synced: dict[str, int] = {}

    def add(self, name: str, size: int) -> None:
        """A segment has grown to that size."""
        with self._mutex:
            if self._synced.get(name) != size:
                self._waiting[name] = size

    def sync(self) -> None:
        """Bring all to the disk: lines, and the names of new files. Raises ``OSError``."""
        with self._turn:  # whoever asks meanwhile comes back only when it is there
            with self._mutex:
                waiting = dict(self._waiting)
            for name, size in waiting.items():
                self._sync(name)
                with self._mutex:
                    self._synced = {**self._synced, name: size}
                    if self._waiting.get(name) == size:
                        del self._waiting[name]

    def _sync(self, name: str) -> None:
        path = self._directory / name
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:  # its time was over
            return
        try:
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        if name not in self._synced:
            for folder in (path.parent, self._directory, self._directory.parent):
                _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
