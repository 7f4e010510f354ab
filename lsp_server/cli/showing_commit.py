"""What the memory has about a commit of the code, as ``git memory show COMMIT`` answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.output import minute, print_json
from lsp_server.cli.reasons import MOST, print_more, print_reasons, reason_json, shown
from lsp_server.memory.linked_results import shown_commit

if TYPE_CHECKING:
    from lsp_server.cli.session import Session
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.linked_results import CommitMemory


def answer_commit(session: Session, memory: Memory, found: CommitMemory, *, markdown: bool) -> None:
    """A line or two about the commit, then its records; exit code 1 when there are none."""
    if session.json:
        print_json(session, commit_json(found))
    elif markdown:
        some = shown(found.reasons, MOST)
        more = len(found.reasons) - len(some)
        session.out.line(memory.commit_report(found, some, more=more).rstrip("\n"))
    else:
        _print(session, found)
    if not found.reasons:
        session.say(_nothing(found))
        raise click.exceptions.Exit(1)


def commit_json(found: CommitMemory) -> dict[str, Any]:
    """``today`` is what the commit became where history was rewritten, with the ``evidence``; both null where
    it was not."""
    return {
        "commit": shown_commit(found.commit) | {"today": found.today, "evidence": found.evidence or None},
        "records": [reason_json(reason) for reason in found.reasons],
    }


def _print(session: Session, found: CommitMemory) -> None:
    out, commit = session.out, found.commit
    out.flow((f"commit {commit.id[:10]}", "yellow"), (f" {commit.subject}", ""), indent=2)
    out.flow((f"{commit.author} · ", ""), (minute(commit.when), "dim"), indent=2)
    if found.today:
        told = f"rewritten: it is {found.today[:10]} today ({found.evidence})"
        out.flow((told, "yellow"), indent=2)
    if found.reasons:
        out.line()
        some = shown(found.reasons, MOST)
        print_reasons(session, some)
        print_more(session, len(found.reasons) - len(some), "--json")


def _nothing(found: CommitMemory) -> str:
    short = found.commit.id[:10]
    if found.is_ours:
        changed = f"`git memory diff {short}~1..{short}`"
        return f"{short} is a commit of the memory itself; {changed} shows what it changed"
    return f"nothing is recorded about commit {short}"
