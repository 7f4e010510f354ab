"""``git memory checkpoint prune``: let go of old snapshots."""

from __future__ import annotations

import click

from lsp_server.cli.arguments import Ref
from lsp_server.cli.output import print_json
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.snapshot_text import print_snapshots, snapshot_json
from lsp_server.records.amounts import plural, size_text

_WAY_BACK = "Until git gc, `git branch NAME COMMIT` brings back what was in one, by its commit above."


@memory_command(
    "prune",
    example="""
    git memory checkpoint prune --dry-run
    git memory checkpoint prune --keep 5 --days 7 --of CHECK-5d2f0c1e
    """,
)
@click.option(
    "--keep",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="Keep the last N of checkpoints, and the last N of states before a restore.",
)
@click.option(
    "--days",
    type=click.FloatRange(min=0),
    default=30,
    show_default=True,
    metavar="D",
    help="Keep those younger than D days.",
)
@click.option(
    "--of",
    "of",
    type=Ref(),
    multiple=True,
    metavar="REF",
    help="Keep that of this checkpoint, whatever its age; may be given again.",
)
@click.option("--dry-run", "-n", is_flag=True, help="Only tell what would go.")
def prune(session: Session, *, keep: int, days: float, of: tuple[str, ...], dry_run: bool) -> None:
    """Let go of old snapshots.

    A snapshot goes when no rule keeps it; its checkpoint stays recorded. The size is what only that snapshot
    needs on disk; `git gc` gives it back in time, and until then `git branch NAME COMMIT` still finds it.
    """
    with session.memory() as memory:
        done = memory.prune_snapshots(keep=keep, days=days, of=of, dry_run=dry_run)
    if session.json:
        print_json(
            session,
            {
                "removed": [snapshot_json(one) for one in done.removed],
                "kept": [snapshot_json(one) for one in done.kept],
                "freed": done.freed,
                "dry_run": dry_run,
            },
        )
        return
    if not done.removed and not done.kept:
        from lsp_server.cli.read import nothing_found

        nothing_found(session, "there is no snapshot in this clone")
    out = session.out
    if done.removed:
        verb = "Would let go of" if dry_run else "Let go of"
        size = "" if done.freed is None else f", {size_text(done.freed)} that only they need"
        out.line(f"{verb} {plural(len(done.removed), 'snapshot')}{size}:")
        print_snapshots(session, done.removed, commits=True)
        if not dry_run:
            out.flow((_WAY_BACK, "dim"))
    if done.kept:
        out.line(f"{'Would keep' if dry_run else 'Kept'} {plural(len(done.kept), 'snapshot')}:")
        print_snapshots(session, done.kept)
