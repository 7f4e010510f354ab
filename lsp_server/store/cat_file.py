"""Reading objects: one long-lived ``git cat-file --batch`` for single ones, a streaming one for many."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, NamedTuple

from lsp_server.errors import NotFoundError, StoreError
from lsp_server.store.git_process import Git

_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# So many are asked for at once of the long-lived process: the questions fit in a pipe's buffer, so that
# neither side waits for the other. More are worth a process of their own that does not flush each answer.
_AT_ONCE = 64


class Object(NamedTuple):
    """``kind`` is ``blob``, ``tree``, ``commit`` or ``tag``."""

    kind: str
    data: bytes


class CatFile:
    """Owns the reading process: starts it on the first read, again when it has died, ends it in ``close``.

    Thread-safe. It sees objects written after it was started.
    """

    def __init__(self, git: Git, *, is_partial: bool = False) -> None:
        self._git = git
        self._is_partial = is_partial
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, object_id: str) -> Object | None:
        """The object, None when the repository does not have it."""
        return self._read_some([object_id])[0]

    def need(self, object_id: str, kind: str) -> bytes:
        """The bytes of an object that must be there: other objects name it."""
        found = self.read(object_id)
        if found is None:
            raise self._missing(object_id)
        if found.kind != kind:
            raise NotFoundError(f"{object_id} is a {found.kind}, not a {kind}")
        return found.data

    def blobs(self, object_ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Many blobs, streamed in the order asked for. Raises ``StoreError`` at one that is not there."""
        ids = iter(object_ids)
        first = list(islice(ids, _AT_ONCE + 1))
        if len(first) <= _AT_ONCE:
            for object_id, found in zip(first, self._read_some(first), strict=True):
                if found is None:
                    raise self._missing(object_id)
                yield object_id, found.data
            return
        yield from self._stream([*first, *ids])

    def begin(self) -> None:
        """Start the process, if it is not running: it loads while its user does something else."""
        with self._lock:
            if self._process is None:
                self._start()

    def close(self) -> None:
        """End the process. Safe to call twice; a later read starts another."""
        with self._lock:
            self._end()

    def _read_some(self, object_ids: list[str]) -> list[Object | None]:
        if not object_ids:
            return []
        question = "".join(map(_line, object_ids)).encode()
        with self._lock:
            for attempt in (1, 2):
                process = self._process or self._start()
                assert process.stdin is not None
                assert process.stdout is not None
                answers: list[Object | None] = []
                try:
                    process.stdin.write(question)
                    process.stdin.flush()
                    for _ in object_ids:
                        answers.append(_answer(process.stdout))  # noqa: PERF401  what came so far counts
                except (OSError, EOFError) as error:
                    self._end()
                    if attempt == 2:
                        raise self._ended(object_ids[len(answers)]) from error
                except BaseException:  # interrupted between question and answer: the two no longer match
                    self._end()
                    raise
                else:
                    return answers
        raise AssertionError("unreachable")

    def _stream(self, object_ids: list[str]) -> Iterator[tuple[str, bytes]]:
        question = "".join(map(_line, object_ids)).encode()
        process = self._git.start(["cat-file", "--batch", "--buffer"], stdin=True, stderr=False)
        assert process.stdin is not None
        assert process.stdout is not None
        feeder = threading.Thread(target=_feed, args=(process.stdin, question), daemon=True)
        feeder.start()
        try:
            for object_id in object_ids:
                try:
                    found = _answer(process.stdout)
                except EOFError as error:
                    raise self._ended(object_id) from error
                if found is None:
                    raise self._missing(object_id)
                yield object_id, found.data
        finally:  # also when the reader stops early
            process.kill()
            feeder.join()
            process.stdout.close()
            process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = self._git.start(["cat-file", "--batch"], stdin=True, stderr=False)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()  # it only reads: nothing to be finished
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def _ended(self, object_id: str) -> StoreError:
        # Before git 2.44 it does not say "missing" in a partial clone: it ends when it may not fetch.
        if self._is_partial:
            return self._missing(object_id)
        return StoreError("git cat-file ended while it was read from")

    def _missing(self, object_id: str) -> StoreError:
        return StoreError(
            f"this clone does not have the object {object_id[:12]} of the memory; if it is a partial clone, "
            "`git fetch --refetch --no-filter origin` with the memory branch's name fetches it"
        )


def _line(object_id: str) -> str:
    if not _OBJECT_ID.fullmatch(object_id):
        raise NotFoundError(f"{object_id[:80]!r} is not an object id")
    return object_id + "\n"


def _answer(stdout: IO[bytes]) -> Object | None:
    header = stdout.readline()
    if not header.endswith(b"\n"):
        raise EOFError
    words = header.split()
    if words[-1] in {b"missing", b"ambiguous"}:
        return None
    size = int(words[2])
    data = stdout.read(size + 1)
    if len(data) != size + 1:
        raise EOFError
    return Object(words[1].decode(), data[:-1])


def _feed(stdin: IO[bytes], question: bytes) -> None:
    with contextlib.suppress(OSError):  # the reader stopped early and ended the process
        stdin.write(question)
    with contextlib.suppress(OSError):
        stdin.close()
