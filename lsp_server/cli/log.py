"""``git memory log``: the history of the memory."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import KindWord, Moment, Ref, Text
from lsp_server.cli.output import commit_json, commit_spans, print_commit, print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lsp_server.memory.facade import Memory
    from lsp_server.memory.review_results import Commit
    from lsp_server.records.model import Kind

_LINE_STYLES = {"+": "green", "-": "red", "@": "cyan"}


class _Date(Moment):
    """The dates of ``git memory list``, and every other that git understands: those stay text."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.UsageError:
            return str(value)


@memory_command(
    "log",
    example="""
    git memory log -n 20
    git memory log --kind decision --author ada --since "last monday"
    git memory log --record ADR-12 --patch
    """,
)
@click.option("--kind", type=KindWord(), metavar="KIND", help="Only what changed records of this kind.")
@click.option("--record", type=Ref(), metavar="REF", help="Only what changed this record.")
@click.option("--author", type=Text(), metavar="TEXT", help="Only by authors with TEXT in name or address.")
@click.option("--code-branch", type=Text(), metavar="NAME", help="Only from work on this branch of the code.")
@click.option("--since", type=_Date(), metavar="DATE", help="Only at DATE or after it.")
@click.option("--until", type=_Date(end=True), metavar="DATE", help="Only until DATE, day included.")
@click.option("--grep", "words", type=Text(), metavar="TEXT", help="Only with TEXT in the message.")
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="At most N commits.")
@click.option("-p", "--patch", is_flag=True, help="Show what each commit changed, too.")
def log(
    session: Session,
    *,
    kind: Kind | None,
    record: str | None,
    author: str | None,
    code_branch: str | None,
    since: datetime | str | None,
    until: datetime | str | None,
    words: str | None,
    limit: int | None,
    patch: bool,
) -> None:
    """Show the memory's history.

    Newest first. It is ordinary git history: `git log` shows the branch, too. DATE is what `git memory
    list` takes, or anything else that git does ("last monday"). TEXT is looked for as written, in any case.
    """
    with session.memory() as memory:
        commits = memory.log(
            kind=kind,
            record=record,
            author=author,
            code_branch=code_branch,
            since=since,
            until=until,
            words=words,
            limit=limit,
        )
        if session.json:
            documents = [_json(memory, commit, patch) for commit in commits]
            if not documents:
                nothing_found(session, "nothing found")
            print_json(session, documents)
            return
        # Line by line as git finds them: a long history is read from its beginning, not waited for.
        if not _print(session, memory, commits, patch):
            nothing_found(session, "nothing found")


def _json(memory: Memory, commit: Commit, patch: bool) -> dict[str, Any]:
    document = commit_json(commit) | {"body": commit.body, "trailers": dict(commit.trailers)}
    return document | {"patch": memory.diff(commit.version)} if patch else document


def _print(session: Session, memory: Memory, commits: Iterable[Commit], patch: bool) -> bool:
    out = session.out
    found = False
    for commit in commits:
        found = True
        if out.is_terminal:
            print_commit(out, commit, commit.subject)
        else:
            out.flow(*commit_spans(commit, "  "), (f"  {commit.subject}", ""))
        if patch:
            out.line()
            for line in visible(memory.diff(commit.version)).rstrip("\n").split("\n"):
                out.line(out.style(line, _LINE_STYLES.get(line[:1], "")))
            out.line()
    return found
