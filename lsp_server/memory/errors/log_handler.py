"""Errors that a program logs, recorded."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.errors.recorder import Recorder


class ErrorLogHandler(logging.Handler):
    """Records what is logged at a level or above: exceptions once, wherever else they are recorded, and
    messages without one. What recording logs itself is left out, and nothing is raised."""

    def __init__(self, errors: Recorder, level: int | str) -> None:
        super().__init__(level)
        self._errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        """Record one."""
        try:
            self._errors.logged(record)
        except Exception:  # also at the interpreter's end, when modules are half gone
            return
