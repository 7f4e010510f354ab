"""Use case: write to the memory what was found out about the code it names, one commit for all records.

Only the clone in which history was rewritten has the evidence, and only for some weeks. What it found is
settled here for everybody: a record's commit becomes today's, with the former one beside it; births of lines
follow; lines that no commit had when they were anchored get the births that they have by now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import GitMemoryError, RefusedError, StoreError
from lsp_server.records.anchors import UNCOMMITTED, Anchor, CodePosition
from lsp_server.records.model import Record
from lsp_server.store.base import Version

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.links import Link
    from lsp_server.store.base import ChangeSet, Snapshot
    from lsp_server.store.git_store import GitStore

_LISTED = 100  # records that the commit's message names
_NEAR = 100  # records that are read on the way to something else: some 20 ms


class Settled(NamedTuple):
    """What was settled: the commit on the memory's branch, None where there was nothing to say, and the
    records that were changed."""

    version: Version | None
    records: tuple[Record, ...] = ()


NOTHING = Settled(None)


def settle_quietly(core: Core, store: GitStore | None = None, *, most_to_read: int | None = _NEAR) -> Settled:
    """As ``settle_links``, for whoever has something else to do: what stands in its way is left for the next
    look, and so is all of it where the index would have to read many records first (None: as many as there
    are)."""
    try:
        return settle_links(core, store, most_to_read=most_to_read)
    except GitMemoryError:
        return NOTHING


def settle_links(
    core: Core,
    store: GitStore | None = None,
    *,
    at_its_end: bool = False,
    most_to_read: int | None = None,
) -> Settled:
    """Settle all links to code on the branch of ``store`` (the one this worktree writes to, unless given);
    nothing where the index would have to read more than ``most_to_read`` records first.

    Nothing happens without a memory, inside a batch, and while git is in the middle of a rebase, unless that
    is ``at_its_end``, where git runs its last hook. Raises what a write raises.
    """
    store = store or core.store
    tip = store.tip()
    if tip is None or core.batch is not None or (is_rewriting(core) and not at_its_end):
        return NOTHING
    index = core.index_of(store)
    if index.follow(store, tip, most=most_to_read) != tip:
        return NOTHING
    open_ = index.records_naming([UNCOMMITTED])
    links = core.links.today_of(index.named_commits())
    rewritten = {commit: link for commit, link in links.items() if link.is_rewritten}
    if not rewritten and not open_:
        return NOTHING
    state = _state(core, tip, rewritten)
    if core.links.was_settled(state):
        return NOTHING
    wanted = list(dict.fromkeys([*index.records_naming(rewritten), *open_]))
    settling = _Settling(core, rewritten)
    found = [record_id for record_id in wanted if settling.has_news(index.get(record_id))]
    if not found:
        core.links.note_settled(state)
        return NOTHING
    changed: list[Record] = []

    def build(snapshot: Snapshot) -> ChangeSet | None:
        changed.clear()
        edits = core.edits(snapshot, store)
        settled = (settling.settle(edits, store, record_id) for record_id in found)
        changed.extend(record for record in settled if record is not None)
        return edits.change_set(_message(core, changed, rewritten)) if changed else None

    version = store.commit(build)
    core.links.note_settled(_state(core, version, rewritten))
    return Settled(version, tuple(changed)) if changed else NOTHING


def _state(core: Core, version: Version, rewritten: Mapping[str, Link]) -> str:
    """What can be settled depends on this."""
    import hashlib

    known = "\n".join(sorted(f"{link.commit} {link.today}" for link in rewritten.values()))
    digest = hashlib.sha256(known.encode("ascii")).hexdigest()[:16]
    return f"{version} {core.repository.head_commit()} {digest}"


def is_rewriting(core: Core) -> bool:
    """Whether git is in the middle of a rebase, or of a series of picks: then what it makes is not yet what
    stays."""
    names = ("rebase-merge", "rebase-apply", "sequencer")
    return any((core.repository.git_dir / name).is_dir() for name in names)


class _Settling:
    def __init__(self, core: Core, links: Mapping[str, Link]) -> None:
        self._core = core
        self._links = links
        self._became = {commit: link.today for commit, link in links.items() if link.today is not None}

    def has_news(self, record: Record | None) -> bool:
        return record is not None and (self._code(record), self._anchors(record)) != (None, {})

    def settle(self, edits: Edits, store: GitStore, record_id: str) -> Record | None:
        """Change one record's file; None where there is nothing to change, or no safe way."""
        from lsp_server.records.code_edit import with_code, with_settled_anchors
        from lsp_server.records.document import parse

        index = self._core.index_of(store)
        index.follow(store, edits.snapshot.version)
        known = index.get(record_id)
        data = edits.read(known.path) if known else None
        record = parse(known.path, data).record if known and data is not None else None
        if known is None or data is None or record is None or record.id != record_id:
            return None
        code, anchors = self._code(record), self._anchors(record)
        try:
            text = data.decode("utf-8")
            settled = with_code(text, code) if code is not None else text
            settled = with_settled_anchors(settled, anchors) if anchors else settled
        except (UnicodeDecodeError, RefusedError):
            return None
        again = parse(record.path, settled.encode("utf-8")).record
        expected = [anchors.get(number, anchor) for number, anchor in enumerate(record.anchors)]
        if (
            settled == text
            or again is None
            or (again.code, list(again.anchors)) != (code or record.code, expected)
        ):
            return None  # somebody's own way of writing it
        edits.write(record.path, settled.encode("utf-8"))
        return again

    def _code(self, record: Record) -> CodePosition | None:
        """Where the record was written, if that is another commit by now."""
        code = record.code
        link = self._links.get(code.commit) if code and code.commit else None
        if code is None or code.commit is None or link is None or link.today is None:
            return None
        word = link.evidence.value if link.evidence else ""
        before = [one for one in code.formerly if one[0] not in (code.commit, link.today)]
        return code._replace(commit=link.today, formerly=((code.commit, word), *before))

    def _anchors(self, record: Record) -> dict[int, Anchor]:
        """The anchors that have other births or stand elsewhere by now, by their number."""
        changed = {}
        for number, anchor in enumerate(record.anchors):
            made_at = record.anchored_at(anchor)
            settled = self._core.links.carried(anchor, made_at, self._became)
            settled = self._with_committed_lines(settled, made_at)
            if settled != anchor:
                changed[number] = settled
        return changed

    def _with_committed_lines(self, anchor: Anchor, made_at: str | None) -> Anchor:
        if all(birth.commit != UNCOMMITTED for birth in anchor.births):
            return anchor
        from lsp_server.code.settling_lines import settle_lines

        today = self._became.get(made_at, made_at) if made_at else None
        try:
            return settle_lines(self._core.code, anchor, today, amended=today != made_at)
        except StoreError:
            return anchor


def _message(core: Core, records: Sequence[Record], rewritten: Mapping[str, Link]) -> str:
    from lsp_server.memory.titles import subject

    count = "1 record" if len(records) == 1 else f"{len(records)} records"
    words = {link.evidence for link in rewritten.values()}
    after = "after history was rewritten" if words else "after a commit"
    return core.templates.render(
        "commits/batch",
        subject=f"anchors: settle {count} {after}",
        text="",
        lines=[subject(f"{one.kind.value}: {one.label}", one.title) for one in records[:_LISTED]],
        more=max(0, len(records) - _LISTED),
        trailers=[("Memory-Id", one.id) for one in records[:_LISTED]],
    )
