"""Use case: where did the work stand? A checkpoint, and what came since: commits, files, records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import GitMemoryError, NotFoundError, RefusedError
from lsp_server.memory.comparing import compare
from lsp_server.memory.core import Core
from lsp_server.memory.linked_results import Resumed
from lsp_server.memory.results import How, Reason
from lsp_server.memory.review_results import RecordChange
from lsp_server.memory.standing import Standing
from lsp_server.records.amounts import span_text
from lsp_server.records.evidence import clause
from lsp_server.records.model import Kind, Record
from lsp_server.store.log import Query, commits
from lsp_server.store.revisions import last_before

if TYPE_CHECKING:
    from lsp_server.code.commits import CodeCommit
    from lsp_server.code.model import FileChange

_ASKED = 10  # checkpoints that git is asked about
COMMITS = 10  # told, unless another number is asked for
_FILES_LOOKED_UP = 1000  # changed files whose anchors are looked for
_ANCHORED = 50


class _Since(NamedTuple):
    """What HEAD has since a commit."""

    commits: Sequence[CodeCommit] = ()
    later: int | None = None
    elsewhere: int = 0


def resume(core: Core, ref: str | None, *, latest: bool = False, most: int = COMMITS) -> Resumed:
    """Where the work stood at a checkpoint: ``ref``, the newest of all (``latest``), or the newest of this
    line of work (of HEAD's branch; where that has none, the newest that HEAD's history has, else of all).
    Of the commits since, the newest ``most`` are told.

    Raises ``NotFoundError`` where there is no checkpoint, ``RefusedError`` for a record that is none.
    """
    from lsp_server.code.snapshot_refs import SNAPSHOTS
    from lsp_server.code.work_state import work_state

    core.followed()
    newest = core.index.newest_checkpoint()
    record = _checkpoint(core, ref) if ref else newest if latest else of_this_work(core)
    if record is None:
        raise NotFoundError("there is no checkpoint yet; `git memory checkpoint` records one")
    then = record.code.commit if record.code else None
    today, link = _today(core, record)
    head, branch = core.repository.head_commit(), core.repository.head_branch()
    noted = work_state(core.repository.git, core.repository.work_tree, since=today)
    since = _since(core, record, today, head, most)
    anchored, anchored_count = _anchored(core, noted.state.files)
    return Resumed(
        checkpoint=record,
        then=then,
        today=today,
        link=link,
        head=head,
        branch=branch,
        commits=since.commits,
        commit_count=since.later,
        elsewhere=since.elsewhere,
        files=noted.state.files,
        uncommitted=noted.state.position.dirty,
        records=_records(core, record),
        anchored=anchored,
        anchored_count=anchored_count,
        snapshot=core.repository.refs.resolve(SNAPSHOTS + record.id),
        newer=newest if newest is not None and newest.created > record.created else None,
        elapsed=span_text(core.now() - record.created),
    )


def _checkpoint(core: Core, ref: str) -> Record:
    record = core.find(ref)
    if record.kind is not Kind.CHECKPOINT:
        raise RefusedError(
            f"{record.label} is a {record.kind.value}; name a checkpoint, or none for the newest"
        )
    return record


def of_this_work(core: Core) -> Record | None:
    """The newest checkpoint of HEAD's branch; else of HEAD's history, else of all. The index is followed."""
    from lsp_server.code.commits import is_ancestor
    from lsp_server.index import Filters

    branch, head = core.repository.head_branch(), core.repository.head_commit()
    if branch and (own := core.index.newest_checkpoint(branch)) is not None:
        return own
    newest = core.index.list(Filters(kind=Kind.CHECKPOINT, limit=_ASKED))
    written = {record.id: record.code.commit for record in newest if record.code and record.code.commit}
    links = core.links.today_of(written.values())
    for record in newest if head else ():
        link = links.get(written.get(record.id, ""))
        if link and link.today and is_ancestor(core.repository.git, link.today, str(head)):
            return record
    return newest[0] if newest else None


def _today(core: Core, record: Record) -> tuple[str | None, str]:
    """What a checkpoint's commit is today, and a clause about that."""
    then = record.code.commit if record.code else None
    if then is None:
        return None, ""
    link = core.links.today_of([then]).get(then)
    if link is None or link.today == then:
        return then, _settled(record)
    if link.today is not None:
        return link.today, f"was {then[:10]}: {link.evidence.clause if link.evidence else 'rewritten'}"
    if link.missing and link.unknown:
        return None, "is not here: history is cut in this clone, and more of it has to be fetched"
    if link.missing:
        return None, "is lost: neither it nor what it became is in this repository"
    return then, "no branch has it any more, and nothing tells what it became"


def _settled(record: Record) -> str:
    """What the commit was when the checkpoint was written, where its file was brought up to date since."""
    if record.code is None or not record.code.formerly:
        return ""
    old, word = record.code.formerly[-1]
    return f"was {old[:10]}: {clause(word)}"


def _since(core: Core, record: Record, today: str | None, head: str | None, most: int) -> _Since:
    from lsp_server.code.commits import CommitRange, count_commits, newest_commits

    if head is None:
        return _Since((), 0)
    runner = core.repository.git
    if today is None and (record.code is None or record.code.commit is not None):
        return _Since()
    asked = CommitRange((head,), (today,) if today else ())  # all, where there was no commit yet
    count = count_commits(runner, asked)
    newest = newest_commits(runner, asked, most) if count else ()
    return _Since(newest, count, count_commits(runner, CommitRange((today,), (head,))) if today else 0)


def _records(core: Core, checkpoint: Record) -> list[RecordChange]:
    """What changed on the memory since the checkpoint was written, but for the checkpoint itself."""
    tip = core.tip()
    seconds = int(checkpoint.created.timestamp())
    # The commit that brought it; where dates or paths do not tell, what the branch was at its time.
    query = Query(since=max(seconds - 1, 0), paths=[checkpoint.path])
    brought = [commit.version for commit in commits(core.repository.git, tip, query)]
    version = brought[-1] if brought else last_before(core.repository.git, tip, seconds)
    try:
        changes = compare(core, version, tip).records
    except GitMemoryError:  # that version was no memory yet, or is not here
        changes = compare(core, None, tip).records
    return [
        change
        for change in changes
        if change.id != checkpoint.id and (version is not None or _is_newer(change, checkpoint))
    ]


def _is_newer(change: RecordChange, checkpoint: Record) -> bool:
    return change.new is None or change.new.created > checkpoint.created


def _anchored(core: Core, files: Sequence[FileChange]) -> tuple[list[Reason], int]:
    """Records that are anchored in the files changed, with where they are today, and how many there are."""
    index = core.index
    names = {name for file in files for name in (file.was, file.path) if name}
    standing = Standing(core)
    found: dict[str, Reason] = {}
    for path in sorted(index.anchored_paths(sorted(names)[:_FILES_LOOKED_UP])):
        for stored in index.anchors_on_path(path):
            record = index.get(stored.record_id)
            if record is None or record.id in found or stored.anchor.range.path != path:
                continue
            today, clause = standing.of(record, stored)
            how = How.FILE if today is None else How.ANCHORED
            told = f"{'was ' if today is None else ''}anchored there{clause}"
            found[record.id] = Reason(record, told, today, how)
    return list(found.values())[:_ANCHORED], len(found)
