"""Running a command as a person at a terminal does."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PATIENCE = 30  # seconds


def run_on_a_terminal(
    command: Sequence[str | Path],
    place: Path,
    environment: Mapping[str, str],
    *,
    streams: Sequence[str] = ("stdin", "stdout", "stderr"),
) -> tuple[int, str]:
    """The exit code, and what was shown. ``streams`` are on the terminal, the others nowhere."""
    ours, theirs = pty.openpty()
    ends: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    ends.update(dict.fromkeys(streams, theirs))
    process = subprocess.Popen(command, cwd=place, env=environment, **ends)
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], PATIENCE)[0]:
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:  # the last one has closed it
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return process.wait(PATIENCE), shown.decode("utf-8", "replace")
