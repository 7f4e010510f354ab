"""The lock files in the private directory, which several users of one clone may have to open."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from lsp_server.store.incoming import cannot_write, share


def open_lock(path: Path, objects_dir: Path, *, shared: bool) -> int:
    """A descriptor of the file, which is made when it is missing, and its directory as well. Where the
    repository is ``shared``, both get the rights of ``objects_dir``. Raises ``StoreError``."""
    directory = path.parent
    try:
        if not directory.is_dir():
            directory.mkdir(exist_ok=True)
            if shared:
                share(directory, objects_dir)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise cannot_write(directory, error) from error
    if shared:
        with contextlib.suppress(OSError):  # another user's file: that user has done it
            os.fchmod(descriptor, 0o666 & objects_dir.stat().st_mode)
    return descriptor
