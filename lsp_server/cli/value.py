"""``git memory value``: what programs keep under keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NoReturn

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.output import minute, print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.record_options import secret_options
from lsp_server.cli.session import Session, json_option, memory_command
from lsp_server.cli.terminal import Span, fit, visible, visible_line
from lsp_server.records.amounts import plural, span_text

if TYPE_CHECKING:
    from lsp_server.memory.keyed import KeyedItem, Value

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(?:\d{1,9}[smhdw])+\Z|\d{1,12}\Z")
_SHOWN = 60  # columns of a value in a list


class Key(Text):
    """A key, completed from those that there are."""

    name = "key"

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from lsp_server.cli.completion import complete_key

        return complete_key(ctx, incomplete)


class TimeSpan(Text):
    """How long: ``90`` (seconds), ``30m``, ``1h30m``, ``2d``."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        word = str(value).strip().lower()
        if not _SPAN.match(word):
            self.fail(
                f"{value!r} is no span of time; write 90 for seconds, or 30m, 1h, 1h30m, 2d, 1w", param, ctx
            )
        if word.isdigit():
            return int(word)
        return sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)([smhdw])", word))


@click.group(
    "value",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Example:
  git memory value set user:123:preferences '{"theme": "dark"}'
  git memory value get user:123:preferences
  git memory value list user:""",
)
def value() -> None:
    """Keep values under keys, as programs do.

    A value is anything that JSON can hold. Each write is a commit on the memory's branch; one that has
    expired is not there any more. Programs use MemoryManager("git:").
    """


value.params.append(json_option())


@memory_command(
    "get",
    example="""
    git memory value get user:123:preferences
    git memory value get user:123:preferences --json
    """,
)
@click.argument("key", type=Key())
def get(session: Session, key: str) -> None:
    """Print the value of a key.

    A text is printed as it is, everything else as JSON. With --json its times come, too. Exit status 1 where
    there is none.
    """
    from lsp_server.memory.keyed.values_plain import value_text

    with session.memory() as memory:
        item = memory.values().item(key)
    if item is None:
        _no_value(key)
    if session.json:
        _print_item(session, item)
        return
    text = value_text(item.value)
    session.out.line(visible(text) if session.out.is_terminal else text)


@memory_command(
    "set",
    example="""
    git memory value set user:123:preferences '{"theme": "dark"}'
    git memory value set build:last green --ttl 1h
    git memory value set report -
    """,
)
@click.argument("key", type=Key())
@click.argument("given", type=Text(), metavar="VALUE")
@click.option(
    "--ttl", type=TimeSpan(), metavar="SPAN", help="It expires after so long: 3600 (seconds), 30m, 1h, 2d."
)
@click.option("--text", "as_text", is_flag=True, help="VALUE is a text, also where it could be JSON.")
@secret_options
def set_(session: Session, key: str, given: str, *, ttl: int | None, as_text: bool, **secrets: Any) -> None:
    """Keep a value under a key, in place of what was there.

    VALUE is JSON, or a plain text where it is no JSON; - reads it from standard input. A date is
    {"$date": "2026-11-21"}, a time {"$datetime": "2026-11-21T10:00:00+00:00"}.
    """
    said, kept = _typed(session, given, as_text=as_text)
    with session.memory() as memory, _given_back(said, given):
        values = memory.values(**secrets)
        values.store(key, kept, ttl=ttl)
        item = values.item(key)
    if item is None:  # it has expired, or somebody took it away
        session.say(visible_line(f"{key} is gone already"))
        raise click.exceptions.Exit(1)
    _print_item(session, item, "set")


@memory_command("update", example="""git memory value update user:123:preferences '{"theme": "light"}'""")
@click.argument("key", type=Key())
@click.argument("given", type=Text(), metavar="CHANGES")
@secret_options
def update(session: Session, key: str, given: str, **secrets: Any) -> None:
    """Merge changes into a dictionary.

    CHANGES is a JSON object, - reads it from standard input: what it names is replaced, at every depth, and
    all else stays, also when it expires. A key without a value is taken for an empty dictionary.
    """
    said, changes = _typed(session, given)
    if not isinstance(changes, dict):
        raise click.UsageError('give CHANGES as a JSON object: \'{"theme": "light"}\'')
    with session.memory() as memory, _given_back(said, given):
        values = memory.values(**secrets)
        values.update(key, changes)
        item = values.item(key)
    if item is not None:
        _print_item(session, item, "updated")


@memory_command(
    "delete",
    example="""
    git memory value delete user:123:preferences
    git memory value delete 'session:42:*'
    """,
)
@click.argument("keys", nargs=-1, required=True, type=Key(), metavar="KEY...")
def delete(session: Session, keys: Sequence[str]) -> None:
    """Take values out; history keeps them.

    With * at the end, every one whose key begins so. Exit status 1 where there was none.
    """
    with session.memory() as memory:
        values = memory.values()
        deleted = sum(values.delete(key) for key in keys)
    if session.json:
        print_json(session, {"deleted": deleted})
    elif deleted:
        session.out.line(f"deleted {plural(deleted, 'value')}")
    if not deleted:
        session.say(visible_line(f"there is no value under {' or '.join(map(repr, keys))}"))
        raise click.exceptions.Exit(1)


@memory_command(
    "list",
    example="""
    git memory value list
    git memory value list user:123:
    """,
)
@click.argument("prefix", required=False, default="", type=Key(), metavar="[PREFIX]")
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="At most N.")
def list_(session: Session, prefix: str, *, limit: int | None) -> None:
    """List values with when they were written and when they expire, by key.

    With PREFIX only those whose keys begin so.
    """
    with session.memory() as memory:
        items = memory.values().items(prefix)[:limit]
    if not items:
        where = f" under {prefix!r}" if prefix else ""
        nothing_found(session, visible_line(f"there is no value{where}"))
    if session.json:
        from lsp_server.memory.keyed.values_plain import item_json

        print_json(session, [item_json(item) for item in items])
        return
    now = datetime.now(timezone.utc)
    session.out.table([_row(item, now) for item in items])


@memory_command("cleanup", example="git memory value cleanup")
def cleanup(session: Session) -> None:
    """Take what has expired off the branch.

    Nothing that has expired is ever read, with or without it. One commit, or none where nothing has.
    """
    with session.memory() as memory:
        removed = memory.values().cleanup()
    if session.json:
        print_json(session, {"removed": removed})
    else:
        said = f"removed {plural(removed, 'value')} that had expired" if removed else "nothing has expired"
        session.out.line(said)


def _typed(session: Session, given: str, *, as_text: bool = False) -> tuple[str, Value]:
    """The text that was given or piped in, and the value that it is."""
    from lsp_server.cli.input import given_text
    from lsp_server.memory.keyed.values_plain import typed_value

    text = given_text(session, "-") if given == "-" else given
    if text is None:
        raise click.UsageError("nothing came on standard input")
    if as_text:
        return text, text
    value = typed_value(text)
    if isinstance(value, str) and text.lstrip().startswith(("{", "[")):
        session.say("note: this is no JSON, so it is taken for a text")
    return text, value


@contextmanager
def _given_back(said: str, given: str) -> Iterator[None]:
    """Where the branch refuses it, give back what was piped in; what was typed stands above the error."""
    from lsp_server.errors import GitMemoryError, SecretError

    try:
        yield
    except GitMemoryError as error:
        error.text = said if given == "-" and not isinstance(error, SecretError) else None
        raise


def _no_value(key: str) -> NoReturn:
    from lsp_server.errors import NotFoundError

    raise NotFoundError(f"there is no value under {key!r}")


def _print_item(session: Session, item: KeyedItem, verb: str = "") -> None:
    from lsp_server.memory.keyed.values_plain import item_json, value_line

    if session.json:
        print_json(session, item_json(item))
        return
    expiry = _expiry(item, datetime.now(timezone.utc))
    session.out.flow(
        (f"{verb} ", ""),
        (item.key, "bold"),
        (f": {fit(value_line(item.value), _SHOWN)}", ""),
        (f"  {expiry}" if expiry else "", "yellow"),
        indent=4,
    )


def _row(item: KeyedItem, now: datetime) -> list[Span]:
    from lsp_server.memory.keyed.values_plain import value_line

    return [
        (fit(item.key, _SHOWN), "bold"),
        (minute(item.updated), "dim"),
        (_expiry(item, now), "yellow"),
        (fit(value_line(item.value), _SHOWN), ""),
    ]


def _expiry(item: KeyedItem, now: datetime) -> str:
    if item.expires is None:
        return ""
    return f"expires in {span_text(item.expires - now + timedelta(seconds=1))}"


for _command in (get, set_, update, delete, list_, cleanup):
    value.add_command(_command)
