"""Use case: mend what can be mended safely, each thing as a commit of its own that a reviewer can read.

Every repair is worked out inside the commit's ``build``, on the tip that it is made on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.memory.core import Core
from lsp_server.memory.doctor.case import Case, Progress
from lsp_server.memory.doctor.examining import examine
from lsp_server.memory.doctor.left_overs import clear_up
from lsp_server.memory.doctor.links import one_sided
from lsp_server.memory.doctor.model import Diagnosis, Repair
from lsp_server.memory.doctor.record_files import moved_paths, tombstones
from lsp_server.records.document import parse
from lsp_server.records.labels import normalise_label
from lsp_server.records.model import Record
from lsp_server.store.base import Blob, ChangeSet, Snapshot


class _Change(NamedTuple):
    """One commit: what is said of it, and what it does."""

    told: Sequence[str]
    records: Sequence[Record]
    writes: Mapping[str, bytes] = {}
    deletes: Sequence[str] = ()
    copies: Mapping[str, Blob] = {}


def repair(core: Core, *, seconds: float | None = None, progress: Progress | None = None) -> Diagnosis:
    """Mend what is fixable, then look again. What could not be mended is still among the findings."""
    before = examine(core, seconds=0, progress=progress)
    codes = {finding.code for finding in before.findings if finding.fixable}
    repairs: list[Repair] = []
    if codes & {"killed-writer", "abandoned-directory"}:
        repairs += [Repair("left-overs", told) for told in clear_up(core.repository)]
    if "index-differs" in codes:
        index = core.index_of(core.mainline)
        index.rebuild(core.mainline)
        repairs.append(Repair("index-differs", "made the index anew from the branch"))
    if "number-twice" in codes:
        repairs += _renumber(core)
    for code, subject, work in (
        ("number-in-name", "name files by their records' numbers", _renamed),
        ("one-sided-link", "link back", _linked_back),
        ("tombstone-of-the-living", "take the marks of deletion off what is there", _unmarked),
    ):
        if code in codes or (code == "number-in-name" and codes & {"wrong-folder", "number-twice"}):
            repairs += _committed(core, code, subject, work)
    after = examine(core, seconds=seconds, progress=progress)
    return Diagnosis(after.areas, tuple(repairs))


def _renumber(core: Core) -> list[Repair]:
    from lsp_server.memory.merging.into import repair as renumber

    merge = renumber(core, core.mainline, since=None)
    if merge is None:
        return []
    told = "; ".join(f"{one.old} {one.title!r} is {one.new} now" for one in merge.renumbered)
    return [Repair("number-twice", told or "gave new numbers", core.mainline.tip())]


def _committed(
    core: Core, code: str, subject: str, work: Callable[[Case, Snapshot], _Change | None]
) -> list[Repair]:
    done: list[_Change] = []

    def build(tip: Snapshot) -> ChangeSet | None:
        done.clear()
        case = Case(core, seconds=0)
        case.tip = tip.version
        change = work(case, tip)
        if change is None:
            return None
        done.append(change)
        message = core.templates.render(
            "commits/message",
            subject=f"doctor: {subject}",
            body="\n".join(f"- {one}" for one in change.told),
            trailers=[("Memory-Id", record.id) for record in change.records],
        )
        return ChangeSet(message, change.writes, change.deletes, change.copies)

    version = core.mainline.commit(build)
    return [Repair(code, "; ".join(change.told), version) for change in done]


def _renamed(case: Case, _tip: Snapshot) -> _Change | None:
    moves = {old: new for old, new in moved_paths(case.records).items() if new not in case.entries}
    if not moves:
        return None
    return _Change(
        [f"renamed {old} to {new}" for old, new in moves.items()],
        [record for record in case.records if record.path in moves],
        deletes=tuple(moves),
        copies={new: case.entries[old] for old, new in moves.items()},
    )


def _linked_back(case: Case, tip: Snapshot) -> _Change | None:
    from lsp_server.memory.amending import with_link

    texts: dict[str, bytes] = {}
    told, records = [], []
    for record, source, link in one_sided(case.records):
        data = texts.get(record.path) or tip.read(record.path) or b""
        try:
            changed = with_link(data.decode("utf-8"), link).encode("utf-8")
        except (UnicodeDecodeError, GitMemoryError):
            continue  # it stays among the findings
        again = parse(record.path, changed).record
        if again is None or not any((one.relation, one.target) == link[:2] for one in again.links):
            continue
        texts[record.path] = changed
        told.append(f"{record.label} says `{link.relation.value}` {source.label}")
        records.append(record)
    changed_once = list({record.id: record for record in records}.values())
    return _Change(told, changed_once, writes=texts) if texts else None


def _unmarked(case: Case, _tip: Snapshot) -> _Change | None:
    living = {(normalise_label(record.label), record.id): record for record in case.records}
    marks = {
        path: living[normalise_label(label), record_id]
        for path, label, record_id in tombstones(case)
        if label is not None and (normalise_label(label), record_id) in living
    }
    if not marks:
        return None
    return _Change(
        [f"{record.label} is there: took {path} away" for path, record in marks.items()],
        list(marks.values()),
        deletes=tuple(marks),
    )
