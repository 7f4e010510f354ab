"""What syncing and adopting answer with, as JSON has it; the same for every face."""

from __future__ import annotations

from typing import Any

from lsp_server.memory.sharing_results import Adopted, Merge, Synced


def synced_json(done: Synced, refused: str | None = None) -> dict[str, Any]:
    """One sync. ``refused`` says why the memory, or else a proposal, was not pushed; None when all was or
    there was nothing to push."""
    return {
        "remote": done.remote,
        "version": done.version,
        "fetched": done.fetched,
        "pushed": done.pushed,
        "refused": refused,
        "merges": [_merge_json(merge) for merge in done.merges],
        "secrets": [found._asdict() for found in done.secrets],
        "proposals": list(done.proposals),
    }


def adopted_json(done: Adopted) -> dict[str, Any]:
    """A proposal that was adopted. ``merge`` is null when the memory had all of it, ``left`` when the
    proposal's branch has ended."""
    merge = None if done.merge is None else _merge_json(done.merge)
    return {
        "name": done.name,
        "merge": merge,
        "released": done.released,
        "secrets": [found._asdict() for found in done.secrets],
        "left": done.left,
    }


def _merge_json(merge: Merge) -> dict[str, Any]:
    """One merge."""
    return {
        "version": merge.version,
        "fast_forward": merge.fast_forward,
        "added": merge.added,
        "changed": merge.changed,
        "deleted": merge.deleted,
        "merged": list(merge.merged),
        "renumbered": [
            {
                "id": one.id,
                "title": one.title,
                "old": one.old,
                "new": one.new,
                "mentions": [mention._asdict() for mention in one.mentions],
            }
            for one in merge.renumbered
        ],
        "conflicts": [
            {
                "id": one.id,
                "label": one.label,
                "title": one.title,
                "conflicts": [{"where": c.where, "other": c.other} for c in one.conflicts],
            }
            for one in merge.conflicts
        ],
        "revived": [{"id": one.id, "label": one.label, "title": one.title} for one in merge.revived],
        "remarks": list(merge.remarks),
    }
