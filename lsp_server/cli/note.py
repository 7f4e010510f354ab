"""``git memory note`` and ``set``: change a living document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.input import given_text
from lsp_server.cli.output import print_json
from lsp_server.cli.record_options import secret_options
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line

if TYPE_CHECKING:
    from lsp_server.memory.documents.results import Noted
    from lsp_server.memory.facade import Memory

Decorated = Callable[..., Any]


class Address(Text):
    """Where in the documents: ``patterns/anti-patterns``."""

    name = "address"

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from lsp_server.cli.completion import complete_address

        return complete_address(ctx, incomplete)


def person_options(decorated: Decorated) -> Decorated:
    """``--mine`` and ``--person``: whose preferences are meant."""
    decorated = click.option(
        "--person", type=Text(), metavar="NAME", help="Of the preferences: those of NAME, not everybody's."
    )(decorated)
    return click.option("--mine", is_flag=True, help="Of the preferences: your own, by git's user.name.")(
        decorated
    )


def _place_options(*, item: str, new: str) -> Callable[[Decorated], Decorated]:
    """What ``note`` and ``set`` have in common: further texts, whether a place may be made, whose it is."""

    def add(decorated: Decorated) -> Decorated:
        decorated = person_options(secret_options(decorated))
        decorated = click.option("--new", is_flag=True, help=f"Add {new} of that name.")(decorated)
        return click.option("--item", "items", multiple=True, type=Text(), help=item)(decorated)

    return add


def _secrets(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was said of secrets, as the calls take it."""
    return {key: given[key] for key in ("allow_secrets", "redact")}


def whose(memory: Memory, mine: bool, person: str | None) -> str | None:
    """Whose preferences the options name, None for everybody's."""
    if mine and person is not None:
        raise click.UsageError("--mine and --person are two people: choose one")
    return memory.person() if mine else person


@memory_command(
    "note",
    example="""
    git memory note patterns/anti-patterns "Mutable default arguments"
    git memory note context/blockers "The staging database is down"
    git memory note project/team "Ada (developer)"
    git memory note preferences/libraries pytest --mine
    git memory note log "Login endpoint" --item "Tests first"
    """,
)
@click.argument("address", type=Address())
@click.argument("text", required=False, type=Text())
@_place_options(item="Of the log: a bullet below the entry.", new="the section, too, where there is none")
def note(session: Session, address: str, text: str | None, **given: Any) -> None:
    """Add a bullet to a document that people keep up to date.

    ADDRESS is DOCUMENT/SECTION, DOCUMENT/FIELD or DOCUMENT/SECTION/FIELD; `git memory documents` lists the
    documents, and your shell completes the rest. Below a field that has one value, both become bullets.
    What is there already is not added again. Without TEXT it is read from standard input.
    """
    said = _required(session, text, "TEXT")
    items: Sequence[str] = given["items"]
    if items and address.strip().casefold() not in ("log", "development-log"):
        raise click.UsageError("--item is for the log: `git memory note log TITLE --item …`")
    with session.memory() as memory, _only_the_persons(None if text or items else said):
        if items:
            noted = memory.append_log(said, items, **_secrets(given))
        else:
            person = whose(memory, given["mine"], given["person"])
            noted = memory.note(address, said, person=person, new=given["new"], **_secrets(given))
    _answer(session, noted, "added to", said, wanted=given["new"])


@memory_command(
    "set",
    example="""
    git memory set context/current-focus "Rate limits"
    git memory set context/active-project "Shop API"
    git memory set project/version 1.2
    git memory set project/metrics/test_coverage 85
    git memory set project/milestones/Beta/status completed
    """,
)
@click.argument("address", type=Address())
@click.argument("value", required=False, type=Text())
@_place_options(item="One of several values, each a bullet.", new="the field where there is none")
def set_(session: Session, address: str, value: str | None, **given: Any) -> None:
    """Give a field of a document another value.

    ADDRESS is DOCUMENT/FIELD or DOCUMENT/SECTION/FIELD; of the project also NAME, METRIC or MILESTONE keys.
    Where a merge left two values, yours is then the only one. An empty VALUE empties the field.
    """
    items: Sequence[str] = given["items"]
    if items and value is not None:
        raise click.UsageError("give a VALUE or --item several times, not both")
    said: str | list[str] = list(items) if items else _required(session, value, "VALUE")
    with session.memory() as memory, _only_the_persons(None if value or items else str(said)):
        person = whose(memory, given["mine"], given["person"])
        noted = memory.set(address, said, person=person, new=given["new"], **_secrets(given))
    words = said if isinstance(said, str) else ", ".join(said)
    _answer(session, noted, "set", words, wanted=given["new"])


@contextmanager
def _only_the_persons(piped: str | None) -> Iterator[None]:
    """Where the branch refuses it, give back what was piped in, not the document that it would stand in; what
    was typed stands above the error."""
    from lsp_server.errors import GitMemoryError

    try:
        yield
    except GitMemoryError as error:
        error.text = piped if error.text else None
        raise


def _required(session: Session, text: str | None, name: str) -> str:
    if text is not None:
        return text
    piped = given_text(session, None)
    if piped is None:
        raise click.UsageError(f"give a {name}, or pipe it in")
    return piped.strip("\n")


def _answer(session: Session, noted: Noted, verb: str, said: str, *, wanted: bool) -> None:
    """Tell what was done. ``wanted``: a new section was asked for."""
    if session.json:
        print_json(session, noted.plain())
        return
    out = session.out
    if not noted.changed:
        out.flow(("there already: ", "dim"), (noted.address, "bold"), (f" in {noted.path}", "dim"))
        return
    words = " ".join(said.split())
    verb, words = (verb, f": {words}") if words else ("emptied", "")
    out.flow((f"{verb} ", ""), (noted.address, "bold"), (words, ""), indent=4)
    made = "made " if noted.made else "in "
    section = f", a new section {noted.added}" if noted.added and wanted else ""
    out.flow((f"  {made}{noted.path}{section}", "dim"))
    if noted.added and not noted.made and not wanted:
        session.say(visible_line(f"{noted.path} had no section {noted.added!r} (any more): it was added"))
        if noted.near:
            session.say(visible_line(f"perhaps you meant {' or '.join(noted.near)}"))
