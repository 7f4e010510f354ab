"""Runs a page's examples, one after the other, in one real repository.

What stands there: branch ``main`` with one commit of ``src/auth.py`` (``support.AUTH``, twelve lines) and
``README.md``, and a memory, unless the page's comment says that it begins without one.
"""

from __future__ import annotations

import ast
import asyncio
import doctest
import inspect
import io
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from docs.expected import Ids
from docs.pages import Example, Page
from forking import command_line

PATIENCE = 60  # seconds for one example
PROGRAMS = Path(sys.executable).parent
LONG = os.environ.get("GIT_MEMORY_STRESS") == "1"
"""The commands of the pages are the installed program; else a process forked for each (``forking``)."""


class ExampleError(AssertionError):
    """A page says something that is not so."""


class Shell:
    """One shell for a whole page: where it goes and what it sets stays for the next command."""

    def __init__(self, place: Path, scratch: Path, environment: Mapping[str, str]) -> None:
        self.place = place
        self._script, self._output = scratch / "command", scratch / "printed"
        programs = [str(PROGRAMS)]
        if not LONG:
            (scratch / "bin").mkdir(exist_ok=True)
            command_line().put_program(scratch / "bin" / "git-memory")
            programs.insert(0, str(scratch / "bin"))
        answers, mine = os.pipe()
        self._answers = answers
        self._bash = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=place,
            env={
                **environment,
                "PATH": os.pathsep.join([*programs, environment["PATH"]]),
                "TERM": "dumb",
                "PYTHONUNBUFFERED": "1",  # answers and errors in the order that a terminal shows them in
                "COLUMNS": "80",
                "ANSWERS": str(mine),
            },
            stdin=subprocess.PIPE,
            pass_fds=[mine],
            text=True,
        )
        os.close(mine)

    def run(self, command: str) -> tuple[int, str]:
        """The exit code, and all that is printed, errors where they came."""
        assert self._bash.stdin is not None
        self._script.write_text(command + "\n", encoding="utf-8")
        script, output = (f"'{path}'" for path in (self._script, self._output))
        self._bash.stdin.write(f'. {script} >{output} 2>&1 </dev/null; echo "$? $PWD" >&$ANSWERS; set +e\n')
        self._bash.stdin.flush()
        if not select.select([self._answers], [], [], PATIENCE)[0]:
            self._bash.kill()
            raise ExampleError(f"does not end: {command}")
        printed = self._output.read_text(encoding="utf-8", errors="backslashreplace")
        code, _, place = os.read(self._answers, 4096).decode().strip().partition(" ")
        if not code:  # `exit`, or a step of what is hidden failed
            return 1, printed
        self.place = Path(place)
        return int(code), printed

    def end(self) -> None:
        assert self._bash.stdin is not None
        self._bash.stdin.close()
        self._bash.wait(PATIENCE)
        os.close(self._answers)


def run_page(page: Page, repository: Path, scratch: Path) -> None:
    """Run the examples; raises ``ExampleError``, which names the line, at the first that is not so."""
    shell = Shell(repository, scratch, os.environ)
    loop = asyncio.new_event_loop()
    names: dict[str, Any] = {"__name__": "example"}
    ids = Ids()
    home = Path.cwd()
    try:
        if page.has_memory:
            shell.run("git memory init")
        for example in page.examples:
            where = f"{page.path.name}:{example.line}"
            if example.kind == "python":
                os.chdir(shell.place)
                _run_python(example, where, names, ids, loop)
            else:
                _run_command(example, where, shell, ids)
    finally:
        os.chdir(home)
        shell.end()
        loop.close()


def _run_command(example: Example, where: str, shell: Shell, ids: Ids) -> None:
    code, printed = shell.run(
        ("set -e; " if example.kind == "hidden" else "") + ids.actual_text(example.text)
    )
    must_fail = (example.output or "").startswith("error:")
    if (code != 0) != must_fail:
        raise ExampleError(f"{where}: exit code {code} of\n  $ {example.text}\n{printed}")
    if example.output is not None and not ids.matches(example.output, printed):
        raise ExampleError(
            f"{where}: $ {example.text}\n--- prints\n{printed}--- the page says\n{example.output}"
        )


def _run_python(
    example: Example, where: str, names: dict[str, Any], ids: Ids, loop: asyncio.AbstractEventLoop
) -> None:
    """A block with ``>>>`` says what it prints, as a doctest does; else all its asserts must hold. ``await``
    may stand at the top, as in ``python -m asyncio``."""
    if ">>> " not in example.text:
        _execute("\n" * (example.line - 1) + ids.actual_text(example.text), "exec", where, names, loop)
        return
    for one in doctest.DocTestParser().get_examples(example.text):
        printed = io.StringIO()
        line = f"{where.partition(':')[0]}:{example.line + one.lineno}"
        with redirect_stdout(printed):
            _execute(ids.actual_text(one.source), "single", line, names, loop)
        if not ids.matches(one.want, printed.getvalue()):
            raise ExampleError(
                f"{line}: {one.source}--- prints\n{printed.getvalue()}--- the page says\n{one.want}"
            )


def _execute(
    source: str, mode: str, where: str, names: dict[str, Any], loop: asyncio.AbstractEventLoop
) -> None:
    try:
        code = compile(source, where, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        result = eval(code, names)  # the page's own code; exec would drop a coroutine
        if inspect.iscoroutine(result):
            loop.run_until_complete(result)
    except Exception as error:
        raise ExampleError(f"{where}: {type(error).__name__}: {error}\n{source.strip()}") from error
