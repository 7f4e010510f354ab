"""``git memory propose``, ``adopt`` and ``withdraw``: changes that are reviewed before they count."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.output import print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.records.amounts import plural

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.sharing_results import Proposal


class ProposalName(Text):
    """The name of a proposal; completed with those that are open."""

    name = "name"

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from lsp_server.cli.completion import complete_proposal

        return complete_proposal(ctx, incomplete)


@memory_command(
    "propose",
    example="""
    git memory propose use-jwt
    git memory propose
    git memory propose --end
    """,
)
@click.argument("name", required=False, type=ProposalName())
@click.option("--end", is_flag=True, help="Write to the memory itself again; the proposal stays open.")
def propose(session: Session, name: str | None, end: bool) -> None:
    """Put what is written next on a proposal.

    A proposal is reviewed before it counts. It is a branch, memory-proposals/NAME: `git memory sync`
    publishes it, and a pull request from it to the memory branch shows what would change. This worktree
    reads and writes the proposal until --end; other worktrees go on as they were. For one command alone
    there is `git memory --proposal NAME COMMAND`.

    Without a name, list the open proposals.
    """
    if end and name is not None:
        raise click.UsageError("--end takes no name", click.get_current_context())
    with session.memory(name_proposal=False) as memory:
        if end:
            _end(session, memory)
        elif name is None:
            _list(session, memory.proposals())
        else:
            is_new = memory.propose(name)
            branch = next(p.branch for p in memory.proposals() if p.name == name)
            if session.json:
                print_json(session, {"proposal": name, "branch": branch, "new": is_new})
                return
            verb = "begins" if is_new else "goes on"
            session.out.line(f"The proposal {_bold(session, name)} {verb}, on branch {branch}.")
            session.out.line("This worktree writes to it until `git memory propose --end`.")


def _end(session: Session, memory: Memory) -> None:
    ended = memory.end_proposing()
    is_open = any(proposal.name == ended for proposal in memory.proposals())
    if session.json:
        print_json(session, {"proposal": None, "was": ended})
    elif ended is None:
        session.out.line("This worktree writes to the memory itself already.")
    else:
        session.out.line("This worktree writes to the memory itself again.")
        if is_open:
            session.out.line(f"The proposal {_bold(session, ended)} stays open.")


def _list(session: Session, found: Any) -> None:
    if session.json:
        print_json(session, [asdict(proposal) for proposal in found])
        return
    if not found:
        nothing_found(session, "there is no open proposal; `git memory propose NAME` begins one")
    out = session.out
    out.table(
        [
            [
                ("*" if proposal.here else " ", "green"),
                (visible_line(proposal.name), "bold"),
                (plural(proposal.commits, "commit"), "dim"),
                (_where(proposal), ""),
            ]
            for proposal in found
        ]
    )


def _where(proposal: Proposal) -> str:
    places = [*(["here"] if proposal.own else []), *(f"on {visible_line(r)}" for r in proposal.remotes)]
    return ", ".join(places)


@memory_command(
    "adopt",
    example="""
    git memory adopt use-jwt
    """,
)
@click.argument("name", type=ProposalName())
def adopt(session: Session, name: str) -> None:
    """Merge a proposal into the memory.

    Merged as `git memory sync` merges: record by record, field by field. Where the memory has given a number
    meanwhile, the proposal's record gets a new one and keeps the old label as an alias. The proposal ends.
    """
    with session.memory(name_proposal=False) as memory:
        done = memory.adopt(name)
    if session.json:
        from lsp_server.memory.sharing_plain import adopted_json

        print_json(session, adopted_json(done))
        return
    name = _bold(session, done.name)
    if done.merge is None:
        ended = "" if done.left is not None else "; it has ended"
        session.out.line(f"The memory had all of the proposal {name} already{ended}.")
    else:
        from lsp_server.cli.merged import print_merges, warn_of_secrets

        session.out.line(f"The proposal {name} is part of the memory.")
        print_merges(session, [done.merge])
        warn_of_secrets(session, done.secrets)
    _print_released(session, done.released)
    if done.left is not None:
        session.say(visible_line(f"its branch is still there, and the next sync ends it: {done.left}"))


@memory_command(
    "withdraw",
    example="""
    git memory withdraw use-jwt
    """,
)
@click.argument("name", type=ProposalName())
def withdraw(session: Session, name: str) -> None:
    """End a proposal without its changes.

    They are kept: the ref that is printed still leads to them.
    """
    with session.memory(name_proposal=False) as memory:
        done = memory.withdraw(name)
    if session.json:
        print_json(session, asdict(done))
        return
    session.out.line(f"The proposal {_bold(session, done.name)} has ended.")
    if done.commits:
        commits = plural(done.commits, "commit")
        session.out.line(f"Its {commits} can be found under {visible_line(done.kept)}.")
    _print_released(session, done.released)


def _print_released(session: Session, released: bool) -> None:
    if released:
        session.out.line("This worktree writes to the memory itself again.")


def _bold(session: Session, name: str) -> str:
    return session.out.style(visible_line(name), "bold")
