"""``git memory event``: what programs remember by the thousand, from a shell."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.event_text import print_kept, print_memories
from lsp_server.cli.lazy_group import LazyGroup
from lsp_server.cli.output import print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.events.incoming import Refused

_CHUNK = 1 << 18  # bytes
_NAMED = 20  # lines that could not be kept


class TypeWord(Text):
    """A type of memory: one of those that have a name, or the program's own."""

    name = "type"

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        return _types(incomplete)


class _EventGroup(LazyGroup):
    """``git memory event TYPE TITLE`` is ``git memory event add TYPE TITLE``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = next((word for word in args if word != "--json"), None)
        if first is not None and first not in self.commands and first not in ("-h", "--help"):
            args = ["add", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        types = [] if incomplete.startswith("-") else _types(incomplete)
        return [*super().shell_complete(ctx, incomplete), *types]


def _types(incomplete: str) -> list[Any]:
    from click.shell_completion import CompletionItem

    from lsp_server.memory.events.types import TYPES

    return [CompletionItem(n, help=about) for n, about in TYPES.items() if n.startswith(incomplete)]


event = _EventGroup(
    "event",
    {"add": "event:add", "list": "event:list_", "publish": "event:publish", "search": "event:search"},
    about="""Remember what happens, by the thousand.

    `git memory event TYPE TITLE` is short for `git memory event add TYPE TITLE`. Events stay in this clone,
    beside the memory's branch; only what people want in their history goes to it: solutions, insights,
    optimisations, decisions, and a summary of each day. Programs use EventMemory.""",
    example='  git memory event error "Timeout in checkout" --owner worker-1 --meta ms=300\n'
    "  git memory event --stdin < events.jsonl\n"
    "  git memory event search timeout",
)


@memory_command(
    "add",
    example="""
    git memory event add error "Timeout in checkout" --content "No answer"
    git memory event add order.placed "Order 42" --owner shop --meta total=9.5
    git memory event add --stdin < events.jsonl
    """,
)
@click.argument("memory_type", required=False, type=TypeWord(), metavar="[TYPE]")
@click.argument("title", required=False, type=Text(), metavar="[TITLE]")
@click.option("--content", type=Text(), metavar="TEXT", help="What there is to say; - reads standard input.")
@click.option("--owner", type=Text(), default="", metavar="OWNER", help="Whose it is: a user, a service.")
@click.option("--tag", "tags", multiple=True, type=Text(), metavar="TAG", help="A tag; may be repeated.")
@click.option(
    "--meta", "pairs", multiple=True, type=Text(), metavar="K=V", help="A value: JSON, or text. Repeatable."
)
@click.option("--stdin", "reads", is_flag=True, help="Read JSON lines: an object for each event.")
def add(
    session: Session,
    memory_type: str | None,
    title: str | None,
    *,
    content: str | None,
    owner: str,
    tags: tuple[str, ...],
    pairs: tuple[str, ...],
    reads: bool,
) -> None:
    """Remember one event, or a line of JSON each.

    TYPE is error, metric, conversation, decision or any other word of small letters. Secrets are taken out.

    With --stdin every line is an object with title, type, content, owner, tags and metadata, all but the
    title as they are needed. Each is kept as soon as it comes. Lines that cannot be kept are named, the
    others kept; the exit status is 1 then.
    """
    from lsp_server.memory.events.event_memory import EventMemory

    if reads:
        if memory_type is not None or content is not None or owner or tags or pairs:
            raise click.UsageError("--stdin brings whole events: leave everything else out")
        with session.memory() as memory, EventMemory(memory) as events:
            _take_lines(session, events)
            events.publish_quietly()
        return
    if memory_type is None or title is None:
        raise click.UsageError("give a TYPE and a TITLE, or --stdin")
    metadata = dict(_pair(pair) for pair in pairs)
    if content == "-":
        from lsp_server.cli.input import given_text

        content = given_text(session, "-")
    with session.memory() as memory, EventMemory(memory, publish_every=None) as events:
        kept = events.create_memory(
            title, content or "", memory_type=memory_type, owner=owner, tags=tags, metadata=metadata
        )
        events.flush()
        if kept.memory_type in events.published_types:
            events.publish_quietly()
    print_kept(session, kept)


@memory_command(
    "list",
    example="""
    git memory event list
    git memory event list --type error --hours 1 --whole
    git memory event list --owner worker-1 --all --json
    """,
)
@click.option("--type", "memory_type", type=TypeWord(), metavar="TYPE", help="Only of this type.")
@click.option("--owner", type=Text(), metavar="OWNER", help="Only of this owner.")
@click.option(
    "--hours",
    type=click.FloatRange(min=0),
    default=24.0,
    metavar="N",
    help="At most N hours old, 24 unless given.",
)
@click.option("--all", "always", is_flag=True, help="However old.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=50, metavar="N", help="At most N, 50 unless given."
)
@click.option("--whole", is_flag=True, help="With content, tags and metadata.")
def list_(
    session: Session,
    *,
    memory_type: str | None,
    owner: str | None,
    hours: float,
    always: bool,
    limit: int,
    whole: bool,
) -> None:
    """List what happened, newest first.

    Of the last 24 hours, unless --hours or --all says otherwise.
    """
    from lsp_server.memory.events.event_memory import EventMemory

    with session.memory() as memory, EventMemory(memory, publish_every=None) as events:
        found = events.get_recent_memories(memory_type, None if always else hours, owner=owner, limit=limit)
    if not found:
        nothing_found(session, "nothing found" if always else f"nothing found in the last {hours:g} hours")
    print_memories(session, found, whole=whole)


@memory_command(
    "search",
    example="""
    git memory event search timeout checkout
    git memory event search "connection refused" --type error --whole
    """,
)
@click.argument("words", nargs=-1, required=True, type=Text())
@click.option("--type", "memory_type", type=TypeWord(), metavar="TYPE", help="Only of this type.")
@click.option("--owner", type=Text(), metavar="OWNER", help="Only of this owner.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=20, metavar="N", help="At most N, 20 unless given."
)
@click.option("--whole", is_flag=True, help="With content, tags and metadata.")
def search(
    session: Session,
    words: tuple[str, ...],
    *,
    memory_type: str | None,
    owner: str | None,
    limit: int,
    whole: bool,
) -> None:
    """Find events by their words, best first.

    In titles, contents, tags and metadata. An event need not have all the words.
    """
    from lsp_server.memory.events.event_memory import EventMemory

    with session.memory() as memory, EventMemory(memory, publish_every=None) as events:
        found = events.search_memories(" ".join(words), memory_type, limit, owner=owner)
    if not found:
        nothing_found(session, "nothing found")
    print_memories(session, found, whole=whole)


@memory_command(
    "publish",
    example="""
    git memory event publish
    """,
)
def publish(session: Session) -> None:
    """Bring to the memory's branch what waits for it, in one commit.

    Solutions, insights, optimisations, decisions and their outcomes, and a summary of each day that is over,
    unless `git config memory.eventTypes` names other types. A sync, the end of a session and
    `git memory event add` do so by themselves.
    """
    from lsp_server.memory.events.event_memory import EventMemory

    with session.memory() as memory, EventMemory(memory, publish_every=None) as events:
        published = events.publish()
    if session.json:
        print_json(session, {"published": published})
    elif published:
        session.out.line(f"published {published}")
    else:
        session.say("nothing waits to be published")


def _pair(pair: str) -> tuple[str, Any]:
    from lsp_server.memory.keyed.values_plain import typed_value

    key, sign, value = pair.partition("=")
    if not sign or not key.strip():
        raise click.UsageError(f"{pair!r} is no value: write KEY=VALUE")
    return key.strip(), typed_value(value)


def _take_lines(session: Session, events: EventMemory) -> None:
    """Keep what comes on standard input as it comes, and tell what came of it."""
    from lsp_server.memory.events.incoming import Incoming

    incoming = Incoming(events)
    refused: list[Refused] = []
    count = 0

    def tell(new: Sequence[Refused]) -> None:
        nonlocal count
        for one in new[: max(0, _NAMED - count)]:
            if not session.json:
                session.say(visible_line(f"line {one.line}: {one.why}"))
        refused.extend(new[: max(0, _NAMED - len(refused))] if not session.json else new)
        count += len(new)

    try:
        while data := os.read(sys.stdin.fileno(), _CHUNK) if sys.stdin is not None else b"":
            tell(incoming.take(data))
        tell(incoming.end())
        events.flush()
    except BaseException:
        if incoming.kept:
            session.say(f"kept {incoming.kept} before that")
        raise
    if session.json:
        print_json(
            session, {"kept": incoming.kept, "refused": [{"line": n, "error": why} for n, why in refused]}
        )
    else:
        if count > _NAMED:
            session.say(f"and {count - _NAMED} more lines")
        session.out.line(f"kept {incoming.kept}" + (f", refused {count}" if count else ""))
    if count:
        raise click.exceptions.Exit(1)
