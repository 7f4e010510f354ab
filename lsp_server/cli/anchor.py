"""``git memory anchor``: where in the code a record belongs, shown and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Place, Ref, Text, code_path, code_places, typed_place
from lsp_server.cli.output import place_facts, print_fact, print_headline, print_json
from lsp_server.cli.record_options import secret_options
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.cli.typed_path import TypedPath
from lsp_server.errors import RefusedError
from lsp_server.records.anchors import CodeRange
from lsp_server.records.plain import range_json, record_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.memory.facade import Memory
    from lsp_server.records.anchors import Anchor
    from lsp_server.records.model import Record

    Standing = Sequence[tuple[Anchor, Any]]  # each anchor with where it is today


@memory_command(
    "anchor",
    example="""
    git memory anchor ADR-12
    git memory anchor ADR-12 --at src/auth.py:20-25
    git memory anchor ADR-12 --remove src/auth.py:10-12 --at src/auth.py::check
    git memory anchor ADR-12 --remove-stale
    """,
)
@click.argument("ref", type=Ref())
@click.option(
    "--at",
    "at",
    type=TypedPath(place=True),
    metavar="PLACE",
    multiple=True,
    help="Anchor it to PATH:LINE, PATH:FIRST-LAST, PATH::NAME, a file or a folder as well.",
)
@click.option(
    "--rev",
    type=Text(),
    metavar="COMMIT",
    help="The places of --at are those of COMMIT, not of the files as they are now.",
)
@click.option(
    "--remove",
    "remove",
    type=TypedPath(place=True),
    metavar="PLACE",
    multiple=True,
    help="Take off the anchor that is at PLACE now, or was when it was made.",
)
@click.option("--remove-stale", is_flag=True, help="Take off every anchor of which nothing is left.")
@secret_options
def anchor(
    session: Session,
    *,
    ref: str,
    at: tuple[str, ...],
    rev: str | None,
    remove: tuple[str, ...],
    remove_stale: bool,
    allow_secrets: tuple[str, ...],
    redact: bool,
) -> None:
    """Show where in the code a record belongs, or change it.

    Anchors follow their lines by themselves; this is for lines that were rewritten, and for a second thought.
    With --remove and --at together the record moves, in one commit. The record itself stays.
    """
    if rev is not None and not at:
        raise click.UsageError("--rev says of which commit the places of --at are: give one")
    with session.memory() as memory:
        if at or remove or remove_stale:
            gone = _to_remove(session, memory, ref, remove, remove_stale)
            places = code_places(session, memory, at, rev)
            record = memory.reanchor(ref, places, remove=gone, allow_secrets=allow_secrets, redact=redact)
        else:
            record = memory.get(ref)
        _print(session, memory, record)


def _to_remove(
    session: Session, memory: Memory, ref: str, places: Sequence[str], stale: bool
) -> list[Anchor]:
    """The anchors that were named, each once. Raises ``RefusedError`` where there is none at a place."""
    record = memory.get(ref)
    standing = memory.places(record)
    found = [one for one, located in standing if stale and located.certainty.value == "stale"]
    if stale and not found and not places:
        raise RefusedError(f"no anchor of {record.label} is stale")
    for text in places:
        typed = typed_place(session, text)
        path = code_path(session, memory, typed.path)
        at_place = _at(typed, path, standing)
        if not at_place:
            there = ", ".join(str(one) for one in record.anchors) or "nowhere"
            raise RefusedError(visible_line(f"{record.label} is not anchored at {text}; it is at {there}"))
        found += at_place
    return list(dict.fromkeys(found))


def _at(typed: Place, path: str, standing: Standing) -> list[Anchor]:
    """The anchors that a person means by a place: first those that the record has so, then those that are
    there today."""
    if typed.symbol:
        return [one for one, _ in standing if one.symbol == typed.symbol and one.range.path == path]
    if typed.start is None:
        whole = [one for one, _ in standing if one.range.is_whole and one.range.path.rstrip("/") == path]
        return whole or [
            one
            for one, located in standing
            if path in (one.range.path, *(place.path for place in located.ranges))
        ]
    lines = CodeRange(path, typed.start, typed.end or typed.start)
    written = [one for one, _ in standing if one.range == lines]
    return written or [one for one, located in standing if any(lines.meets(p) for p in located.ranges)]


def _print(session: Session, memory: Memory, record: Record) -> None:
    standing = memory.places(record)
    if session.json:
        print_json(session, record_json(record) | {"places": [_json(*one) for one in standing]})
        return
    out = session.out
    print_headline(out, record)
    for one, located in standing:
        for word, told in place_facts(one, located):
            print_fact(out, word, told)
    if not standing:
        out.line("  anchored nowhere")


def _json(one: Anchor, located: Any) -> dict[str, Any]:
    return range_json(one.range) | {
        "symbol": one.symbol or None,
        "today": [range_json(place) for place in located.ranges],
        "certainty": located.certainty.value,
        "last": located.last and range_json(located.last),
        "gone_by": located.gone_by or None,
    }
