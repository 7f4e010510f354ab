"""Links between records: each target there or known to be deleted, and each link said on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, note, warning
from lsp_server.memory.doctor.record_files import tombstones
from lsp_server.records.model import INVERSE, Kind, Link, Record, Relation

_IN_FORCE = ("accepted", "deprecated", "superseded")  # what was in force once has replaced another for good


class OneSided(NamedTuple):
    """A link that ``record`` lacks: the other side of one that ``source`` has."""

    record: Record
    source: Record
    link: Link


def examine(case: Case) -> Area:
    """The area "links"."""
    count = sum(len(record.links) for record in case.records)
    findings = [*_dangling(case), *_one_sided(case.records), *_still_accepted(case)]
    return Area("links", f"{count} between records", findings)


class Replaced(NamedTuple):
    """A decision that ``by`` has replaced."""

    record: Record
    by: Record


def still_accepted(records: Sequence[Record]) -> Iterator[Replaced]:
    """Decisions that stand as accepted though another one has taken their place. One that is only proposed,
    or was rejected, replaces nothing."""
    by_id = {record.id: record for record in records}
    seen = set()
    for one in records:
        for link in one.links:
            if link.relation is Relation.SUPERSEDES:
                old, new = by_id.get(link.target), one
            elif link.relation is Relation.SUPERSEDED_BY:
                old, new = one, by_id.get(link.target)  # type: ignore[assignment]  # None is looked at below
            else:
                continue
            if old is None or new is None or old is new or old.id in seen or old.kind is not Kind.DECISION:
                continue
            if old.status == "accepted" and new.status in _IN_FORCE:
                seen.add(old.id)
                yield Replaced(old, new)


def _still_accepted(case: Case) -> Iterator[Finding]:
    for old, new in still_accepted(case.records):
        yield warning(
            "still-accepted",
            f"{old.label} {old.title!r} was replaced by {new.label} {new.title!r} and is still marked as "
            "accepted.",
            f"`git memory doctor --fix` marks it as superseded; if both hold, `git memory edit {new.label}` "
            "takes the link away.",
            old.label,
            fixable=True,
        )


def one_sided(records: Sequence[Record]) -> Iterator[OneSided]:
    """Every link whose other side is not written down."""
    by_id = {record.id: record for record in records}
    said = {(record.id, link.relation, link.target) for record in records for link in record.links}
    for source in records:
        for link in dict.fromkeys((one.relation, one.target) for one in source.links):
            relation, target = link
            if relation is Relation.RELATES_TO:
                continue  # said on one side it says all
            inverse, other = INVERSE[relation], by_id.get(target)
            if other and other is not source and (target, inverse, source.id) not in said:
                yield OneSided(other, source, Link(inverse, source.id, source.label))


def _one_sided(records: Sequence[Record]) -> Iterator[Finding]:
    for record, source, link in one_sided(records):
        yield warning(
            "one-sided-link",
            f"{source.label} says `{INVERSE[link.relation].value}` {record.label}, which does not say "
            f"`{link.relation.value}` {source.label}.",
            f"`git memory doctor --fix` adds that line to {record.label}.",
            record.label,
            fixable=True,
        )


def _dangling(case: Case) -> Iterator[Finding]:
    lost = [
        (record, link) for record in case.records for link in record.links if link.target not in case.by_id
    ]
    if not lost:
        return
    deleted = {record_id for _, _, record_id in tombstones(case)}
    if any(link.target not in deleted for _, link in lost):
        # Kinds without numbers leave no tombstone: the commit that deleted one names it.
        deleted |= {commit.trailers.get("Memory-Id", "") for commit in case.history()}
    for record, link in lost:
        called = link.label or link.target[:8]
        if link.target in deleted:
            yield note(
                "link-to-a-deleted",
                f"{record.label} says `{link.relation.value}` {called}, which was deleted.",
                f"Nothing need be done: `git memory history {link.target}` still shows it.",
                record.label,
            )
        else:
            yield warning(
                "dangling-link",
                f"{record.label} says `{link.relation.value}` {link.target}, which was never here.",
                f"`git memory sync` may bring it, else `git memory edit {record.label}` corrects the id.",
                record.label,
            )
