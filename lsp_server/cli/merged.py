"""What merges did, told to a person: what came, what was renumbered, what is left to settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.cli.terminal import visible_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.cli.session import Session
    from lsp_server.memory.sharing_results import Conflicted, FoundSecret, Merge, Renumbered

_MENTIONS = 5


def print_merges(session: Session, merges: Sequence[Merge], source: str = "") -> None:
    """A few lines for each; nothing for what went without saying. ``source`` (styled) is where it came
    from, where that was not said already."""
    out = session.out
    for merge in merges:
        if counts := _counts(merge):
            out.line(f"From {source}: {counts}." if source else f"  {counts}")
        elif source:
            out.line(f"From {source}: no record was changed.")
        if merge.merged:
            out.line(f"  edited on both sides and merged: {', '.join(map(visible_line, merge.merged))}")
        for renumbered in merge.renumbered:
            _print_renumbered(session, renumbered)
        for revived in merge.revived:
            label = out.style(visible_line(revived.label), "bold")
            title = visible_line(revived.title)
            out.line(f"  {label} {title} was deleted on one side and edited on the other: kept")
        for remark in merge.remarks:
            out.line(f"  {visible_line(remark)}")
        for conflicted in merge.conflicts:
            _print_conflicted(session, conflicted)
    if any(merge.conflicts for merge in merges):
        out.line("  all of them: `git memory list --conflicts`")


def _counts(merge: Merge) -> str:
    numbers = [(merge.added, "added"), (merge.changed, "changed"), (merge.deleted, "deleted")]
    told = [f"{number} {word}" for number, word in numbers if number]
    if not told:
        return ""
    first, *rest = told
    number, word = first.split(" ")
    return ", ".join([f"{number} {'record' if number == '1' else 'records'} {word}", *rest])


def _print_renumbered(session: Session, renumbered: Renumbered) -> None:
    out = session.out
    old, new = visible_line(renumbered.old), out.style(visible_line(renumbered.new), "bold")
    out.line(f"  {old} {visible_line(renumbered.title)} is now {new}: {old} was given twice")
    for mention in renumbered.mentions[:_MENTIONS]:
        place = out.style(visible_line(f"{mention.path}:{mention.line}"), "cyan")
        out.line(f"    {place} still says {old}: {visible_line(mention.text.strip())}")
    more = len(renumbered.mentions) - _MENTIONS
    if more > 0:
        out.line(f"    and so {'do' if more != 1 else 'does'} {more} more place{'s' if more != 1 else ''}")


def _print_conflicted(session: Session, conflicted: Conflicted) -> None:
    out = session.out
    label = visible_line(conflicted.label)
    places = ", ".join(dict.fromkeys(visible_line(one.where or "text") for one in conflicted.conflicts))
    out.line(
        f"  {out.style('in conflict', 'yellow')} {out.style(label, 'bold')} "
        f"{visible_line(conflicted.title)} ({places}), both kept: `git memory edit {label}` settles it"
    )


def warn_of_secrets(session: Session, found: Sequence[FoundSecret]) -> None:
    """One line on the error stream for each secret in what came from elsewhere."""
    for one in found:
        named = f" ({visible_line(one.fingerprint)})" if one.fingerprint else ""
        session.say(
            session.err.style("warning:", "bold", "yellow")
            + f" a secret came along: {visible_line(f'{one.place}: {one.rule}')}{named}; "
            "it is in the history already: make it worthless where it is valid"
        )
