"""Use case: mend what can be mended safely, each thing as a commit of its own that a reviewer can read.

Every repair is worked out inside the commit's ``build``, on the tip that it is made on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.memory.core import Core
from lsp_server.memory.doctor.branch import memory_file_taken
from lsp_server.memory.doctor.case import Case, Progress
from lsp_server.memory.doctor.examining import examine, look
from lsp_server.memory.doctor.left_overs import LEFT_OVERS, clear_up
from lsp_server.memory.doctor.links import one_sided, still_accepted
from lsp_server.memory.doctor.model import Diagnosis, Repair
from lsp_server.memory.doctor.record_files import moved_paths, tombstones
from lsp_server.memory.doctor.values import moved_values
from lsp_server.records.document import parse
from lsp_server.records.labels import normalise_label
from lsp_server.records.model import Record
from lsp_server.store.base import Blob, ChangeSet, Snapshot
from lsp_server.store.format_file import put_back
from lsp_server.store.known_tips import lost
from lsp_server.store.snapshot import FORMAT_FILE

# Faults that other repairs leave for a later one.
_LEADS_TO = {"number-in-name": {"wrong-folder", "number-twice"}}


class _Change(NamedTuple):
    """One commit: what is said of it, and what it does."""

    told: Sequence[str]
    records: Sequence[Record]
    writes: Mapping[str, bytes] = {}
    deletes: Sequence[str] = ()
    copies: Mapping[str, Blob] = {}


def repair(core: Core, *, seconds: float | None = None, progress: Progress | None = None) -> Diagnosis:
    """Mend what is fixable, then look again. What could not be mended is still among the findings."""
    found = look(core, seconds=0, progress=progress).findings
    repairs: list[Repair] = []
    if LEFT_OVERS & {finding.code for finding in found}:
        repairs += [Repair("left-overs", told) for told in clear_up(core)]
    if any(finding.code == "branch-gone" for finding in found):
        repairs += _brought_back(core)
        found = look(core, seconds=0, progress=progress).findings
    if any(finding.code == "format-file-gone" for finding in found):
        repairs += _memory_file_put_back(core)
        found = look(core, seconds=0, progress=progress).findings  # only now is there a memory to look at
    codes = {finding.code for finding in found if finding.fixable}
    if "index-differs" in codes:
        index = core.index_of(core.mainline)
        index.rebuild(core.mainline)
        repairs.append(Repair("index-differs", "made the index anew from the branch"))
    if "number-twice" in codes:
        repairs += _renumber(core)
    for code, subject, work in (
        ("number-in-name", "name files by their records' numbers", _renamed),
        ("one-sided-link", "link back", _linked_back),
        ("still-accepted", "mark what was replaced", _marked_superseded),
        ("value-misplaced", "put values where their keys belong", _values_moved),
        ("tombstone-of-the-living", "take the marks of deletion off what is there", _unmarked),
    ):
        if code in codes or codes & _LEADS_TO.get(code, set()):
            repairs += _committed(core, code, subject, work)
    after = examine(core, seconds=seconds, progress=progress)
    return Diagnosis(after.areas, tuple(repairs))


def _brought_back(core: Core) -> list[Repair]:
    gone = lost(core.repository, core.repository.memory_ref)
    if gone is None or not core.mainline.create(gone.version, "doctor: brought back"):
        return []
    told = f"brought the branch '{core.repository.memory_branch}' back, which was deleted"
    return [Repair("branch-gone", told, gone.version)]


def _memory_file_put_back(core: Core) -> list[Repair]:
    case = Case(core, seconds=0)
    taken = memory_file_taken(case) if case.tip is not None else None
    if taken is None:
        return []
    told = f"put {FORMAT_FILE} back, which commit {taken.by.version[:10]} took away"
    message = core.templates.render(
        "commits/message", subject=f"doctor: put {FORMAT_FILE} back", body=f"- {told}", trailers=[]
    )
    version = put_back(core.repository, core.mainline, taken.text, message)
    return [Repair("format-file-gone", told, version)] if version is not None else []


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


def _values_moved(case: Case, _tip: Snapshot) -> _Change | None:
    moves = moved_values(case)
    if not moves:
        return None
    return _Change(
        [f"moved {old} to {new}" for old, new in moves.items()],
        [],
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


def _marked_superseded(case: Case, tip: Snapshot) -> _Change | None:
    from lsp_server.memory.amending import with_status

    texts: dict[str, bytes] = {}
    told, records = [], []
    for record, by in still_accepted(case.records):
        try:
            text = (tip.read(record.path) or b"").decode("utf-8")
            changed = with_status(text, record, "superseded", by=by.label)
        except (UnicodeDecodeError, GitMemoryError):
            continue  # it stays among the findings
        texts[record.path] = changed.encode("utf-8")
        told.append(f"{record.label} is superseded by {by.label}")
        records.append(record)
    return _Change(told, records, writes=texts) if texts else None


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
