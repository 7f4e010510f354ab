"""Use case: find records by their words or their former labels, and read their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lsp_server.errors import NotFoundError
from lsp_server.index.values import MATCH_END, MATCH_START
from lsp_server.memory.core import Core
from lsp_server.memory.results import Hit
from lsp_server.records.model import Kind, Record


def search(core: Core, words: str, kind: Kind | None, limit: int) -> list[Hit]:
    """The likeliest records first."""
    hits = []
    for found in core.followed().search(words, kind=kind, limit=limit):
        snippet, matches = without_marks(found.snippet)
        hits.append(Hit(labelled(core, found.record), snippet, found.score, matches))
    return hits


def labelled(core: Core, record: Record) -> Record:
    """A record whose links say what their targets are called today; those to what is not on the branch, as it
    is deleted or not committed yet, keep the label they have."""
    return labelled_all(core, [record])[0]


def labelled_all(core: Core, records: Sequence[Record]) -> Sequence[Record]:
    """As ``labelled``, of many records with one question about those that are not among them."""
    targets = {link.target for record in records for link in record.links}
    if not targets:
        return records
    labels = {record.id: record.label for record in records}
    if others := targets - labels.keys():
        labels |= core.index.labels(others)
    return [_with_labels(record, labels) if record.links else record for record in records]


def _with_labels(record: Record, labels: Mapping[str, str]) -> Record:
    return replace(
        record, links=tuple(link._replace(label=labels.get(link.target, link.label)) for link in record.links)
    )


def formerly(core: Core, ref: str) -> list[Record]:
    """The records that had the label ``ref`` before it was given to the one that has it today."""
    index = core.followed()
    today = index.resolve(ref)
    ids = [record_id for record_id in index.formerly(ref) if record_id not in today]
    return [record for record_id in ids if (record := index.get(record_id))]


def raw(core: Core, record: Record) -> bytes:
    """The bytes of a record's file at the tip. Raises ``NotFoundError``."""
    data = core.read(record.path)
    if data is None:
        raise NotFoundError(f"{record.label} was deleted meanwhile")
    return data


def without_marks(snippet: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A snippet without the index's marks, and where they were."""
    text, matches = "", []
    for part in snippet.split(MATCH_START):
        inside, mark, after = part.partition(MATCH_END)
        if mark:
            matches.append((len(text), len(text) + len(inside)))
        text += inside + after
    return text, tuple(matches)
