"""What was done in a session, as far as it can be seen: on the memory, and in the code.

Only what the person did who asks: what a sync brought from others is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.memory.comparing import changed_record, names
from lsp_server.memory.review_results import DELETED, RecordChange
from lsp_server.memory.working.running import ended_at
from lsp_server.records.document import parse
from lsp_server.records.model import Kind, Record
from lsp_server.records.paths import is_record_path
from lsp_server.store.identity import split_identity
from lsp_server.store.log import Query, commits
from lsp_server.store.own_commits import OwnCommit, own_commits
from lsp_server.store.revisions import last_before

if TYPE_CHECKING:
    from lsp_server.code.commits import CodeCommit
    from lsp_server.memory.core import Core
    from lsp_server.memory.working.briefing_results import RunningSession
    from lsp_server.store.base import Commit

_MOST = 200  # commits looked at
_EDITS = 50  # of a session's file
_PATIENCE = 10.0  # seconds for git to say what is not committed
_FIX = re.compile(r"\b(?:fix(?:e[sd]|ing)?|bug|hotfix|regression)\b", re.IGNORECASE)
SETTLED = ("fixed", "closed")


class Since(NamedTuple):
    """When the work began that is looked at, and where memory and code stood; None: nobody has noted it.
    ``until`` and ``tip`` are when it ended and where the memory stood then; None: it goes on."""

    when: datetime
    memory: str | None = None
    code: str | None = None
    until: datetime | None = None
    tip: str | None = None


class Work(NamedTuple):
    """What was done. ``commits`` are the memory's, ``code`` the code's, both oldest first; ``records`` what
    became of records; ``paths`` all that was written on the memory."""

    commits: Sequence[OwnCommit] = ()
    records: Sequence[RecordChange] = ()
    paths: frozenset[str] = frozenset()
    code: Sequence[CodeCommit] = ()
    uncommitted: Sequence[str] = ()

    @property
    def is_nothing(self) -> bool:
        return not (self.commits or self.code or self.uncommitted)

    def of(self, kind: Kind) -> list[RecordChange]:
        """What became of the records of a kind, without those that were deleted."""
        return [one for one in self.records if one.new is not None and one.new.kind is kind]

    @property
    def fixes(self) -> list[CodeCommit]:
        """The code's commits that say they fix something."""
        return [commit for commit in self.code if _FIX.search(commit.subject)]

    def settled_bugs(self) -> list[RecordChange]:
        return [one for one in self.of(Kind.BUG) if became(one, *SETTLED)]


def became(change: RecordChange, *statuses: str) -> bool:
    """Whether a record has one of these statuses now, and had none of them before."""
    now, was = change.new, change.old
    return now is not None and now.status in statuses and (was is None or was.status not in statuses)


def work_since(core: Core, since: Since, *, uncommitted: bool = True) -> Work:
    """What the person who asks has done since then."""
    from lsp_server.code.uncommitted import Uncommitted

    looking = None
    if uncommitted and core.repository.work_tree is not None:
        looking = Uncommitted(core.repository.git)
    try:
        name, email = _who(core)
        tip = since.tip or core.tip()
        written = _on_memory(core, tip, since, email)
        paths = frozenset(path for commit in written for path in commit.paths)
        records = _records(core, tip, since, paths)
        code = _in_code(core, since, name)
        left = (looking.paths(_PATIENCE) or []) if looking else []
    finally:
        if looking is not None:
            looking.close()
    return Work(written, records, paths, code, left)


def since_running(session: RunningSession) -> Since:
    return Since(session.started, session.memory, session.code)


def since_last(core: Core, last: Record) -> Since:
    """Since the end of a session: what came after the commit that wrote it."""
    ended = ended_at(last) or last.created
    end = _end_of(core, last, ended)
    if end is None:
        return Since(ended)
    return Since(ended, end.version, end.trailers.get("Code-Commit"))


def during(core: Core, last: Record) -> Since:
    """From the beginning of a session that has ended to its end."""
    ended = ended_at(last) or last.created
    end = _end_of(core, last, ended)
    tip = end.version if end is not None else core.tip()
    before = last_before(core.repository.git, tip, int(last.created.timestamp()) - 1)
    return Since(last.created, before, None, ended, tip)


def _end_of(core: Core, last: Record, ended: datetime) -> Commit | None:
    """The commit that wrote a session's end; later ones have edited its file."""
    query = Query(paths=[last.path], limit=_EDITS)
    found = [one for one in commits(core.repository.git, core.tip(), query) if one.when >= _second(ended)]
    return found[-1] if found else None


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def last_ended(core: Core) -> Record | None:
    """The last session that ended; None where none has."""
    return core.followed().last_session()


def _who(core: Core) -> tuple[str | None, str | None]:
    try:
        name, email, _ = split_identity(core.repository.author())
    except GitMemoryError:  # git knows no name: then nothing could have been written either
        return None, None
    return name, email


def _on_memory(core: Core, tip: str, since: Since, email: str | None) -> list[OwnCommit]:
    after = since.memory
    seconds = None if after else max(int(since.when.timestamp()), 0)
    found = own_commits(core.repository.git, tip, after=after, since=seconds, email=email, limit=_MOST)
    return list(reversed(found))


def _records(core: Core, tip: str, since: Since, paths: frozenset[str]) -> list[RecordChange]:
    wanted = sorted(path for path in paths if is_record_path(path))
    if not wanted:
        return []
    seconds = int(since.when.timestamp()) - 1
    before = since.memory or (last_before(core.repository.git, tip, seconds) if seconds > 0 else None)
    was = _read(core, before, wanted) if before else {}
    now = _read(core, tip, wanted)
    name = names(*now.values(), *was.values())
    changes = [
        changed_record(was.get(one), now.get(one), name)
        for one in dict.fromkeys([*now, *was])
        if was.get(one, (None, b""))[1] != now.get(one, (None, b""))[1]
    ]
    return [one for one in changes if one.change != DELETED or one.old is not None]


def _read(core: Core, version: str, paths: Sequence[str]) -> Mapping[str, tuple[Record, bytes]]:
    try:
        snapshot = core.store.at(version)
        read = [(path, snapshot.read(path)) for path in paths]
    except GitMemoryError:  # that version is not here any more
        return {}
    found = {}
    for path, data in read:
        record = parse(path, data).record if data is not None else None
        if record is not None and data is not None:
            found[record.id] = (record, data)
    return found


def _in_code(core: Core, since: Since, name: str | None) -> list[CodeCommit]:
    from lsp_server.code.commits import CommitRange, newest_commits

    head = core.repository.head_commit()
    if head is None or head == since.code:
        return []
    runner = core.repository.git
    try:
        newest = newest_commits(runner, CommitRange((head,), (since.code,) if since.code else ()), _MOST)
    except GitMemoryError:  # the commit it began at is not here any more
        newest = newest_commits(runner, CommitRange((head,), ()), _MOST)
    began = since.when.timestamp() - 1
    if since.code and core.now() < since.when:
        began = 0.0  # a clock that went back tells nothing: where the code stood does
    ended = since.until.timestamp() + 1 if since.until is not None else float("inf")
    own = [one for one in newest if name is None or one.author == name]
    return [one for one in reversed(own) if began <= one.when.timestamp() < ended]
