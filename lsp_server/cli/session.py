"""What one call of the command line knows: the environment, where it runs, how it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.cli.background import BackgroundSync
    from lsp_server.cli.terminal import Terminal
    from lsp_server.memory.facade import Memory, Opening


class Session:
    """One call. ``json`` is set by ``--json`` wherever it stands, ``directory`` by ``-C``, ``proposal`` by
    ``--proposal``."""

    def __init__(self, environment: Mapping[str, str], out: Terminal, err: Terminal) -> None:
        self.environment = environment
        self.out = out
        self.err = err
        self.json = False
        self.directory = ""
        self.directory_given = False
        self.proposal: str | None = None
        self.is_completing = False
        self.background: BackgroundSync | None = None  # only where `memory.sync` is on
        self._opening: Opening | None = None
        self._opened: Memory | None = None
        self._began_proposal = False  # by this very command

    def enter(self, directory: str) -> None:
        """Go on from another directory, as ``git -C`` does: each counts from the one before, an empty
        one changes nothing. Raises ``click.UsageError`` where there is none."""
        import os

        entered = os.path.join(self.directory, directory)  # noqa: PTH118 (git's text semantics, no pathlib cost)
        if directory and not os.path.isdir(entered):  # noqa: PTH112 (as above)
            raise click.UsageError(f"there is no directory {entered!r} to run in")
        self.directory = entered
        self.directory_given = True

    def begin(self) -> None:
        """Let git look for the repository already: ``memory`` will be asked for."""
        from lsp_server.memory.facade import Memory

        self._opening = Memory.opening(
            self.directory or ".",
            environment=self.environment,
            honour_git_dir=not self.directory_given,
        )

    def memory(self, *, name_proposal: bool = True) -> Memory:
        """Open the memory of the repository we are in; close it, or use it in a ``with``. Without
        ``name_proposal`` the caller says itself which proposal it is about."""
        if self._opening is None:
            self.begin()
        opening, self._opening = self._opening, None
        assert opening is not None
        memory = self._opened = opening()
        if self.proposal is not None:
            self._began_proposal = memory.write_to_proposal(self.proposal, begin=not self.is_completing)
        if name_proposal and (proposal := memory.proposal) is not None and not self.is_completing:
            # Never silently: what is read and written now is not what everybody has.
            from lsp_server.cli.terminal import visible_line

            new = "new " if self._began_proposal else ""
            self.say(self.err.style(f"on the {new}proposal {visible_line(proposal)}", "dim"))
        if memory.syncs_by_itself and not self.is_completing:
            from lsp_server.cli.background import BackgroundSync

            self.background = BackgroundSync(self, memory)
        return memory

    def end(self) -> None:
        """Wait for what was begun and not asked for, after a usage error; sync what was written."""
        from lsp_server.errors import GitMemoryError

        if self._opened is not None and not self.is_completing:
            with suppress(OSError):  # nobody can be told
                self._tell_of_templates(self._opened)
        if self.background is not None:
            self.background.after()
        if self._began_proposal and self._opened is not None:
            with suppress(GitMemoryError):  # a name mistyped in a command that only reads leaves nothing
                self._opened.end_unused_proposal()
        opening, self._opening = self._opening, None
        if opening is not None:
            with suppress(GitMemoryError):
                opening().close()

    def _tell_of_templates(self, memory: Memory) -> None:
        """Say which of the team's templates and settings were left aside, and why."""
        from lsp_server.cli.terminal import visible_line

        for warning in memory.template_warnings():
            self.say(visible_line(f"warning: {warning}"))
        if self.err.is_terminal and memory.tells_of_untrusted():
            self.say(
                "this repository has templates or settings of its own; they do not apply unless you trust it "
                "(see `git memory trust --show`)"
            )

    def path(self, text: str) -> Path:
        """A path that a person typed, absolute: relative ones count from where we run."""
        from pathlib import Path

        return Path.cwd() / self.directory / Path(text)

    def say(self, text: str) -> None:
        """A remark for people, on the error stream: never part of the answer."""
        self.err.line(text)


def _want_json(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and isinstance(ctx.obj, Session):
        ctx.obj.json = True


def json_option() -> click.Option:
    """``--json``, before or after the command's name."""
    return click.Option(
        ["--json"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_want_json,
        help="Answer with one JSON document.",
    )


pass_session: Callable[[Callable[..., Any]], Callable[..., Any]] = click.make_pass_decorator(Session)


def memory_command(name: str, *, example: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Declare a command: ``--json``, ``-h`` and an example at the end of its help. Its function gets the
    ``Session`` first."""
    lines = "\n".join(f"  {line}" if line else "" for line in cleandoc(example).splitlines())

    def declare(function: Callable[..., Any]) -> click.Command:
        command = click.command(
            name,
            context_settings={"help_option_names": ["-h", "--help"]},
            epilog=f"\b\nExample:\n{lines}",
        )(pass_session(function))
        command.params.append(json_option())
        return command

    return declare
