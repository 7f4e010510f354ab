"""What is not committed, asked for ahead: git looks while its caller does something else."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from lsp_server.code.git import OFFLINE, decode_path

if TYPE_CHECKING:
    from lsp_server.store.git_process import Git


class Uncommitted:
    """One ``git status``, begun at once. ``paths`` gives its answer; ``close`` ends it in any case."""

    def __init__(self, git: Git) -> None:
        self._process = git.start(
            [
                *OFFLINE,
                "-c",
                "status.renames=false",
                "status",
                "--porcelain=v1",
                "-z",
                "--untracked-files=normal",
                "--ignore-submodules=dirty",
            ],
            stderr=False,
        )

    def paths(self, patience: float) -> list[str] | None:
        """The files that differ from HEAD, in order; a folder with nothing but new files is one path that
        ends with a slash. None where git has not answered after ``patience`` seconds, or has failed."""
        try:
            output, _ = self._process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            return None
        if self._process.returncode:
            return None
        return sorted(decode_path(entry[3:]) for entry in output.split(b"\0") if len(entry) > 3)

    def close(self) -> None:
        """End it, if its answer was not waited for."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()
