"""Programs of ours as processes of their own, without paying for an interpreter's start and its imports.

A nursery is a Python process that has imported what the programs need. For each program it forks a child that
takes the caller's directory, environment and files and runs the program's ``main``. To the program that is a
process like any other. What is settled before ``main`` (an interpreter's options, its locale) is the
nursery's: tests about that start the installed program.
"""

from __future__ import annotations

import atexit
import gc
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

PATIENCE = 60.0  # seconds, on a loaded machine
NOT_THE_COMMAND_LINES = (
    "lsp_server.agents",
    "lsp_server.editor",
    "lsp_server.store.keyvalue.migrations",
    "lsp_server.store.keyvalue.sql",
    "lsp_server.web",
)


_AT_THE_DOOR = """\
import array, os, sys
from _socket import AF_UNIX, SCM_RIGHTS, SOCK_STREAM, SOL_SOCKET, socket

door = socket(AF_UNIX, SOCK_STREAM)
door.connect(ADDRESS)
words = map(os.fsencode, [str(len(sys.argv)), *sys.argv, os.getcwd()])
request = b"\\0".join([*words, *(b"%b=%b" % one for one in os.environb.items())])
door.sendmsg([b"x"], [(SOL_SOCKET, SCM_RIGHTS, array.array("i", (0, 1, 2)))])
request = b"%8d" % len(request) + request
while request:
    request = request[door.send(request):]
news = b""
while news.count(b"\\n") < 2 and (more := door.recv(64)):
    news += more
code = int(news.split()[1])
os._exit(code if code >= 0 else 128 - code)
"""


class Nursery:
    """Starts programs. ``program`` is a module's function that takes no argument, ``"package.module:main"``;
    ``without`` are the beginnings of names of our modules that it need not have imported."""

    def __init__(
        self, program: str, without: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        self._folder = TemporaryDirectory(prefix="nursery-")
        self._address = f"{self._folder.name}/door"
        self._control, theirs = socket.socketpair()
        with theirs, socket.socket(socket.AF_UNIX) as door:
            door.bind(self._address)
            door.listen()
            fds = (theirs.fileno(), door.fileno())
            self._process = subprocess.Popen(
                [sys.executable, __file__, *map(str, fds), program, *without],
                pass_fds=fds,
                stdin=subprocess.DEVNULL,
                env=environment,
            )

    def start(
        self,
        arguments: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        files: tuple[int, int, int],
    ) -> Forked:
        """A child with ``files`` as its standard input, output and error; they stay open here."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [b"x"], [theirs.fileno(), *files])
        variables = [f"{name}={value}" for name, value in environment.items()]
        words = [str(len(arguments)), *arguments, str(directory), *variables]
        request = b"\0".join(map(os.fsencode, words))
        ours.sendall(b"%8d" % len(request) + request)
        return Forked(ours)

    def run(
        self,
        arguments: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        stdin: str = "",
        errors: str = "strict",
    ) -> subprocess.CompletedProcess[str]:
        """A child to its end, with what it said; ``errors`` is for what is not UTF-8 in it."""
        with ExitStack() as stack:
            said, told, out = (stack.enter_context(TemporaryFile()) for _ in range(3))
            said.write(stdin.encode())
            said.seek(0)
            files = (said.fileno(), out.fileno(), told.fileno())
            code = self.start(arguments, directory, environment, files).wait(PATIENCE)
            texts = []
            for file in (out, told):
                file.seek(0)
                texts.append(file.read().decode(errors=errors))
        return subprocess.CompletedProcess(arguments, code, *texts)

    def put_program(self, path: Path) -> None:
        """Write a program for shells: it has a child do what it is asked to. 10 ms instead of 200."""
        path.write_text(f"#!{sys.executable} -IS\nADDRESS = {self._address!r}\n{_AT_THE_DOOR}")
        path.chmod(0o755)

    def close(self) -> None:
        self._control.close()
        self._process.wait(PATIENCE)
        self._folder.cleanup()


@cache
def command_line() -> Nursery:
    """The nursery of ``git memory`` processes, one for a whole run of tests."""
    nursery = Nursery("lsp_server.cli:main", NOT_THE_COMMAND_LINES)
    atexit.register(nursery.close)
    return nursery


def start_script(code: str, *arguments: str | Path) -> Forked:
    """``python -c CODE ARGUMENTS`` in this directory and environment, with our modules imported before."""
    words = ["-c", code, *map(str, arguments)]
    with Path(os.devnull).open("rb") as nothing:
        return _scripts().start(words, Path.cwd(), os.environ, (nothing.fileno(), 1, 2))


@cache
def _scripts() -> Nursery:
    nursery = Nursery("forking:run_script", NOT_THE_COMMAND_LINES)
    atexit.register(nursery.close)
    return nursery


def run_script() -> None:
    """The program of such a child."""
    code = sys.argv.pop(1)
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(code, "<string>", "exec"), names)


class Forked:
    """A started program, with what tests use of ``subprocess.Popen``."""

    def __init__(self, news: socket.socket) -> None:
        self._news = news
        self._lines = news.makefile("rb")
        self._looking = threading.Lock()
        self.returncode: int | None = None
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None
        self.pid = int(self._lines.readline())

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return code

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        with self._looking:
            if self.returncode is None and select.select([self._news], [], [], timeout)[0]:
                self.returncode = int(self._lines.readline())
                self._lines.close()
                self._news.close()
            return self.returncode


def serve(control: socket.socket, door: socket.socket, program: str, without: tuple[str, ...]) -> None:
    """Fork children until nobody can ask for more: by ``control``, or from outside at the ``door``."""
    import lsp_server

    # A program imports what it uses when it uses it; a child that has it already spares most of its time.
    for module in walk_packages(lsp_server.__path__, "lsp_server."):
        if not module.name.startswith(without):
            with suppress(ImportError):  # what needs an extra that is not here says so to who asks for it
                import_module(module.name)
    for package in ("sqlite3", "yaml", "jinja2", program.partition(":")[0]):
        import_module(package)
    gc.collect()
    gc.freeze()
    children: dict[int, socket.socket] = {}
    died, bell = os.pipe()
    for fd in (died, bell):
        os.set_blocking(fd, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
    while True:
        ready = select.select([control, door, died], [], [])[0]
        if died in ready:
            os.read(died, 4096)
            _tell_of_the_dead(children)
        if door in ready:
            asking, _ = door.accept()
            _, files, _, _ = socket.recv_fds(asking, 1, 3)
        elif control in ready:
            asked, given, _, _ = socket.recv_fds(control, 1, 4)
            if not asked:
                return
            asking, files = socket.socket(fileno=given[0]), given[1:]
        else:
            continue
        child = os.fork()
        if child == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for fd in (died, bell):
                os.close(fd)
            for other in (control, door, *children.values()):
                other.close()
            _become(program, asking, files)
        for fd in files:
            os.close(fd)
        children[child] = asking
        with suppress(OSError):  # who asked may be gone
            asking.sendall(b"%d\n" % child)


def _tell_of_the_dead(children: dict[int, socket.socket]) -> None:
    while children:
        child, status = os.waitpid(-1, os.WNOHANG)
        if not child:
            return
        with children.pop(child) as asking:
            try:
                asking.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
            except OSError:  # who asked is gone
                continue


def _become(program: str, asking: socket.socket, files: Sequence[int]) -> None:
    code = 99
    try:
        with asking, asking.makefile("rb") as request:
            count, *words = request.read(int(request.read(8))).split(b"\0")
        arguments = [os.fsdecode(word) for word in words[: int(count)]]
        directory, *variables = words[int(count) :]
        for number, fd in enumerate(files):
            os.dup2(fd, number)
        for fd in files:
            os.close(fd)
        os.chdir(directory)
        os.environ.clear()
        os.environb.update(variable.split(b"=", 1) for variable in variables)
        time.tzset()
        _open_streams()
        sys.argv[:] = arguments
        module, _, name = program.partition(":")
        code = getattr(import_module(module), name)() or 0
        sys.stdout.flush()
        sys.stderr.flush()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # a child must never go on as the nursery
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _open_streams() -> None:
    """As an interpreter does when it starts: what a stream is on decides how it is written."""
    for fd, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        old = getattr(sys, name)
        at_once = name == "stderr" or os.isatty(fd) or bool(os.environ.get("PYTHONUNBUFFERED"))
        buffering = 1 if at_once else -1
        stream = os.fdopen(fd, mode, buffering, old.encoding, old.errors, closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


if __name__ == "__main__":
    ways = (socket.socket(fileno=int(fd)) for fd in sys.argv[1:3])
    serve(*ways, sys.argv[3], tuple(sys.argv[4:]))
