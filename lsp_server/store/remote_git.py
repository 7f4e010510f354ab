"""git that talks to other repositories: within a time budget, asking nobody anything, ended whole.

Every other git process of ours is forbidden to talk to anyone (``git_process``). Here that is lifted, and
git's own rules on protocols, the user's settings and credential helpers hold. Nobody is asked for a
password: a prompt would wait on a terminal that is not there, or open a window from the background.
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import shlex
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import IO

from lsp_server.errors import StoreError
from lsp_server.store.git_process import USERS_PROTOCOLS, Finished, Git
from lsp_server.store.repository import Repository

Progress = Callable[[str], None]
"""Called with what git is doing, for example ``Receiving objects: 45% (450/1000)``."""

_FORBIDDING = ("GIT_ALLOW_PROTOCOL", "GIT_NO_LAZY_FETCH")
_NO_QUESTIONS = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",  # set but empty: neither core.askPass nor SSH_ASKPASS opens a window
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",  # Git Credential Manager: what it has stored, but no window
}
_BATCH_MODE = {"ssh": "-o BatchMode=yes", "plink": "-batch"}
_PROGRESS = re.compile(rb"(?:remote: )?([A-Z][A-Za-z ]+: +\d+% \(\d+/\d+\))")
_PROGRESS_LINE = re.compile(
    r"(?:remote: )?[A-Z][A-Za-z ]+:\s+(?:\d+% )?\(?\d+(?:/\d+)?\)?(?:,.*)?(?:done\.)?"
)
_POLL = 0.1  # seconds between two looks at the budget
_LINGER = 0.5  # seconds to wait for a pipe that a daemon (ssh's ControlPersist) keeps open
_LAST_WORDS = 0.2  # seconds for git to remove its temporary files before it is killed
_DONE = object()
_ENDS = "the time for it ran out"


class OutOfTimeError(StoreError):
    """The budget ended before the other side had answered."""


class StoppedError(StoreError):
    """Whoever asked for it does not want it any more."""


class Budget:
    """How long talking may take in all. ``stop`` ends it at once, from another thread; ``more`` is how people
    allow more."""

    def __init__(self, seconds: float, stop: threading.Event | None = None, *, more: str = "") -> None:
        self.seconds = seconds
        self.more = more
        self._end = time.monotonic() + seconds
        self._stop = stop

    def left(self) -> float:
        """Seconds left, more than none. Raises ``OutOfTimeError`` or ``StoppedError``."""
        if self._stop is not None and self._stop.is_set():
            raise StoppedError("the sync was stopped")
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutOfTimeError(_ENDS)
        return left

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the budget."""
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            time.sleep(min(rest, self.left(), _POLL))


def git_for_remotes(repository: Repository) -> Git:
    """The repository's git, allowed to talk to others and never to ask."""
    environment = {k: v for k, v in repository.git.environment.items() if k not in _FORBIDDING}
    if USERS_PROTOCOLS in environment:
        environment["GIT_ALLOW_PROTOCOL"] = environment.pop(USERS_PROTOCOLS)
    environment.update(_NO_QUESTIONS)
    command = _ssh_in_batch_mode(environment, repository.config.get("core.sshcommand"))
    if command is not None:
        environment["GIT_SSH_COMMAND"] = command
    return repository.git._replace(environment=environment)


def _ssh_in_batch_mode(environment: dict[str, str], configured: str | None) -> str | None:
    """The user's own ssh command with its option not to ask; None to leave a command alone whose options we
    do not know. Without a terminal it has nobody to ask anyway."""
    command = environment.get("GIT_SSH_COMMAND") or configured
    if command is None:
        program = environment.get("GIT_SSH")
        command = "ssh" if program is None else shlex.quote(program)
    try:
        name = os.path.basename(shlex.split(command)[0])  # noqa: PTH119  a word of a command line
    except (ValueError, IndexError):
        return None
    option = _BATCH_MODE.get(name.lower().removesuffix(".exe"))
    return None if option is None else f"{command} {option}"


def converse(
    git: Git,
    arguments: Sequence[str],
    budget: Budget,
    *,
    write: bool = False,
    stdin: bytes = b"",
    progress: Progress | None = None,
    started: Callable[[int], None] = lambda _pid: None,
    meanwhile: Iterator[object] | None = None,
) -> Finished:
    """Run ``git ARGUMENTS`` to its end, whatever the exit code. ``started`` is told its process id.
    ``meanwhile`` is work to be done while git waits for the other side, step by step; all of it is done.

    It has a session of its own: nothing in it reads the terminal, a Ctrl-C does not reach it before us, and
    when the budget ends (``OutOfTimeError``) git goes with all that it has started (ssh, remote helpers).
    """
    command = ["git", "--no-optional-locks", "--no-pager", *git._durable(write), *arguments]
    with _as_file(stdin) as standard_input:
        try:
            process = subprocess.Popen(
                command,
                cwd=git.directory,
                env=git.environment,
                stdin=standard_input,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=git.keeps,
            )
        except (OSError, ValueError) as error:
            raise StoreError(f"git could not be started: {error}") from error
    try:
        started(process.pid)
        out, err = _listen(process, budget, progress, meanwhile)
    except BaseException:
        _end(process)
        raise
    finally:
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    return Finished(process.returncode, out, _said(err))


@contextlib.contextmanager
def _as_file(data: bytes):  # type: ignore[no-untyped-def]  # Iterator[IO[bytes] | int], as Popen takes it
    if not data:
        yield subprocess.DEVNULL
        return
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        yield file


def _listen(
    process: subprocess.Popen[bytes],
    budget: Budget,
    progress: Progress | None,
    meanwhile: Iterator[object] | None,
) -> tuple[bytes, bytes]:
    """All that the process says until it has ended."""
    work = iter(()) if meanwhile is None else meanwhile
    has_work = True
    heard: dict[IO[bytes], bytearray] = {}
    with selectors.DefaultSelector() as selector:
        for pipe in (process.stdout, process.stderr):
            assert pipe is not None
            heard[pipe] = bytearray()
            selector.register(pipe, selectors.EVENT_READ)
        ended: float | None = None
        while selector.get_map():
            has_work = has_work and next(work, _DONE) is not _DONE
            for key, _ in selector.select(min(budget.left(), 0 if has_work else _POLL)):
                pipe = key.fileobj  # type: ignore[assignment]  # what was registered above
                data = os.read(key.fd, 1 << 16)
                heard[pipe] += data  # type: ignore[index]  # as above
                if not data:
                    selector.unregister(pipe)  # type: ignore[arg-type]  # as above
                elif progress is not None and pipe is process.stderr and (at := _PROGRESS.findall(data)):
                    progress(at[-1].decode())
            if process.poll() is not None:
                ended = ended or time.monotonic()
                if time.monotonic() - ended > _LINGER:
                    break
    while process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(min(budget.left(), _POLL))
    for _ in work:
        pass
    out, err = heard.values()
    return bytes(out), bytes(err)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it has started. It is not reaped before, so that its group's number
    cannot be anybody else's meanwhile."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM)
            time.sleep(_LAST_WORDS)
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _said(stderr: bytes) -> str:
    """What git said, without its progress."""
    lines = re.split(r"[\r\n]+", stderr.decode("utf-8", "replace"))
    return "\n".join(line.rstrip() for line in lines if line and not _PROGRESS_LINE.fullmatch(line.strip()))
