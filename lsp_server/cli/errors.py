"""``git memory errors``: what went wrong in programs, by what it has in common, and what helped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.errors_text import print_group, print_groups, print_solution
from lsp_server.cli.lazy_group import LazyGroup
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, memory_command

if TYPE_CHECKING:
    from lsp_server.memory.errors.error_memory import ErrorMemory


@contextmanager
def _opened(session: Session) -> Iterator[ErrorMemory]:
    from lsp_server.memory.errors.error_memory import ErrorMemory
    from lsp_server.memory.events.event_memory import EventMemory

    with session.memory() as memory, EventMemory(memory, publish_every=None) as events:
        yield ErrorMemory(events)


class _ErrorsGroup(LazyGroup):
    """``git memory errors`` is ``git memory errors list``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = next((word for word in args if word != "--json"), None)
        is_list = first is None or (first.startswith("-") and first not in ("-h", "--help"))
        if is_list and not ctx.resilient_parsing:  # what is being completed may become show or solve
            args = ["list", *args]
        return super().parse_args(ctx, args)


errors = _ErrorsGroup(
    "errors",
    {"list": "errors:list_", "show": "errors:show", "solve": "errors:solve"},
    about="""Show what went wrong in programs, and what helped.

    `git memory errors` is short for `git memory errors list`. Programs record their errors with ErrorMemory;
    those that git memory event error brings are among them. Finding similar ones needs drain3:
    pip install "git-memory-lsp[learning]".""",
    example="  git memory errors\n"
    "  git memory errors show 3f9a1c2b\n"
    '  git memory errors solve 3f9a1c2b "Give the pool ten connections"',
)


@memory_command(
    "list",
    example="""
    git memory errors list
    git memory errors list --hours 168 --open
    git memory errors list --all --json
    """,
)
@click.option(
    "--hours",
    type=click.FloatRange(min=0),
    default=24.0,
    metavar="N",
    help="Errors of the last N hours, 24 unless given.",
)
@click.option("--all", "always", is_flag=True, help="However old.")
@click.option("--open", "only_open", is_flag=True, help="Only those that nothing has solved yet.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=50, metavar="N", help="At most N, 50 unless given."
)
def list_(session: Session, *, hours: float, always: bool, only_open: bool, limit: int) -> None:
    """List errors by what they have in common, most first.

    Each line is a group: errors of one type, from one place, whose messages say the same. <*>, <num>, <text>
    and the like stand for what changes. Below it is what helped before, where anybody wrote that down.
    """
    with _opened(session) as known:
        found = known.groups(None if always else hours)
    if only_open:
        found = [group for group in found if group.open]
    if not found:
        which = "open errors" if only_open else "errors"
        nothing_found(session, f"no {which}" if always else f"no {which} in the last {hours:g} hours")
    print_groups(session, found, limit)


class _GroupId(Text):
    """A group of errors, or an error in one."""

    name = "group"

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        from lsp_server.errors import GitMemoryError

        try:
            with _opened(ctx.obj) as known:
                found = known.groups(None)
        except GitMemoryError:
            return []
        return [
            CompletionItem(one.id, help=f"{one.type}: {one.template}")
            for one in found
            if one.id.startswith(incomplete)
        ]


@memory_command("show", example="git memory errors show 3f9a1c2b")
@click.argument("group", type=_GroupId(), metavar="GROUP")
def show(session: Session, group: str) -> None:
    """Show a group of errors: its newest one whole, and what helped.

    GROUP is its id or the beginning of it, or the id of an error in it.
    """
    with _opened(session) as known:
        found = known.group(group)
    print_group(session, found)


@memory_command(
    "solve",
    example="""
    git memory errors solve 3f9a1c2b "Give the pool ten connections"
    git memory errors solve 3f9a1c2b "Connect again" --handler reconnect
    git memory errors solve "ConnectionError: No answer" "Start the VPN"
    """,
)
@click.argument("group", type=_GroupId(), metavar="GROUP")
@click.argument("title", type=Text(), metavar="TITLE")
@click.option("--content", type=Text(), metavar="TEXT", help="How; - reads standard input.")
@click.option(
    "--handler",
    type=Text(),
    metavar="NAME",
    help="What programs that have registered a function under this name apply by themselves.",
)
def solve(session: Session, group: str, title: str, *, content: str | None, handler: str | None) -> None:
    """Write down what made an error go away.

    GROUP is a group's id, an error's id, or a message like "ConnectionError: No answer", wherever it happens.
    Programs offer the solution at once where such an error happens again.
    """
    if content == "-":
        from lsp_server.cli.input import given_text

        content = given_text(session, "-")
    with _opened(session) as known:
        kept = known.solution(group, title, content or "", handler=handler)
        known.events.flush()
        if kept.memory_type in known.events.published_types:
            known.events.publish_quietly()
    print_solution(session, kept)
