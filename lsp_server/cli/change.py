"""``git memory mark``, ``supersede``, ``close``, ``edit`` and ``delete``: change what is recorded."""

from __future__ import annotations

from typing import Any

import click

from lsp_server.cli.arguments import Ref, Text
from lsp_server.cli.output import print_deleted, print_headline, print_json, print_recorded
from lsp_server.cli.record_options import (
    OUTCOME,
    NewRecord,
    field_options,
    fields_of,
    place_options,
    secret_options,
    status_option,
    text_options,
)
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.cli.write import template_option
from lsp_server.records.life_cycle import SETTLED_BUG
from lsp_server.records.model import Kind
from lsp_server.records.plain import record_json


class StatusWord(Text):
    """A status; completed with those that the record may take next."""

    name = "status"

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from lsp_server.cli.completion import complete_step

        return complete_step(ctx, incomplete)


@memory_command(
    "mark",
    example="""
    git memory mark ADR-1 accepted
    git memory mark BUG-7 in-progress
    """,
)
@click.argument("ref", type=Ref())
@click.argument("status", type=StatusWord())
def mark(session: Session, ref: str, status: str) -> None:
    """Give a record its next status.

    A decision goes from proposed to accepted or rejected, from accepted to deprecated; `supersede` replaces
    it. A bug goes from open to in-progress, fixed, closed or wont-fix. An impossible step is refused.
    """
    with session.memory() as memory:
        record = memory.mark(ref, status)
    if session.json:
        print_json(session, record_json(record))
        return
    out = session.out
    status = out.style(visible_line(record.status or "without status"), out.status(record.status))
    print_headline(out, record)
    out.line(f"  is {status}")


@memory_command(
    "supersede",
    example="""
    git memory supersede ADR-1 "Use opaque tokens" \\
        --rationale "Tokens must be revocable."
    """,
)
@click.argument("ref", type=Ref())
@click.argument("title", required=False, type=Text())
@status_option(Kind.DECISION, "accepted")
@field_options(Kind.DECISION, without=OUTCOME)
@place_options
@template_option
@text_options(Kind.DECISION)
def supersede(session: Session, ref: str, title: str | None, **given: Any) -> None:
    """Replace a decision by a new one.

    The new decision takes the options of `decide`; both are linked to each other.
    """
    successor = NewRecord(session, Kind.DECISION, given)
    title = successor.required_title(title)
    with session.memory() as memory:
        old, new = memory.supersede(ref, title, **successor.parameters(memory), **successor.secrets)
    if session.json:
        print_json(session, record_json(new) | {"superseded": record_json(old)})
        return
    print_recorded(session, new)
    session.out.flow(("  supersedes ", ""), (old.label, "bold"), (f" {old.title}", ""), indent=4)


@memory_command(
    "close",
    example="""
    git memory close BUG-7 --fix "Compare emails in lower case." \\
        --learning "Emails differ by case" --lesson "Normalise them first."
    git memory close BUG-8 --status wont-fix
    """,
)
@click.argument("ref", type=Ref())
@click.option(
    "--status",
    type=click.Choice(SETTLED_BUG, case_sensitive=False),
    default="fixed",
    help="How it ended, fixed unless given.",
)
@click.option("--root-cause", type=Text(), metavar="TEXT", help="Why it happened.")
@click.option("--fix", type=Text(), metavar="TEXT", help="What fixes it.")
@click.option("--tests", type=Text(), metavar="TEXT", help="What proves it.")
@click.option(
    "--learning", "learning_title", type=Text(), metavar="TITLE", help="Write a learning from it, linked."
)
@field_options(Kind.LEARNING, without=("root_cause",))
@secret_options
def close(
    session: Session,
    ref: str,
    *,
    status: str,
    learning_title: str | None,
    root_cause: str | None,
    fix: str | None,
    tests: str | None,
    allow_secrets: tuple[str, ...],
    redact: bool,
    **given: Any,
) -> None:
    """Close a bug, and write down what it taught.

    With --learning a learning is written in the same commit; bug and learning are linked both ways, and the
    root cause stands in both.
    """
    learning = fields_of(Kind.LEARNING, given)
    if learning and learning_title is None:
        option = next(iter(learning)).replace("_", "-")
        raise click.UsageError(f"--{option} belongs to a learning: name it with --learning TITLE")
    fields = fields_of(Kind.BUG, {"root_cause": root_cause, "fix": fix, "tests": tests})
    if learning_title is not None and "root_cause" in fields:
        learning["root_cause"] = fields["root_cause"]
    with session.memory() as memory:
        bug, learned = memory.close_bug(
            ref,
            status=status,
            fields=fields,
            learning=learning if learning_title is not None else None,
            learning_title=learning_title,
            allow_secrets=allow_secrets,
            redact=redact,
        )
    if session.json:
        print_json(session, record_json(bug) | {"learning": learned and record_json(learned)})
        return
    out = session.out
    print_headline(out, bug)
    out.line(f"  is {out.style(visible_line(bug.status or ''), out.status(bug.status))}")
    if learned is not None:
        print_headline(out, learned)


@memory_command(
    "edit",
    example="""
    git memory edit ADR-1
    git memory edit .git/git-memory/drafts/main/use-jwt-5d2f0c1e.md
    """,
)
@click.argument("ref", type=Ref())
@secret_options
def edit(session: Session, ref: str, *, allow_secrets: tuple[str, ...], redact: bool) -> None:
    """Change a record in your editor.

    Opens the record's whole file in the editor that git uses; what was changed elsewhere meanwhile is
    merged. REF may also be the file of a draft that an error said your text is kept in.
    """
    from lsp_server.cli.editing import edit_and_save
    from lsp_server.errors import RefusedError

    with session.memory() as memory:
        draft = session.path(ref)
        path = draft if ref.endswith(".md") and draft.is_file() else memory.view(ref).path
        saved = edit_and_save(session, memory, path, allow_secrets=allow_secrets, redact=redact)
    if saved.record is None:
        raise RefusedError(saved.reason or "nothing changed", draft=path)
    print_recorded(session, saved.record)
    if not saved.changed and not session.json:
        session.out.line("  is as it was")


@memory_command("delete", example="git memory delete LEARN-9f3c1a2b")
@click.argument("ref", type=Ref())
def delete(session: Session, ref: str) -> None:
    """Take a record out; history keeps it.

    It is a commit like any other. Its number is never given again.
    """
    with session.memory() as memory:
        before = memory.version()
        record = memory.delete(ref)
    print_deleted(session, record, before)
