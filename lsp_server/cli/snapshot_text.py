"""How snapshots are told: lines for people, one JSON shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.cli.output import minute
from lsp_server.cli.terminal import visible_line
from lsp_server.records.amounts import size_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lsp_server.cli.session import Session
    from lsp_server.memory.snapshot_results import NotKept, Snapshot

MOST = 10  # paths that are named where many may be meant


def snapshot_json(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as JSON can hold it; sizes in bytes."""
    return {
        "name": snapshot.name,
        "label": snapshot.label,
        "title": snapshot.title,
        "commit": snapshot.commit,
        "base": snapshot.base,
        "created": snapshot.created.isoformat(),
        "size": snapshot.size,
        "not_kept": [not_kept_json(one) for one in snapshot.not_kept],
    }


def not_kept_json(one: NotKept) -> dict[str, Any]:
    """What a snapshot does not have."""
    return {"path": one.path, "why": one.why, "size": one.size}


def print_snapshots(session: Session, snapshots: Sequence[Snapshot], *, commits: bool = False) -> None:
    """A table, newest first; with ``commits``, what each is found by when its name is gone."""
    session.out.table(
        [
            [
                (one.label, "bold"),
                *([(one.commit[:10], "yellow")] if commits else []),
                (minute(one.created), "dim"),
                (size_text(one.size), ""),
                (one.title or _about(one), "" if one.title else "dim"),
            ]
            for one in snapshots
        ],
        whole=True,
    )


def _about(snapshot: Snapshot) -> str:
    return "before a restore" if snapshot.is_before_restore else "its checkpoint is not in this memory"


def print_not_kept(session: Session, left_out: Sequence[NotKept], said: str) -> None:
    """What a snapshot does not have, each with its reason."""
    for one in left_out[:MOST]:
        size = f", {size_text(one.size)}" if one.size is not None else ""
        session.out.flow((f"  {said} ", ""), (one.path, "yellow"), (f": {one.why}{size}", ""), indent=4)
    if len(left_out) > MOST:
        session.out.line(f"  {said} {len(left_out) - MOST} more, see --json")


def warn_of_pushes(session: Session, remotes: Mapping[str, str]) -> None:
    """Snapshots leave this clone where a remote is set up so that a push sends every ref: one line for each.
    ``remotes``: name → the setting that says so."""
    from shlex import quote

    for name, setting in remotes.items():
        if setting.endswith(".mirror"):
            mend = f"git config {quote(setting)} false"
        else:
            mend = f"git config --add {quote(setting)} '^refs/memory/*'"
        told = (
            f"warning: `git push {quote(name)}` sends snapshots, too, untracked files included ({setting}); "
            f"`{mend}` stops that"
        )
        session.say(visible_line(told))
