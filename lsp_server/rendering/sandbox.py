"""Rendering templates that came with a repository: in a process of their own that can do nothing else.

Jinja2's sandbox keeps a template from the interpreter's insides; the process keeps it from files, memory and
time, also where that sandbox should have a hole.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_CHILD = Path(__file__).with_name("sandbox_child.py")
STARTING = 15.0  # seconds until the process must be ready
RENDERING = 4.0  # seconds for one rendering, waiting for a processor included
_LARGEST = 16 << 20  # bytes of one answer: the longest text, every character an escape


class SandboxError(Exception):
    """A template could not be rendered; the message is one line that says why. ``lasting``: it would take
    its whole time again."""

    def __init__(self, message: str, *, lasting: bool = False) -> None:
        super().__init__(" ".join("".join(c if c.isprintable() else " " for c in message).split()))
        self.lasting = lasting


class Sandbox:
    """One process, started by the first rendering and kept for the next. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._sources: Mapping[str, str] | None = None

    def render(self, sources: Mapping[str, str], name: str, values: Mapping[str, Any]) -> str:
        """The text of the template ``name`` of ``sources``. Raises ``SandboxError``."""
        with self._lock:
            try:
                process = self._running()
                if self._sources is not sources:
                    self._send(process, {"sources": dict(sources)})
                    self._sources = sources
                self._send(process, {"name": name, "values": values})
                answer = self._receive(process, RENDERING)
            except (OSError, EOFError, ValueError) as error:
                self._end()
                if isinstance(error, (TimeoutError, EOFError)):
                    raise SandboxError("it takes too long, or too much memory", lasting=True) from None
                raise SandboxError(f"it could not be rendered apart: {error}", lasting=True) from None
            except BaseException:
                self._end()  # whoever asks next must not get this answer
                raise
        if "text" not in answer:
            raise SandboxError(str(answer.get("error")))
        return str(answer["text"])

    def close(self) -> None:
        """End the process. Safe to call twice."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        # Only whole paths: an empty one would be the directory we were started in.
        path = [entry for entry in sys.path if os.path.isabs(entry)]  # noqa: PTH117 (strings, as sys.path has them)
        self._process = process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(_CHILD), json.dumps(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
        try:
            self._receive(process, STARTING)
        except (TimeoutError, EOFError):
            raise OSError("its process did not start") from None
        return process

    def _end(self) -> None:
        process, self._process, self._sources = self._process, None, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            process.wait()

    def _send(self, process: subprocess.Popen[bytes], request: object) -> None:
        assert process.stdin is not None
        data = json.dumps(request, default=_plain).encode()
        process.stdin.write(b"%d\n" % len(data) + data)
        process.stdin.flush()

    def _receive(self, process: subprocess.Popen[bytes], seconds: float) -> Any:
        """The next answer. Raises ``TimeoutError`` and, when the process has ended, ``EOFError``."""
        assert process.stdout is not None
        deadline = time.monotonic() + seconds
        data = b""
        length: int | None = None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while length is None or len(data) < length:
                if not selector.select(max(deadline - time.monotonic(), 0)):
                    raise TimeoutError
                piece = os.read(process.stdout.fileno(), 1 << 16)
                if not piece:
                    raise EOFError
                data += piece
                if length is None and b"\n" in data:
                    head, _, data = data.partition(b"\n")
                    length = int(head)
                if len(data) > _LARGEST:
                    raise ValueError("its answer is too long")
        return json.loads(data)


def _plain(value: Any) -> Any:
    """What JSON does not know, as the plain values that a template asks for by the same names."""
    if hasattr(value, "_asdict"):
        return value._asdict()
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
