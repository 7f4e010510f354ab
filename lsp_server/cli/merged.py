"""What merges did, told to a person: what came, what was renumbered, what is left to settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.cli.terminal import visible_line
from lsp_server.records.amounts import plural

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
            out.flow((f"  edited on both sides and merged: {', '.join(merge.merged)}", ""), indent=4)
        for renumbered in merge.renumbered:
            _print_renumbered(session, renumbered)
        for revived in merge.revived:
            told = f" {revived.title} was deleted on one side and edited on the other: kept"
            out.flow(("  ", ""), (revived.label, "bold"), (told, ""), indent=4)
        for remark in merge.remarks:
            out.flow((f"  {remark}", ""), indent=4)
        for conflicted in merge.conflicts:
            _print_conflicted(session, conflicted)
    if any(merge.conflicts for merge in merges):
        out.line("  all of them: `git memory list --conflicts`")


def _counts(merge: Merge) -> str:
    numbers = [(merge.added, "added"), (merge.changed, "changed"), (merge.deleted, "deleted")]
    there = [(number, word) for number, word in numbers if number]
    return ", ".join(
        f"{number if place else plural(number, 'record')} {word}"
        for place, (number, word) in enumerate(there)
    )


def _print_renumbered(session: Session, renumbered: Renumbered) -> None:
    out = session.out
    old = renumbered.old
    told = (f"  {old} {renumbered.title} is now ", "")
    out.flow(told, (renumbered.new, "bold"), (f": {old} was given twice", ""), indent=4)
    for mention in renumbered.mentions[:_MENTIONS]:
        place = (f"    {mention.path}:{mention.line}", "cyan")
        out.flow(place, (f" still says {old}: {mention.text.strip()}", ""), indent=6)
    more = len(renumbered.mentions) - _MENTIONS
    if more > 0:
        out.line(f"    and so {'do' if more != 1 else 'does'} {plural(more, 'more place')}")


def _print_conflicted(session: Session, conflicted: Conflicted) -> None:
    out = session.out
    label = conflicted.label
    places = ", ".join(dict.fromkeys(one.where or "text" for one in conflicted.conflicts))
    told = f" {conflicted.title} ({places}), both kept: `git memory edit {label}` settles it"
    out.flow(("  in conflict ", "yellow"), (label, "bold"), (told, ""), indent=4)


def warn_of_secrets(session: Session, found: Sequence[FoundSecret]) -> None:
    """One line on the error stream for each secret in what came from elsewhere."""
    for one in found:
        named = f" ({visible_line(one.fingerprint)})" if one.fingerprint else ""
        session.say(
            session.err.style("warning:", "bold", "yellow")
            + f" a secret came along: {visible_line(f'{one.place}: {one.rule}')}{named}; "
            "it is in the history already: make it worthless where it is valid"
        )
