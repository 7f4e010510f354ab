"""``git memory search``: find records by their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lsp_server.cli.arguments import KindWord, Text
from lsp_server.cli.output import print_json, record_row
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import Terminal, display_width, fit, visible_line
from lsp_server.records.model import Kind
from lsp_server.records.plain import record_json

if TYPE_CHECKING:
    from lsp_server.memory.results import Hit


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
        if hit.snippet.strip() and hit.snippet != hit.record.title:
            out.line("  " + _marked(out, hit))


def _marked(out: Terminal, hit: Hit) -> str:
    """The snippet with its words standing out, cut at a terminal's edge."""
    left = (out.width or len(hit.snippet) * 2 + 2) - 2
    line, position = "", 0
    for start, end in (*hit.matches, (len(hit.snippet), len(hit.snippet))):
        for text, style in ((hit.snippet[position:start], "dim"), (hit.snippet[start:end], "bold")):
            if text and left > 0:
                shown = fit(visible_line(text.replace("\n", " ")), left)
                left -= display_width(shown)
                line += out.style(shown, style)
        position = end
    return line
