"""``git memory history``: the life of one record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Ref, names_document
from lsp_server.cli.diff import change_json, print_texts
from lsp_server.cli.output import commit_json, print_commit, print_json
from lsp_server.cli.session import Session, memory_command

if TYPE_CHECKING:
    from lsp_server.memory.review_results import HistoryEntry


@memory_command(
    "history",
    example="""
    git memory history ADR-12
    git memory history BUG-7 -p
    """,
)
@click.argument("ref", type=Ref())
@click.option("-p", "--patch", is_flag=True, help="Show the texts that changed, too.")
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="At most N changes.")
def history(session: Session, ref: str, *, patch: bool, limit: int | None) -> None:
    """Show every change of one record, newest first.

    It is followed through renames and renumberings, and beyond its deletion: a deleted record is named by
    its label or its id. `git memory show REF@{COMMIT}` shows it as it was then. The name of a document that
    people keep up to date (`context`, `patterns`, ...) tells its changes.
    """
    if names_document(ref):
        from lsp_server.cli.documents import print_history

        print_history(session, ref, limit)
        return
    with session.memory() as memory:
        entries = memory.history(ref)[:limit]
    if session.json:
        print_json(session, [_json(entry) for entry in entries])
        return
    out = session.out
    newest = entries[0].change
    out.flow((f"{newest.label} {newest.title}", "bold"), indent=2)
    for entry in entries:
        commit, change = entry.commit, entry.change
        if patch:
            out.line()
        print_commit(out, commit, _told(entry))
        if patch:
            print_texts(session, change)


def _told(entry: HistoryEntry) -> str:
    change = entry.change
    if entry.is_cut:
        return "as it was where this shallow clone's history begins"
    facts = [fact.text for fact in change.facts]
    told = change.summary if change.change != "changed" else "; ".join(facts)
    return f"in a merge: {told}" if entry.is_merge else told


def _json(entry: HistoryEntry) -> dict[str, Any]:
    return {
        **commit_json(entry.commit),
        "is_cut": entry.is_cut,
        "is_merge": entry.is_merge,
        **change_json(entry.change),
    }
