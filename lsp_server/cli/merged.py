"""What a merge did, told to a person: what came, what was renumbered, what is left to settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.cli.terminal import visible_line

if TYPE_CHECKING:
    from lsp_server.cli.session import Session
    from lsp_server.memory.sharing_results import Merge, Renumbered

_MENTIONS = 5


def print_merge(session: Session, merge: Merge) -> None:
    """A few lines; nothing for what went without saying."""
    out = session.out
    if counts := _counts(merge):
        out.line(f"  {counts}")
    if merge.merged:
        out.line(f"  edited on both sides and merged: {', '.join(map(visible_line, merge.merged))}")
    for renumbered in merge.renumbered:
        old, new = visible_line(renumbered.old), out.style(visible_line(renumbered.new), "bold")
        out.line(f"  {old} {visible_line(renumbered.title)} is now {new}; {old} was given twice")
        _print_mentions(session, renumbered)
    for revived in merge.revived:
        label = out.style(visible_line(revived.label), "bold")
        out.line(
            f"  {label} {visible_line(revived.title)} was deleted on one side and edited on the other: kept"
        )
    for remark in merge.remarks:
        out.line(f"  {visible_line(remark)}")
    for conflicted in merge.conflicts:
        label = visible_line(conflicted.label)
        places = ", ".join(visible_line(conflict.where or "text") for conflict in conflicted.conflicts)
        out.line(
            f"  {out.style('conflict', 'bold', 'red')} in {out.style(label, 'bold')} "
            f"{visible_line(conflicted.title)} ({places}): both are kept; `git memory edit {label}` settles it"
        )


def _counts(merge: Merge) -> str:
    numbers = [(merge.added, "added"), (merge.changed, "changed"), (merge.deleted, "deleted")]
    return ", ".join(f"{number} {word}" for number, word in numbers if number)


def _print_mentions(session: Session, renumbered: Renumbered) -> None:
    out = session.out
    for mention in renumbered.mentions[:_MENTIONS]:
        place = out.style(visible_line(f"{mention.path}:{mention.line}"), "cyan")
        out.line(f"    the code says {visible_line(renumbered.old)} at {place}")
    more = len(renumbered.mentions) - _MENTIONS
    if more > 0:
        out.line(f"    and in {more} more place{'s' if more != 1 else ''}")
