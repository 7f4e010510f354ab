"""``git memory log``: the history of the memory."""

from __future__ import annotations

from typing import Any

import click

from lsp_server.cli.output import minute, print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import fit, visible


@memory_command(
    "log",
    example="""
    git memory log -n 20
    git memory log -n 1 --patch
    """,
)
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="At most N commits.")
@click.option("-p", "--patch", is_flag=True, help="Show what each commit changed, too.")
def log(session: Session, limit: int | None, patch: bool) -> None:
    """Show the memory's history.

    Newest first. It is ordinary git history: `git log` shows the branch, too.
    """
    with session.memory() as memory:
        commits = memory.log(limit=limit)
        patches = [memory.diff(commit.version) for commit in commits] if patch else []
    if not commits:
        nothing_found(session, "nothing recorded yet")
    if session.json:
        documents: list[dict[str, Any]] = [
            {
                "version": commit.version,
                "author": commit.author,
                "email": commit.email,
                "when": commit.when.isoformat(),
                "subject": commit.subject,
                "body": commit.body,
                "trailers": dict(commit.trailers),
            }
            for commit in commits
        ]
        for document, text in zip(documents, patches, strict=False):
            document["patch"] = text
        print_json(session, documents)
        return
    out = session.out
    rows = [
        [
            (commit.version[:8], "yellow"),
            (minute(commit.when), "dim"),
            (commit.author if out.width is None else fit(commit.author, 16), "blue"),
            (commit.subject, ""),
        ]
        for commit in commits
    ]
    if not patch:
        out.table(rows)
        return
    for row, text in zip(rows, patches, strict=True):
        out.table([row])
        out.line()
        for line in visible(text).rstrip("\n").split("\n"):
            out.line(out.style(line, {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")))
        out.line()
