"""A clone of somebody's repository to try things on, asked as the product asks git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lsp_server.errors import StoreError
from lsp_server.store.git_process import Git, clean_environment


class Clone:
    """A clone that shares the objects of ``repository``; ``run`` is what the code floor asks for."""

    def __init__(self, repository: str | Path, root: Path, *options: str) -> None:
        """Makes it at ``root``. ``options``: of ``git clone``."""
        subprocess.run(["git", "clone", "-q", "--shared", *options, str(repository), str(root)], check=True)
        self.root = root
        self._git = Git(root, clean_environment(os.environ))

    def run(self, args: Sequence[str], /, *, stdin: bytes | None = None) -> bytes:
        return self._git.run(args, stdin=stdin)

    def git(self, *args: str) -> str:
        """What git prints, without the line's end. Raises ``StoreError`` when it fails."""
        return self.run(args).decode("utf-8", "surrogateescape").strip()

    def tries(self, *args: str) -> bool:
        """Whether git does it."""
        try:
            self.run(args)
        except StoreError:
            return False
        return True
