"""``git memory decide``, ``learn`` and ``bug``: write a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.output import print_decided, print_recorded
from lsp_server.cli.record_options import (
    OUTCOME,
    NewRecord,
    field_options,
    place_options,
    status_option,
    text_options,
)
from lsp_server.cli.session import Session, memory_command
from lsp_server.records.model import Kind

edit_option = click.option("--edit", "-e", is_flag=True, help="Write it in your editor, from a template.")
template_option = click.option(
    "--template",
    "form",
    type=click.Choice(("madr", "nygard")),
    callback=lambda _ctx, _param, value: value or "",
    help="The form of the text, madr unless given or in the team's settings.",
)


def _record(session: Session, kind: Kind, title: str | None, given: Mapping[str, Any]) -> None:
    new = NewRecord(session, kind, given)
    if new.is_edited:
        record_in_editor(new, title)
        return
    title = new.required_title(title)
    with session.memory() as memory:
        if kind is Kind.DECISION:
            decided = memory.decide(title, **new.parameters(memory), **new.secrets)
            print_decided(session, decided.record, decided.similar)
        else:
            print_recorded(session, memory.record(kind, title, **new.parameters(memory), **new.secrets))


def record_in_editor(new: NewRecord, title: str | None) -> None:
    """Open a draft with what was given in the editor and record what was written, or say that nothing was."""
    from lsp_server.cli.editing import edit_and_save
    from lsp_server.errors import RefusedError

    session = new.session
    with session.memory() as memory:
        draft = memory.draft(new.kind, title=title or "", **new.parameters(memory))
        saved = edit_and_save(session, memory, draft.path, **new.secrets)
        if saved.record is None:
            raise RefusedError(saved.reason or "nothing recorded: the text was left as it was")
        if new.kind is Kind.DECISION:
            print_decided(session, saved.record, memory.similar_to(saved.record))
        else:
            print_recorded(session, saved.record)


@memory_command(
    "decide",
    example="""
    git memory decide "Use JWT for authentication" --status accepted \\
        --option "Session cookies" --option JWT --rationale "No shared state." \\
        --good "Scales out" --bad "Revocation is hard" --at src/auth.py:10-12
    git memory decide "Use JWT for authentication" --edit
    git memory decide "Cache prices" --confidence 80% --based-on ADR-3 --due 30d
    git memory decide --similar "cache in memory"
    """,
)
@click.argument("title", required=False, type=Text())
@click.option(
    "--similar",
    type=Text(),
    metavar="TEXT",
    help="Record nothing: tell what came of decisions like TEXT.",
)
@status_option(Kind.DECISION)
@field_options(Kind.DECISION, without=OUTCOME)
@place_options
@edit_option
@template_option
@text_options(Kind.DECISION)
def decide(session: Session, title: str | None, similar: str | None, **given: Any) -> None:
    """Record a decision (an ADR).

    It gets the next number, and is answered with its label, its id and its title. The title may also be
    the first line of the text from -F, of standard input, or of what you write with --edit.

    Similar decisions whose outcome is known (see `git memory outcome`) are told on the error stream, with
    how often they turned out well.
    """
    if similar is not None:
        _only_similar(session, title, similar, given)
        return
    _record(session, Kind.DECISION, title, given)


def _only_similar(session: Session, title: str | None, text: str, given: Mapping[str, Any]) -> None:
    from lsp_server.cli.similar_text import answer_similar

    if title is not None or any(value not in (None, "", (), False) for value in given.values()):
        raise click.UsageError("--similar records nothing: leave everything else out")
    with session.memory() as memory:
        answer_similar(session, memory.similar_decisions(text, limit=10))


@memory_command(
    "learn",
    example="""
    git memory learn "Emails differ by case" --lesson "Normalise first." \\
        --root-cause "The column compares byte by byte." --at src/users.py:40
    """,
)
@click.argument("title", required=False, type=Text())
@field_options(Kind.LEARNING)
@place_options
@edit_option
@text_options(Kind.LEARNING)
def learn(session: Session, title: str | None, **given: Any) -> None:
    """Record something learned."""
    _record(session, Kind.LEARNING, title, given)


@memory_command(
    "bug",
    example="""
    git memory bug "Login fails for ADA@example.org" --severity high \\
        --step "Sign up in capitals" --step "Log in" \\
        --expected "The inbox" --actual "Error 500"
    """,
)
@click.argument("title", required=False, type=Text())
@status_option(Kind.BUG)
@field_options(Kind.BUG)
@place_options
@edit_option
@text_options(Kind.BUG)
def bug(session: Session, title: str | None, **given: Any) -> None:
    """Record a bug."""
    _record(session, Kind.BUG, title, given)
