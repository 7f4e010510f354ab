"""The ``git memory`` group: a table of its commands, each imported only when it is called.

``git memory --help`` prints from the table and imports no command; a test compares the table with what
the commands say of themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click

from lsp_server import __version__
from lsp_server.cli.session import json_option
from lsp_server.cli.typed_path import TypedPath

PROGRAM = "git memory"


class Place(NamedTuple):
    """Where a command lives, as ``module:attribute`` below this package, and its one line of help."""

    address: str
    help: str


SECTIONS: Mapping[str, Mapping[str, Place]] = {
    "Start": {
        "init": Place("init:init", "Give this repository a memory."),
        "import": Place("import_:import_", "Bring in what is written down elsewhere."),
        "export": Place("export:export", "Write the memory out, in the formats that people keep theirs in."),
    },
    "Record": {
        "decide": Place("write:decide", "Record a decision (an ADR)."),
        "learn": Place("write:learn", "Record something learned."),
        "bug": Place("write:bug", "Record a bug."),
        "checkpoint": Place("checkpoint:checkpoint", "Record where the work stands."),
        "event": Place("event:event", "Remember what happens, by the thousand."),
        "errors": Place("errors:errors", "Show what went wrong in programs, and what helped."),
        "learn-from-events": Place(
            "learn_from_events:learn_from_events", "Find what is in the events, and keep a record of it."
        ),
        "artifact": Place("artifact:artifact", "Keep files as they are: screenshots, diagrams, reports."),
        "restore": Place("restore:restore", "Go back to the work tree that a checkpoint kept."),
    },
    "Keep up to date": {
        "note": Place("note:note", "Add a bullet to a document that people keep up to date."),
        "set": Place("note:set_", "Give a field of a document another value."),
        "value": Place("value:value", "Keep values under keys, as programs do."),
        "documents": Place("documents:documents", "List what people keep up to date, or print one document."),
    },
    "Change": {
        "mark": Place("change:mark", "Give a record its next status."),
        "supersede": Place("change:supersede", "Replace a decision by a new one."),
        "close": Place("change:close", "Close a bug, and write down what it taught."),
        "outcome": Place("outcome:outcome", "Record what came of a decision."),
        "edit": Place("change:edit", "Change a record in your editor."),
        "anchor": Place("anchor:anchor", "Show where in the code a record belongs, or change it."),
        "delete": Place("change:delete", "Take a record out; history keeps it."),
    },
    "Read": {
        "list": Place("read:list_", "List what is remembered, newest first."),
        "show": Place("read:show", "Show one record whole, or what is recorded about a commit."),
        "search": Place("search:search", "Find records by their words."),
        "why": Place("why:why", "Tell what is known about a file or a line."),
        "resume": Place("resume:resume", "Tell where the work stood, and what came since."),
        "history": Place("history:history", "Show every change of one record, newest first."),
        "performance": Place("performance:performance", "Show how long things take, and what has changed."),
        "log": Place("log:log", "Show the memory's history."),
    },
    "Session": {
        "session": Place("session_:session_group", "Begin and end a session, look at those before."),
        "checklist": Place("checklist:checklist", "Tell what of a session is saved, and what is due."),
    },
    "Review": {
        "diff": Place("diff:diff", "Show what differs between two versions."),
        "propose": Place("propose:propose", "Put what is written next on a proposal."),
        "adopt": Place("propose:adopt", "Merge a proposal into the memory."),
        "withdraw": Place("propose:withdraw", "End a proposal without its changes."),
    },
    "Share": {
        "sync": Place("sync:sync", "Exchange the memory with a remote."),
    },
    "Set up": {
        "trust": Place("trust:trust", "Let this repository's own templates and settings apply."),
        "secrets": Place("secrets:secrets", "Say what is no secret, and look for secrets."),
        "doctor": Place("doctor:doctor", "Look the memory over."),
        "hooks": Place("hooks:hooks", "Let git tell the memory of commits, rewrites and pushes."),
        "notes": Place("notes:notes", "Let git log show what is recorded about each commit."),
        "completion": Place("completion:completion", "Print a shell's completion script."),
    },
}
WITHOUT_MEMORY = ("completion",)
COMMANDS: Mapping[str, Place] = {n: p for section in SECTIONS.values() for n, p in section.items()}


def imported(address: str) -> click.Command:
    """The command at ``module:attribute`` below this package."""
    module, _, attribute = address.partition(":")
    command: click.Command = getattr(import_module(f"lsp_server.cli.{module}"), attribute)
    return command


class MemoryGroup(click.Group):
    """The group that imports a command only when it is called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        return None if place is None else imported(place.address)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name in COMMANDS:
            if name not in WITHOUT_MEMORY and not {"-h", "--help"} & set(args):
                ctx.obj.begin()  # git looks for the repository while the command is imported
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        near = get_close_matches(name.lower(), COMMANDS, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise click.UsageError(f"there is no command {name!r}{hint}", ctx)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, place.help) for name, place in commands.items()], col_max=17)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        names = [CompletionItem(n, help=p.help) for n, p in COMMANDS.items() if n.startswith(incomplete)]
        return names or click.Command.shell_complete(self, ctx, incomplete)


def _enter(ctx: click.Context, _param: click.Parameter, directories: tuple[str, ...]) -> None:
    for directory in directories:
        ctx.obj.enter(directory)


def _on_proposal(ctx: click.Context, _param: click.Parameter, name: str | None) -> None:
    ctx.obj.proposal = name


@click.command(
    cls=MemoryGroup,
    name=PROGRAM,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Example:
  git memory init
  git memory decide "Use JWT for authentication" --at src/auth.py:10-12
  git memory why src/auth.py:11

A record is named by its label (ADR-12, BUG-7, LEARN-9f3c1a2b), its id, or the beginning of its id.
Exit status: 0 done, 1 nothing found or refused, 2 usage. `git memory COMMAND -h` tells more.""",
)
@click.option(
    "-C",
    expose_value=False,
    callback=_enter,
    type=TypedPath(directory=True, empty=True),
    metavar="DIR",
    multiple=True,
    help="Run as if started in DIR, as git has it. GIT_DIR and GIT_WORK_TREE then do not count.",
)
@click.option(
    "--proposal",
    expose_value=False,
    callback=_on_proposal,
    metavar="NAME",
    help="Read and write the proposal NAME, for this command alone.",
)
@click.version_option(__version__, "--version", message="git memory version %(version)s")
def root() -> None:
    """Remember, in the repository itself, what was decided, learned and fixed, and on which line."""


root.params.append(json_option())
