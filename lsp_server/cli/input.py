"""Text from a file or from standard input, without ever waiting for a pipe that says nothing."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lsp_server.cli.session import Session

PATIENCE = 0.1  # seconds that a pipe's writer gets to begin, when nobody asked for it to be read


def given_text(session: Session, source: str | None) -> str | None:
    """The text of ``--file SOURCE`` (``-`` is standard input); without it, what is piped in.

    A pipe is read when something comes at once or it is closed: a writer that is slow, or that a caller
    merely left open, is not waited for. A file is read when nobody has read from it before us (a shell
    loop's list is not ours). None when there is no text.
    """
    if source == "-":
        return _decoded(_standard_input(), "standard input")
    if source is not None:
        path = session.path(source)
        try:
            return _decoded(path.read_bytes(), source)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise click.UsageError(f"cannot read {source!r}: {why}") from None
    if sys.stdin is None or not _something_is_piped(session):
        return None
    return _decoded(_standard_input(), "standard input")


def _standard_input() -> bytes:
    if sys.stdin is None:
        return b""
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise click.UsageError(f"cannot read standard input: {error.strerror}") from None


def _something_is_piped(session: Session) -> bool:
    try:
        number = sys.stdin.fileno()
        mode = os.fstat(number).st_mode
        if stat.S_ISREG(mode):
            return os.lseek(number, 0, os.SEEK_CUR) == 0
    except (OSError, ValueError):
        return False
    if not stat.S_ISFIFO(mode):
        return False
    import select

    waiting = select.poll()
    waiting.register(number, select.POLLIN | select.POLLHUP)
    if waiting.poll(PATIENCE * 1000):
        return True
    session.say("note: nothing came on standard input, so it was not read (-F - waits for it)")
    return False


def _decoded(content: bytes, source: str) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.UsageError(f"{source} is not UTF-8 text") from None
    return text.strip("\r\n") if text.strip() else None
