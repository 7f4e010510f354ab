"""Completion in shells: the scripts, and the answers that the scripts ask for.

A script calls ``git-memory`` with ``_GIT_MEMORY_COMPLETE`` set and the words so far, the last of them being
the one to complete; it is answered with lines of ``TYPE<tab>VALUE<tab>HELP``. TYPE is plain, file or dir.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, ShellComplete

from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 200  # a shell's menu with more than this helps nobody


@memory_command(
    "completion",
    example="""
    git memory completion bash \\
        > ~/.local/share/bash-completion/completions/git-memory
    """,
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(session: Session, shell: str) -> None:
    """Print a shell's completion script.

    It completes commands, options, statuses, the labels of records and, after PATH::, the symbols of a file,
    for `git memory` and `git-memory`. The script's first lines say where to put it.
    """
    from pathlib import Path

    script = (Path(__file__).parent / "shells" / f"git-memory.{shell}").read_text(encoding="utf-8")
    if session.json:
        from lsp_server.cli.output import print_json

        print_json(session, {"shell": shell, "script": script})
    else:
        session.out.line(script.rstrip("\n"))


def complete(root: click.Command, session: Session, words: Sequence[str]) -> int:
    """Answer a completion script. What goes wrong completes nothing: a prompt is no place for errors."""
    *before, incomplete = words or [""]
    session.is_completing = True
    try:
        items = ShellComplete(root, {"obj": session}, "git memory", "").get_completions(before, incomplete)
    except Exception:
        return 1
    for item in items[:MOST]:
        session.out.line(f"{item.type}\t{visible_line(str(item.value))}\t{visible_line(item.help or '')}")
    return 0


def complete_ref(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The labels of records that begin with what is typed, newest first, with their titles."""
    from lsp_server.errors import GitMemoryError

    wanted = incomplete.upper()
    try:
        with ctx.obj.memory() as memory:
            records = memory.list()
    except GitMemoryError:
        return []
    return [CompletionItem(r.label, help=r.title) for r in records if r.label.upper().startswith(wanted)]


def complete_symbol(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """``PATH::NAME`` for each symbol of the file whose name begins with what is typed."""
    from lsp_server.cli.arguments import code_path
    from lsp_server.errors import GitMemoryError

    path, _, wanted = incomplete.partition("::")
    try:
        with ctx.obj.memory() as memory:
            names = memory.symbols(code_path(ctx.obj, memory, path))
    except (GitMemoryError, click.UsageError):
        return []
    return [CompletionItem(f"{path}::{name}") for name in names if name.startswith(wanted)]


def complete_step(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The statuses that the record named before may take next."""
    from lsp_server.errors import GitMemoryError

    try:
        with ctx.obj.memory() as memory:
            record = memory.find(str(ctx.params.get("ref") or ""))
            steps = memory.steps(record) if record is not None else ()
    except GitMemoryError:
        return []
    return [CompletionItem(step) for step in steps if step.startswith(incomplete.lower())]


def complete_address(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The sections and fields of the living documents, as far as the next slash."""
    from lsp_server.errors import GitMemoryError

    try:
        with ctx.obj.memory() as memory:
            addresses = memory.addresses()
    except GitMemoryError:
        return []
    return [CompletionItem(one) for one in addresses if one.startswith(incomplete)]


def complete_document(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The names of the living documents, and the months of the log."""
    from lsp_server.errors import GitMemoryError

    try:
        with ctx.obj.memory() as memory:
            states = [state for state in memory.documents() if state.person is None]
    except GitMemoryError:
        return []
    months = {
        state.path.removesuffix(".md"): state.about for state in states if state.path.startswith("log/")
    }
    names = {state.name: state.about for state in states} | months
    return [CompletionItem(name, help=about) for name, about in names.items() if name.startswith(incomplete)]


def complete_key(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The keys of values that begin with what is typed."""
    from lsp_server.errors import GitMemoryError

    try:
        with ctx.obj.memory() as memory:
            keys = memory.values().keys(incomplete)
    except GitMemoryError:
        return []
    return [CompletionItem(key) for key in keys]


def complete_proposal(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The names of the open proposals."""
    from lsp_server.errors import GitMemoryError

    try:
        with ctx.obj.memory() as memory:
            names = [proposal.name for proposal in memory.proposals()]
    except GitMemoryError:
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
