"""The framing of the protocol on two file descriptors, on threads of its own.

Reading has its own thread, so that no busy worker keeps a request or a cancellation from being read.
Writing has one too: a client that is slow to read must not hold up the loop.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

log = logging.getLogger(__name__)

_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_CONTENT_LENGTH = re.compile(
    rb"^content-length[ \t]*:[ \t]*(\d{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_LONGEST_HEADERS = 64 * 1024
_CHUNK = 256 * 1024


class Unreadable:
    """Stands for a message whose body is not JSON."""


class Frames:
    """Cuts bytes into message bodies. Header names may be in any case."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._length: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that ``data`` completes. Headers without a length are dropped."""
        self._pending += data
        while True:
            if self._length is None and not self._read_headers():
                return
            assert self._length is not None
            if len(self._pending) < self._length:
                return
            body = bytes(self._pending[: self._length])
            del self._pending[: self._length]
            self._length = None
            yield body

    def _read_headers(self) -> bool:
        while (end := _headers_end(self._pending)) is not None:
            headers = bytes(self._pending[: end[0]])
            del self._pending[: end[1]]
            if (found := _CONTENT_LENGTH.search(headers)) is not None:
                self._length = int(found[1])
                return True
            log.warning("headers without a Content-Length were dropped")
        if len(self._pending) > _LONGEST_HEADERS:
            log.warning("%d bytes without an end of headers were dropped", len(self._pending))
            self._pending.clear()
        return False


def _headers_end(pending: bytearray) -> tuple[int, int] | None:
    """Where the headers end and where the body begins. A match would hold on to the bytearray: searched in
    a copy of what headers can be long."""
    found = _HEADERS_END.search(bytes(pending[:_LONGEST_HEADERS]))
    return None if found is None else found.span()


def start_reader(fd: int, deliver: Callable[[object], None], ended: Callable[[], None]) -> None:
    """Read messages from ``fd`` until it ends; both callbacks are called on the reader's thread.

    ``deliver`` gets a decoded JSON value or ``Unreadable``.
    """

    def read() -> None:
        frames = Frames()
        try:
            # os.read and not sys.stdin: a buffered reader's lock, held by a thread that never returns,
            # would abort the interpreter on its way out.
            while data := os.read(fd, _CHUNK):
                for body in frames.feed(data):
                    deliver(_decode(body))
        except OSError as error:
            log.warning("reading from the client failed: %s", error)
        except Exception:
            log.exception("reading from the client failed")
        finally:
            ended()

    threading.Thread(target=read, name="client-reader", daemon=True).start()


def _decode(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        log.warning("a message of %d bytes is not JSON: %s", len(body), error)
        return Unreadable()


class Outbox:
    """Frames messages and writes them in order. The writer that pygls is given (it frames nothing itself)."""

    def __init__(self, fd: int, broken: Callable[[], None]) -> None:
        self._fd = fd
        self._broken = broken
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="client-writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Queue one message body. Never blocks."""
        self._queue.put(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))

    def close(self, timeout: float = 2.0) -> None:
        """Write what is queued, waiting ``timeout`` seconds at most for a client that does not read."""
        self._queue.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            while (frame := self._queue.get()) is not None:
                rest = memoryview(frame)
                while rest:
                    rest = rest[os.write(self._fd, rest) :]
        except OSError as error:
            log.warning("writing to the client failed: %s", error)
            self._broken()


def take_over() -> tuple[int, int]:
    """Keep standard input and output for the protocol alone: (input, output) as new descriptors.

    From now on a stray ``print`` goes to standard error, and a child process that reads its standard input
    finds it empty instead of eating the client's messages.
    """
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return reading, writing
