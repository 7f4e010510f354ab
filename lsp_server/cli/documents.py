"""``git memory documents``: the documents that people keep up to date."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.note import person_options, whose
from lsp_server.cli.output import print_json
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible, visible_line
from lsp_server.cli.typed_path import ParamType
from lsp_server.records.amounts import plural

if TYPE_CHECKING:
    from lsp_server.memory.documents.results import DocumentState, LivingDocument


class DocumentName(ParamType):
    """The name of a document, or its path on the branch."""

    name = "document"

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from lsp_server.cli.completion import complete_document

        return complete_document(ctx, incomplete)


@memory_command(
    "documents",
    example="""
    git memory documents
    git memory documents context
    git memory documents preferences --mine
    git memory documents log/2026/11
    """,
)
@click.argument("name", required=False, type=DocumentName())
@person_options
def documents(session: Session, name: str | None, *, mine: bool, person: str | None) -> None:
    """List what people keep up to date, or print one document.

    They are Markdown and YAML files on the memory's branch: what works here, what is worked on, how people
    like to work, logs. `git memory note` and `set` change them; one that is not there yet is made then.
    """
    with session.memory() as memory:
        if name is not None or mine or person is not None:
            found = memory.document(name or "preferences", whose(memory, mine, person))
            _print_one(session, found)
            return
        states = memory.documents()
    if session.json:
        print_json(session, [asdict(state) for state in states])
        return
    session.out.table([_row(state) for state in states])
    for state in states:
        if state.problem:
            session.say(visible_line(f"warning: {state.problem}"))
        for address in state.unsettled:
            whom = f" --person {state.person}" if state.person else ""
            session.say(
                visible_line(
                    f"warning: {address} was set by two people: `git memory documents {state.name}{whom}` "
                    f"shows both, `git memory set {address} VALUE{whom}` leaves one"
                )
            )


def show_document(session: Session, name: str) -> None:
    """Print one document, by its name or its path."""
    with session.memory() as memory:
        found = memory.document(name)
    _print_one(session, found)


def print_history(session: Session, name: str, limit: int | None) -> None:
    """Every change of a document, newest first."""
    from itertools import islice

    from lsp_server.cli.output import commit_json, print_commit

    with session.memory() as memory:
        path = memory.document(name).path
        changes = list(islice(memory.document_history(name), limit))
    if not changes:
        if session.json:
            print_json(session, [])
        session.say(visible_line(f"there is no {path} yet"))
        raise click.exceptions.Exit(1)
    if session.json:
        print_json(session, [{**commit_json(one.commit), "facts": list(one.facts)} for one in changes])
        return
    session.out.flow((path, "bold"))
    for one in changes:
        print_commit(session.out, one.commit, "; ".join(one.facts) or one.commit.subject)


def _row(state: DocumentState) -> list[tuple[str, str]]:
    if not state.exists:
        return [(state.name, "dim"), (state.path, "dim"), ("not there yet", "dim"), (state.about, "dim")]
    count = plural(state.items, "item")
    return [(state.name, "bold"), (state.path, ""), (count, ""), (state.about, "dim")]


def _print_one(session: Session, found: LivingDocument) -> None:
    if session.json:
        from lsp_server.records.living.reading import plain_sections

        document = {
            "name": found.name,
            "path": found.path,
            "exists": found.exists,
            "person": found.person,
            "text": found.text,
            "sections": plain_sections(found.sections),
        }
        print_json(session, document)
    elif found.exists and session.out.is_terminal:
        session.out.line(visible(found.text).rstrip("\n"))
    elif found.exists:
        # Somebody's program reads it: the bytes.
        session.out.stream.flush()
        sys.stdout.buffer.write(found.text.encode("utf-8"))
    if not found.exists:
        session.say(
            visible_line(
                f"there is no {found.path} yet; `git memory note {found.name}/…` or `git memory set "
                f"{found.name}/…` makes it"
            )
        )
        raise click.exceptions.Exit(1)
