"""``git memory trust``: let a repository's own templates and settings apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lsp_server.cli.output import minute, print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible, visible_line

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory


@memory_command(
    "trust",
    example="""
    git memory trust --show
    git memory trust
    """,
)
@click.option("--show", "action", flag_value="show", help="Print what would apply; change nothing.")
@click.option("--revoke", "action", flag_value="revoke", help="Trust this repository no longer.")
@click.option("--list", "action", flag_value="list", help="List the repositories that you trust.")
def trust(session: Session, action: str | None) -> None:
    """Let this repository's own templates and settings apply.

    A team can keep templates (`templates/`) and settings (`settings.yaml`) on the memory branch. They apply
    for you once you trust the repository, also those that a later fetch brings; they never run outside a
    sandbox. What you trust is kept in your state directory; a copy or a new clone is another repository.
    """
    with session.memory() as memory:
        {"show": _show, "revoke": _revoke, "list": _list}.get(action or "", _trust)(session, memory)


def _trust(session: Session, memory: Memory) -> None:
    files = memory.own_files()
    memory.trust()
    if session.json:
        print_json(session, _state(memory))
        return
    session.out.line("this repository's templates and settings apply from now on")
    for file in files:
        wrong = f" (left aside: {file.wrong})" if file.wrong else ""
        session.out.line(f"  {visible_line(file.path)}{visible_line(wrong)}")
    if not files:
        session.out.line("  it has none yet")


def _revoke(session: Session, memory: Memory) -> None:
    was = memory.revoke_trust()
    if session.json:
        print_json(session, _state(memory))
        return
    if not was:
        session.say("this repository was not trusted")
        raise click.exceptions.Exit(1)
    session.out.line("this repository's templates and settings apply no more")


def _show(session: Session, memory: Memory) -> None:
    if session.json:
        files = [file._asdict() for file in memory.own_files()]
        print_json(session, _state(memory) | {"files": files})
        return
    files_there = memory.own_files()
    if not files_there:
        nothing_found(session, "this repository has no templates or settings of its own")
    out = session.out
    out.line("trusted: these apply" if memory.is_trusted() else "not trusted: these would apply")
    for file in files_there:
        out.line()
        out.line(out.style(visible_line(file.path), "bold"))
        if file.wrong:
            out.line(out.style(f"  left aside: {visible_line(file.wrong)}", "red"))
        for line in visible(file.text).rstrip("\n").split("\n"):
            out.line(f"  {line}")


def _list(session: Session, memory: Memory) -> None:
    listed = memory.trusted_repositories()
    if not listed:
        nothing_found(session, "no repository is trusted")
    if session.json:
        documents = [
            {"path": str(r.path), "when": r.when and r.when.isoformat(), "is_there": r.is_there}
            for r in listed
        ]
        print_json(session, documents)
        return
    session.out.table(
        [
            [
                (minute(r.when)[:10] if r.when else "", "dim"),
                ("" if r.is_there else "not there any more", "yellow"),
                (str(r.path), "bold"),
            ]
            for r in listed
        ]
    )


def _state(memory: Memory) -> dict[str, object]:
    return {"trusted": memory.is_trusted()}
