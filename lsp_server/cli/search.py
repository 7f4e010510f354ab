"""``git memory search``: find records by their words."""

from __future__ import annotations

import click

from lsp_server.cli.arguments import KindWord, Text
from lsp_server.cli.output import print_json, record_json, record_row
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import fit, visible_line
from lsp_server.records.model import Kind


@memory_command(
    "search",
    example="""
    git memory search token expiry
    git memory search --kind bug login
    """,
)
@click.argument("words", nargs=-1, required=True, type=Text())
@click.option("--kind", type=KindWord(), metavar="KIND", help="Only this kind.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=20, metavar="N", help="At most N, 20 unless given."
)
def search(session: Session, words: tuple[str, ...], kind: Kind | None, limit: int) -> None:
    """Find records by their words.

    Best first. A record need not have all the words.
    """
    with session.memory() as memory:
        hits = memory.search(" ".join(words), kind=kind, limit=limit)
    if not hits:
        nothing_found(session, "nothing found")
    if session.json:
        print_json(session, [record_json(h.record) | {"snippet": h.snippet, "score": h.score} for h in hits])
        return
    out = session.out
    for hit in hits:
        out.table([record_row(out, hit.record)])
        snippet = visible_line(" ".join(hit.snippet.split()))
        if snippet and snippet != hit.record.title:
            out.line("  " + out.style(fit(snippet, out.width - 2) if out.width else snippet, "dim"))
