"""One call of the command line from its arguments to its exit code: no error leaves as a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

import click

from lsp_server.cli.group import PROGRAM, root
from lsp_server.cli.session import Session
from lsp_server.cli.terminal import Terminal, visible, visible_line

DONE, NOTHING, USAGE = 0, 1, 2
INTERRUPTED, BROKEN_PIPE = 130, 141  # as a shell counts a process that the signal ended
DEBUG = "GIT_MEMORY_DEBUG"
COMPLETE = "_GIT_MEMORY_COMPLETE"
# What a group without one of its commands ends with from click 8.2 on; before, it prints its help by itself.
_NO_COMMAND: type[BaseException] | tuple[()] = getattr(click.exceptions, "NoArgsIsHelpError", ())


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run one command; print its answer on stdout and at most one line of error on stderr."""
    out, err = _streams()
    session = Session(environment, Terminal(out, environment), Terminal(err, environment, after=out))
    try:
        code = _invoke(list(arguments), session)
        out.flush()
    except BrokenPipeError:
        _silence(out)
        return BROKEN_PIPE
    except BaseException as error:
        if isinstance(error, (SystemExit, GeneratorExit)):
            raise
        code, message = _explain(error)
        _silence_if_full(out)
        if environment.get(DEBUG) and code != USAGE:
            import traceback

            traceback.print_exception(error, file=err)
        _report(session.err, message)
        _print_unkept(session.err, error)
    finally:
        session.end()
    return code


def _invoke(arguments: list[str], session: Session) -> int:
    if session.environment.get(COMPLETE):
        from lsp_server.cli.completion import complete

        return complete(root, session, arguments)
    if not arguments:
        arguments = ["--help"]
        nothing_asked = NOTHING  # as git: the help, and an exit code that says nothing was done
    else:
        nothing_asked = DONE
    try:
        with root.make_context(PROGRAM, arguments, obj=session) as context:
            root.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code or nothing_asked
    except click.UsageError as error:
        if not isinstance(error, _NO_COMMAND) or error.ctx is None:
            raise
        click.echo(error.ctx.get_help(), color=error.ctx.color)
        return NOTHING
    return DONE


def _explain(error: BaseException) -> tuple[int, str]:
    """The exit code and the one line for an error."""
    if isinstance(error, click.UsageError):
        message = error.format_message().strip().rstrip(".")
        where = error.ctx.command_path if error.ctx is not None else PROGRAM
        return USAGE, f"error: {message[:1].lower()}{message[1:]} (see `{where} -h`)"
    if isinstance(error, click.ClickException):
        return NOTHING, f"error: {error.format_message()}"
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return INTERRUPTED, "interrupted"
    from lsp_server.errors import GitMemoryError, UsageError

    if isinstance(error, GitMemoryError):
        return USAGE if isinstance(error, UsageError) else NOTHING, f"error: {error}"
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return NOTHING, f"error: {place}{error.strerror}"
    told = f"{type(error).__name__}: {error}".rstrip(": ")
    return NOTHING, f"internal error: {told} (set {DEBUG}=1 to see the traceback)"


def _report(err: Terminal, message: str) -> None:
    head, colon, rest = visible_line(" ".join(message.split())).partition(":")
    try:
        err.line(err.style(head + colon, "bold", "red") + rest if colon else head)
        err.stream.flush()
    except OSError:  # nobody can be told
        _silence(err.stream)


def _print_unkept(err: Terminal, error: BaseException) -> None:
    """A text that is in no file is printed whole, so that it is not lost."""
    text = getattr(error, "text", None)
    if text:
        has_draft = getattr(error, "draft", None) is not None
        err.line(
            "the rest of it is in no file; here it is:"
            if has_draft
            else "your text is in no file; here it is:"
        )
        err.line(visible(text))


def _streams() -> tuple[TextIO, TextIO]:
    """stdout and stderr that never fail on a character: what an encoding lacks is shown as an escape."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 (for the whole process)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    return sys.stdout, sys.stderr


def _silence_if_full(out: TextIO) -> None:
    try:
        out.flush()
    except OSError:
        _silence(out)


def _silence(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, or the interpreter complains about it when it ends."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):  # not a file: nothing is flushed at the end
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
