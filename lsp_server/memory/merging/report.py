"""What a merge did, as its commit message and as the answer to who asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsp_server.code.mentions import Named, label_mentions
from lsp_server.memory.core import Core
from lsp_server.memory.merging.notes import Moved, Notes, Told
from lsp_server.memory.sharing_results import Conflicted, Mention, Merge, Renumbered, Revived
from lsp_server.memory.titles import printable
from lsp_server.records.labels import LABELS, format_label
from lsp_server.records.model import Conflict

if TYPE_CHECKING:
    from lsp_server.code.git import GitRunner

_MOST_TRAILERS = 20


def message(core: Core, subject: str, notes: Notes) -> str:
    """The commit message of a merge or a repair."""
    moved = sorted(notes.renumbered)
    conflicts = sorted(notes.conflicts)
    told = [*(one.record for one in moved), *(one for one, _ in conflicts), *sorted(notes.revived)]
    if not (told or notes.merged or notes.remarks):
        return f"{printable(subject)}\n"  # without the time that loading a template takes
    ids = list(dict.fromkeys(one.id for one in told))[:_MOST_TRAILERS]
    return core.templates.render(
        "commits/merge",
        subject=printable(subject),
        parts=[
            (
                "To settle by a person, both versions are kept",
                [f"{_called(one)}: {_where(found)}" for one, found in conflicts],
            ),
            (
                "Renumbered, because the number was given twice",
                [f"{_formerly(one)} is now {one.record.label}" for one in moved],
            ),
            (
                "Deleted on one side and edited on the other: kept",
                [_called(one) for one in sorted(notes.revived)],
            ),
            ("Edited on both sides", _many(sorted(notes.merged))),
            ("Besides", [printable(remark) for remark in notes.remarks]),
        ],
        trailers=[("Memory-Id", record_id) for record_id in ids],
    )


def result(
    core: Core,
    version: str,
    notes: Notes,
    counts: tuple[int, int, int],
) -> Merge:
    """The answer. Looks for the old labels in the code at HEAD: one process, and only when there are some."""
    moved = sorted(notes.renumbered)
    named: dict[tuple[str, int], list[Mention]] = {}
    for found in _mentions(core, [(LABELS[one.kind], one.old) for one in moved]):
        named.setdefault((found.prefix, found.number), []).append(Mention(found.path, found.line, found.text))
    added, changed, deleted = counts
    return Merge(
        version=version,
        added=added,
        changed=changed,
        deleted=deleted,
        merged=sorted(notes.merged),
        renumbered=[
            Renumbered(
                one.record.id,
                one.record.title,
                format_label(one.kind, one.old, ""),
                one.record.label,
                tuple(named.get((LABELS[one.kind], one.old), ())),
            )
            for one in moved
        ],
        conflicts=[
            Conflicted(one.id, one.label, one.title, conflicts) for one, conflicts in sorted(notes.conflicts)
        ],
        revived=[Revived(*one) for one in sorted(notes.revived)],
        remarks=tuple(notes.remarks),
    )


def _mentions(core: Core, labels: Sequence[tuple[str, int]]) -> Sequence[Named]:
    if not labels:
        return []
    runner: GitRunner = core.repository.git
    return label_mentions(runner, set(labels))


def _called(one: Told) -> str:
    return f'{one.label} "{printable(one.title)}"'


def _formerly(one: Moved) -> str:
    return _called(one.record._replace(label=format_label(one.kind, one.old, "")))


def _where(conflicts: Sequence[Conflict]) -> str:
    return ", ".join(
        printable(conflict.where) or "the text above the first section" for conflict in conflicts
    )


def _many(labels: Sequence[str]) -> list[str]:
    return [", ".join(labels[at : at + 8]) for at in range(0, len(labels), 8)]
