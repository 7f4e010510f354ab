"""``git memory session list``, ``show``, ``stats``, ``resume`` and ``delete``: sessions that were saved."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.output import print_deleted, print_json
from lsp_server.cli.session import Session, memory_command
from lsp_server.records.amounts import plural, span_text

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.sessions.finding import SessionSummary
    from lsp_server.records.sessions.model import Session as Conversation

_SHOWN_AT_RESUMING = 4  # messages


class SessionRef(Text):
    """A session's label, id, a part of the id, its name, or ``latest``."""

    name = "session"

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        from lsp_server.errors import GitMemoryError

        try:
            with ctx.obj.memory() as memory:
                known = memory.sessions(None)
        except GitMemoryError:
            return []
        wanted = incomplete.upper()
        return [CompletionItem(one.label, help=one.title) for one in known if one.label.startswith(wanted)]


@memory_command(
    "list",
    example="""
    git memory session list
    git memory session list -n 5 --json
    """,
)
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), metavar="N", default=20, help="At most N; 20 unless given."
)
@click.option("--all", "everything", is_flag=True, help="All of them.")
def list_(session: Session, *, limit: int, everything: bool) -> None:
    """List the sessions, those first that were saved last."""
    with session.memory() as memory:
        found = memory.sessions(None if everything else limit)
    if not found:
        from lsp_server.cli.read import nothing_found

        nothing_found(session, "there is no session in this memory yet")
    if session.json:
        print_json(session, [asdict(one) for one in found])
        return
    from lsp_server.cli.session_text import row

    session.out.table([row(one) for one in found])


@memory_command(
    "show",
    example="""
    git memory session show latest --messages
    git memory session show SESSION-9f3c1a2b --last 10
    git memory session show 9f3c --json
    """,
)
@click.argument("ref", type=SessionRef(), metavar="SESSION", default="latest")
@click.option("-m", "--messages", is_flag=True, help="What was said, too.")
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Of what was said the last N.")
def show(session: Session, ref: str, *, messages: bool, last: int | None) -> None:
    """Show one session, and what was said in it.

    What it was for comes first, then what came of it.
    SESSION is its label, its id, a part of the id that no other session has, the name that another program
    gives it, or latest, which is meant unless given.
    """
    with session.memory() as memory:
        found = memory.session(ref)
        if session.json:
            print_json(session, _json(memory, found, messages=messages or last is not None, last=last))
            return
        summary = _summary(memory, found)
    from lsp_server.cli.session_text import print_messages, print_session

    print_session(session.out, found, summary.label, summary.title)
    if messages or last is not None:
        print_messages(session.out, found, last)
    elif found.messages:
        session.out.line()
        told = (
            f"{plural(len(found.messages), 'message')}; `git memory session show {summary.label} --messages`"
        )
        session.out.flow((f"{told} shows them", "dim"))


def _summary(memory: Memory, found: Conversation) -> SessionSummary:
    return next(one for one in memory.sessions(None) if one.id == found.id)


def _json(memory: Memory, found: Conversation, *, messages: bool, last: int | None = None) -> dict[str, Any]:
    from lsp_server.records.sessions.plain import session_json

    summary = _summary(memory, found)
    document = {"label": summary.label, "title": summary.title}
    document |= session_json(found, messages=messages)
    if last is not None:
        document["messages"] = document["messages"][-last:]
    return document


@memory_command("stats", example="git memory session stats latest")
@click.argument("ref", type=SessionRef(), metavar="SESSION", default="latest")
def stats(session: Session, ref: str) -> None:
    """Tell a session in figures.

    Messages by who said them, calls of tools, characters, how long it took.
    """
    from lsp_server.records.sessions.plain import stats_json
    from lsp_server.records.sessions.stats import stats as figures

    with session.memory() as memory:
        found = memory.session(ref)
        summary = _summary(memory, found)
    known = figures(found)
    if session.json:
        print_json(session, {"id": found.id, "label": summary.label, **stats_json(known)})
        return
    out = session.out
    out.flow((f"{summary.label} {summary.title}", "bold"), indent=2)
    rows = [("messages", f"{known.messages:,}")]
    rows += [(f"  {role}", f"{count:,}") for role, count in sorted(known.roles.items())]
    if known.system_messages:
        rows.append(("system messages", f"{known.system_messages:,}"))
    if known.tools:
        rows.append(("tool calls", f"{sum(known.tools.values()):,}"))
        by_use = sorted(known.tools.items(), key=lambda one: (-one[1], one[0]))
        rows += [(f"  {tool}", f"{count:,}") for tool, count in by_use]
    rows.append(("characters", f"{known.characters:,}"))
    rows.append(("time", span_text(known.span)))
    out.table([[(name, "dim"), (told, "")] for name, told in rows])


@memory_command(
    "resume",
    example="""
    git memory session resume
    git memory session resume 9f3c
    """,
)
@click.argument("ref", type=SessionRef(), metavar="SESSION", default="latest")
@click.option("--instead", is_flag=True, help="Give up the session that is under way here.")
def resume(session: Session, ref: str, *, instead: bool) -> None:
    """Go on with a session: tell where it stood.

    It is then the one under way in this worktree; `git memory session end` ends it once more. Without SESSION
    it is the one that was saved last.
    """
    with session.memory() as memory:
        found = memory.resume_session(ref, instead=instead)
        if session.json:
            print_json(session, _json(memory, found, messages=True))
            return
        summary = _summary(memory, found)
    from lsp_server.cli.session_text import print_messages, print_session

    print_session(session.out, found, summary.label, summary.title)
    if found.messages:
        print_messages(session.out, found, _SHOWN_AT_RESUMING)
    session.say(f"{summary.label} goes on; `git memory session end` ends it")


@memory_command("delete", example="git memory session delete SESSION-9f3c1a2b")
@click.argument("ref", type=SessionRef(), metavar="SESSION")
def delete(session: Session, ref: str) -> None:
    """Take a session out; history keeps it."""
    with session.memory() as memory:
        before = memory.version()
        record = memory.delete_session(ref)
    print_deleted(session, record, before)
