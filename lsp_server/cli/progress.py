"""Saying on a terminal how far something long has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.cli.session import Session

PATIENCE = 1.0  # seconds before a person at a terminal is told that it takes a while
_AGAIN = 0.2  # seconds between two looks at how far it has come


@contextmanager
def told_when_slow(session: Session, text: str) -> Iterator[Callable[[str], None]]:
    """Say on a terminal what is going on when it takes long, and how far it has come, by what the function
    that this gives is told; take the words away when it is done."""
    told = [text]

    def tell(words: str) -> None:
        told[0] = f"{text}: {words}" if words else text

    if not session.err.is_terminal:
        yield tell
        return
    import threading

    done = threading.Event()

    def teller() -> None:
        if done.wait(PATIENCE):
            return
        last, stream, has_colour = "", session.err.stream, session.err.has_colour
        while True:
            if told[0] != last and (has_colour or not last):
                last = told[0]
                stream.write(f"\r\x1b[K{last} …" if has_colour else f"{last} …")
                stream.flush()
            if done.wait(_AGAIN):
                break
        stream.write("\r\x1b[K" if has_colour else "\n")
        stream.flush()

    # Its name says that it only looks on: what is made in halves may be made in a copy of this process.
    thread = threading.Thread(target=teller, name="git-memory watch", daemon=True)
    thread.start()
    try:
        yield tell
    finally:
        done.set()
        thread.join()


def in_bytes(tell: Callable[[str], None]) -> Callable[[int, int], None]:
    """What tells how many bytes of how many are done."""
    from lsp_server.records.amounts import size_text

    return lambda done, size: tell(f"{size_text(done)} of {size_text(size)}")
