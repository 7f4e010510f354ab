"""The death of the editor that started the server: its input may stay open, held by another child."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

_PERIOD = 2.0  # seconds between two looks, where the system cannot tell us


async def wait_for_death(process_id: int) -> None:
    """Return when a process is gone. Never returns for one that is not there at the start: a client in
    another container names a process that this system does not have, and is alive all the same."""
    if process_id <= 0 or not is_alive(process_id):
        log.warning("the client names process %d, which is not here: its end will not be noticed", process_id)
        await asyncio.Event().wait()
    try:
        handle = os.pidfd_open(process_id)
    except (AttributeError, OSError):  # not Linux, or a kernel that forbids it
        while is_alive(process_id):
            await asyncio.sleep(_PERIOD)
        return
    try:
        await _readable(handle)
    finally:
        os.close(handle)


def is_alive(process_id: int) -> bool:
    """Whether a process runs. One that has ended and was not waited for yet does not."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return not isinstance(process_id, int) or process_id < 2**31
    try:
        state = Path(f"/proc/{process_id}/stat").read_bytes().rpartition(b")")[2].split()[:1]
    except OSError:
        return True  # no /proc on this system
    return state != [b"Z"]


async def _readable(fd: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    notice: Callable[[], None] = ready.set
    loop.add_reader(fd, notice)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fd)
