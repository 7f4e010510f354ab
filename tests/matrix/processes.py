"""``git memory`` as a process of its own each time, without paying for the interpreter's start.

A server process imports the program once; for every command it forks a child that takes the caller's
directory, environment and files, runs the command and ends. To the command that is a process like any
other. ``GIT_MEMORY_STRESS=1`` starts the installed program instead.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PROGRAM = Path(sys.executable).parent / "git-memory"
LONG = os.environ.get("GIT_MEMORY_STRESS") == "1"
PATIENCE = 120  # seconds for one command
NOT_THE_COMMAND_LINES = (
    "lsp_server.editor",
    "lsp_server.agents",
    "lsp_server.web",
    "lsp_server.store.keyvalue.sql",
    "lsp_server.store.keyvalue.migrations",
)


class Answer(NamedTuple):
    """What a process answered."""

    code: int
    out: str
    err: str


class Server:
    """Starts ``git memory`` processes, one after the other. ``environment`` is what the interpreter itself
    starts in, where it is not the tests' own."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = environment
        self._scratch = tempfile.TemporaryDirectory(prefix="git-memory-matrix-")
        self._process: subprocess.Popen[bytes] | None = None

    def run(
        self, arguments: Sequence[str], directory: Path, environment: Mapping[str, str], *, real: bool = False
    ) -> Answer:
        """Run ``git memory ARGUMENTS``; ``real`` starts the installed program in any case."""
        if real or LONG:
            return self._start_program(arguments, directory, environment)
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
                 "import processes\nprocesses.serve()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self._environment,
            )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        out, err = (Path(self._scratch.name, name) for name in ("out", "err"))
        request = [list(arguments), str(directory), dict(environment), str(out), str(err)]
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Answer(code, *(path.read_bytes().decode(errors="backslashreplace") for path in (out, err)))

    def close(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(PATIENCE)
        self._scratch.cleanup()

    def _start_program(
        self, arguments: Sequence[str], directory: Path, environment: Mapping[str, str]
    ) -> Answer:
        done = subprocess.run(
            [PROGRAM, *arguments],
            cwd=directory,
            env=environment,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
        return Answer(
            done.returncode, *(text.decode(errors="backslashreplace") for text in (done.stdout, done.stderr))
        )


def serve() -> None:
    """Answer requests until the input ends: one line of JSON each, answered by an exit code."""
    from importlib import import_module
    from pkgutil import walk_packages

    # A command imports what it uses when it uses it; a child that has it already spares half of its time.
    import lsp_server

    for module in walk_packages(lsp_server.__path__, "lsp_server."):
        if not module.name.startswith(NOT_THE_COMMAND_LINES):
            with suppress(ImportError):  # what needs an extra that is not here says so to who asks for it
                import_module(module.name)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # what forks has no threads
    for package in ("sqlite3", "yaml", "jinja2", "drain3.drain", "scipy.special"):
        with suppress(ImportError):
            import_module(package)
    gc.disable()  # as the program itself does
    gc.freeze()
    for line in sys.stdin.buffer:
        child = os.fork()
        if child == 0:
            _be_the_command(*json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _be_the_command(
    arguments: list[str], directory: str, environment: dict[str, str], out: str, err: str
) -> None:
    code = 99
    try:
        os.chdir(directory)
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
        for number, path, flags in (
            (0, os.devnull, os.O_RDONLY),
            (1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
            (2, err, os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        ):
            opened = os.open(path, flags)
            os.dup2(opened, number)
            os.close(opened)
        sys.argv[:] = ["git-memory", *arguments]
        code = lsp_main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # a child must never go on as the server
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def lsp_main(arguments: list[str]) -> int:
    from lsp_server.cli.run import run

    return run(arguments, os.environ)
