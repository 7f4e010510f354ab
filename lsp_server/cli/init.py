"""``git memory init``: give a repository a memory."""

from __future__ import annotations

from dataclasses import asdict

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.output import print_json
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line


@memory_command(
    "init",
    example="""
    git memory init
    git memory init --branch project-memory
    """,
)
@click.option(
    "--branch", type=Text(), metavar="NAME", help="The branch to keep it on, `memory` unless given."
)
def init(session: Session, branch: str | None) -> None:
    """Give this repository a memory.

    Makes the branch, or adopts the remote's where it has one. Saying it twice is harmless; your work tree,
    index and HEAD are never touched.
    """
    if branch is not None and not branch.strip():
        raise click.UsageError("a branch needs a name", click.get_current_context())
    with session.memory() as memory:
        done = memory.initialise(branch)
    if session.json:
        print_json(session, asdict(done))
        return
    name = session.out.style(visible_line(done.branch), "bold")
    if done.adopted:
        session.out.line(
            f"The memory of this repository is on branch {name}, from {visible_line(done.adopted)}."
        )
    elif done.created:
        session.out.line(f"The memory of this repository is on branch {name}.")
    else:
        session.out.line(f"The memory of this repository is on branch {name} already.")
