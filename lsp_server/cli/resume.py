"""``git memory resume``: where the work stood, and what came since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Ref
from lsp_server.cli.diff import change_json
from lsp_server.cli.output import print_json
from lsp_server.cli.reasons import reason_json
from lsp_server.cli.session import Session, memory_command
from lsp_server.memory.linked_results import shown_commit
from lsp_server.memory.resume_report import MOST, facts, sections
from lsp_server.records.plain import record_json

if TYPE_CHECKING:
    from lsp_server.memory.linked_results import Resumed


@memory_command(
    "resume",
    example="""
    git memory resume
    git memory resume --latest
    git memory resume CHECK-9f3c1a2b -n 30
    """,
)
@click.argument("ref", required=False, type=Ref())
@click.option("--latest", is_flag=True, help="The newest checkpoint of all, whatever branch it is from.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=MOST, metavar="N", help="At most N of each."
)
@click.option("--markdown", is_flag=True, help="As Markdown, to be read elsewhere.")
def resume(session: Session, ref: str | None, *, latest: bool, limit: int, markdown: bool) -> None:
    """Tell where the work stood, and what came since.

    The checkpoint REF, or the newest of this line of work: of the branch you are on, else of HEAD's
    history. What was in progress and to do; then the commits since, the files that differ now, the records
    that changed, and the records that are anchored in those files. A checkpoint whose commit was rewritten
    since is found again.
    """
    if latest and ref:
        raise click.UsageError("REF and --latest are two checkpoints: choose one")
    if markdown and session.json:
        raise click.UsageError("--markdown and --json are two answers: choose one")
    with session.memory() as memory:
        found = memory.resume(ref, latest=latest, most=limit)
        if session.json:
            print_json(session, resumed_json(found))
        elif markdown:
            session.out.line(memory.resume_report(found).rstrip("\n"))
        else:
            _print(session, found, limit)


def resumed_json(found: Resumed) -> dict[str, Any]:
    """``checkpoint`` is a record's object. ``commit``: what it noted (``then``), what that is ``today``
    (null: lost) and how that is known; ``commits.count`` is null where nobody can tell."""
    return {
        "checkpoint": record_json(found.checkpoint),
        "elapsed": found.elapsed,
        "commit": {"then": found.then, "today": found.today, "link": found.link or None},
        "head": {"commit": found.head, "branch": found.branch, "uncommitted": found.uncommitted},
        "snapshot": found.snapshot,
        "newer": found.newer
        and {"label": found.newer.label, "title": found.newer.title, "id": found.newer.id},
        "commits": {
            "count": found.commit_count,
            "elsewhere": found.elsewhere,
            "newest": [shown_commit(one) for one in found.commits],
        },
        "files": [
            {"path": file.path, "was": file.was, "added": file.added, "removed": file.removed}
            for file in found.files
        ],
        "records": [change_json(change) for change in found.records],
        "anchored": {"count": found.anchored_count, "records": [reason_json(one) for one in found.anchored]},
    }


def _print(session: Session, found: Resumed, limit: int) -> None:
    out = session.out
    record = found.checkpoint
    out.flow((f"{record.label} {record.title}", "bold"), indent=2)
    for fact in facts(found):
        out.flow((fact, "dim"), indent=2)
    for section in sections(found, limit):
        out.line()
        out.flow((section.title, "bold"), indent=2)
        details = section.details or [""] * len(section.lines)
        for text, detail in zip(section.lines, details, strict=True):
            out.flow((f"  {text}", ""), indent=4)
            if detail:
                out.flow((f"    {detail}", "cyan"), indent=6)
        if section.more:
            out.flow((f"  … and {section.more:,} more: {section.hint}", "dim"), indent=4)
