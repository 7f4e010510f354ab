"""``git memory list`` and ``show``: read what is recorded."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from lsp_server.cli.arguments import KindWord, Moment, Ref, Text, names_document
from lsp_server.cli.code_link import link_json
from lsp_server.cli.output import print_json, print_table, record_row
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible, visible_line
from lsp_server.records.model import Kind, Problem, Record
from lsp_server.records.plain import record_json

SHOWN_PROBLEMS = 3


def nothing_found(session: Session, what: str) -> None:
    """End with exit code 1: an empty array on stdout under ``--json``, and a sentence for people."""
    if session.json:
        print_json(session, [])
    session.say(what)
    raise click.exceptions.Exit(1)


@memory_command(
    "list",
    example="""
    git memory list decisions --status accepted
    git memory list --tag auth --since "2 weeks ago" --json
    git memory list --conflicts
    """,
)
@click.argument("kind", required=False, type=KindWord(), metavar="[KIND]")
@click.option("--status", type=Text(), metavar="STATUS", help="Only those with this status.")
@click.option("--tag", type=Text(), metavar="TAG", help="Only those with this tag.")
@click.option("--since", type=Moment(), metavar="DATE", help="Only those made at DATE or after it.")
@click.option(
    "--until", type=Moment(end=True), metavar="DATE", help="Only those made until DATE, day included."
)
@click.option(
    "--conflicts", is_flag=True, help="Only those in which a merge left something for a person to settle."
)
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="At most N.")
def list_(
    session: Session,
    kind: Kind | None,
    *,
    status: str | None,
    tag: str | None,
    since: datetime | None,
    until: datetime | None,
    conflicts: bool,
    limit: int | None,
) -> None:
    """List what is remembered, newest first.

    KIND is decision, learning, bug or checkpoint, or its plural. A DATE is 2026-01-31, 2026-01-31T10:00,
    today, yesterday or "2 weeks ago".

    A record is in conflict where two edits of it were merged that a person has to choose between: both are
    kept in it, and `git memory edit REF` shows where.
    """
    with session.memory() as memory:
        # People see a line of each; a program gets them whole.
        listed = memory.list if session.json or conflicts else memory.headlines
        records: Sequence[Any] = listed(
            kind, status=status, tag=tag, since=since, until=until, limit=limit, conflicts=conflicts
        )
        code_today = link_json(memory, list(records)) if session.json else []
        broken = memory.broken_files()
        unsettled = not conflicts and bool(memory.headlines(conflicts=True, limit=1))
    warn_of(session, [(file.path, problem) for file in broken for problem in file.problems])
    if unsettled:
        session.say("warning: some records are in conflict; `git memory list --conflicts` shows them")
    if not records:
        nothing_found(session, "nothing is in conflict" if conflicts else "nothing found")
    if session.json:
        print_json(session, [record_json(r) | link for r, link in zip(records, code_today, strict=True)])
    elif conflicts:
        from lsp_server.cli.showing import conflict_text

        session.out.table(
            [
                [*record_row(session.out, record)[:2], (record.title, ""), (conflict_text(record), "red")]
                for record in records
            ]
        )
    else:
        print_table(session, records)


def warn_of(session: Session, problems: Sequence[tuple[str, Problem]]) -> None:
    """Name the files that cannot be read whole: a few of them, for there may be thousands."""
    for path, problem in problems[:SHOWN_PROBLEMS]:
        session.say(visible_line(f"warning: {path}:{problem.line + 1}: {problem.message}"))
    if len(problems) > SHOWN_PROBLEMS:
        session.say(f"warning: and {len(problems) - SHOWN_PROBLEMS} more problems like these")


@memory_command(
    "show",
    example="""
    git memory show ADR-12
    git memory show BUG-7 --raw
    git memory show ADR-12@{yesterday}
    git memory show ADR-12@{3f2a9c1}
    git memory show HEAD~2
    """,
)
@click.argument("ref", type=Ref(), metavar="REF|COMMIT")
@click.option("--raw", is_flag=True, help="The file as it is on the branch, front matter and all.")
@click.option("--commit", is_flag=True, help="What is named is a commit of the code, not a record.")
@click.option("--markdown", is_flag=True, help="Of a commit: as Markdown, to be read elsewhere.")
def show(session: Session, ref: str, *, raw: bool, commit: bool, markdown: bool) -> None:
    """Show one record whole, or what is recorded about a commit.

    Of a record: what it is, where it stands in the code today, what it is linked to, then its text.
    REF@{DATE} or REF@{COMMIT} shows it as it was: at a date in git's own words, or in a commit of the memory.

    Of a commit of the code (an id, a branch, a tag): the records written at it or named in its message,
    and those anchored to lines that it brought or in files that it changed. A name means a record first.

    The name of a document that people keep up to date (`context`, `patterns`, ...) shows that one.
    """
    if raw and commit:
        raise click.UsageError("--raw shows a record's file, and a commit has none: leave one of them out")
    if markdown and (raw or session.json):
        raise click.UsageError("--markdown, --raw and --json are different answers: choose one")
    if not commit and not markdown and names_document(ref):
        from lsp_server.cli.documents import show_document

        show_document(session, ref)
        return
    with session.memory() as memory:
        moment = None if commit else moment_of(ref)
        if moment is not None and memory.names_commit(moment[0]):  # `HEAD@{1}`, in git's own words
            commit, moment = True, None
        if moment is not None:
            from lsp_server.cli.showing import past_json, print_past

            past = memory.at(*moment)
            if session.json:
                print_json(session, past_json(past, raw=raw))
            elif raw:
                _print_file(session, past.data)
            else:
                print_past(session, memory, past)
            return
        if raw and not session.json:
            _print_file(session, memory.raw(ref))
            return
        record = memory.shown(ref, commit=commit)
        if not isinstance(record, Record):
            from lsp_server.cli.showing_commit import answer_commit

            answer_commit(session, memory, record, markdown=markdown)
            return
        if markdown:
            raise click.UsageError("--markdown is for commits; a record is Markdown already: see --raw")
        from lsp_server.cli.showing import print_record, shown_json

        if session.json:
            document = shown_json(memory, record, ref)
            print_json(session, document | {"text": memory.text(ref)} if raw else document)
        else:
            print_record(session, memory, record, ref)


def moment_of(ref: str) -> tuple[str, str] | None:
    """``ADR-12@{yesterday}`` as the record and the moment; None when no moment is asked for."""
    name, at, moment = ref.partition("@{")
    return (name, moment[:-1]) if at and name and moment.endswith("}") else None


def _print_file(session: Session, data: bytes) -> None:
    if session.out.is_terminal:
        session.out.line(visible(data.decode("utf-8", "replace")).rstrip("\n"))
        return
    # Somebody's program reads it: the bytes, whatever the encoding of the file and of this process.
    session.out.stream.flush()
    sys.stdout.buffer.write(data)
