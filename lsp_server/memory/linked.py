"""Use case: which records belong to a commit of the code, and which to the commits of a range."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.memory.core import Core
from lsp_server.memory.finding import labelled
from lsp_server.memory.linked_results import CommitMemory, RangeMemory
from lsp_server.memory.results import How, Reason
from lsp_server.memory.standing import Standing
from lsp_server.memory.titles import printable
from lsp_server.records.evidence import clause
from lsp_server.records.labels import label_in_text
from lsp_server.records.model import Record

if TYPE_CHECKING:
    from lsp_server.code.commits import CodeCommit
    from lsp_server.index import Index

_TRAILER = "Memory-Checkpoint:"
_MOST_NAMED = 100  # names in one message
_FEW = 20  # commits
_MOST_FILES = 300  # of a commit, whose anchors are looked for


class Recorded(NamedTuple):
    """A record and the commit that it was written at: today's ``commit``, what that was then (``formerly``,
    None where it was not rewritten), and how it is known that they are one."""

    record: Record
    commit: str
    formerly: str | None = None
    known_by: str = ""

    @property
    def then(self) -> str:
        """What the commit was when the record was written, as the end of a clause."""
        return f"; it was {self.formerly[:10]} then: {self.known_by}" if self.formerly else ""


def commit_memory(core: Core, name: str) -> CommitMemory:
    """What the memory has about one commit, the surest first. Raises ``NotFoundError`` where ``name`` is no
    commit, ``AmbiguousError`` and ``UsageError``."""
    from lsp_server.code.commits import read_commits, require_commit

    index = core.followed()
    runner = core.repository.git
    asked = require_commit(runner, name)
    [commit] = read_commits(runner, [asked])
    today, evidence = became(core, [asked]).get(asked, (None, ""))
    names = [asked, *([today] if today else [])]
    reasons: dict[str, Reason] = {}
    for one in recorded_at(core, names):
        told = f"recorded at this commit{one.then}"
        reasons[one.record.id] = Reason(one.record, told, None, How.COMMIT, one.commit)
    standing = Standing(core)
    for reason in (
        *_named_in(index, commit),
        *_born_in(core, standing, names),
        *_in_changed_files(core, standing, asked),
    ):
        reasons.setdefault(reason.record.id, reason)
    is_ours = core.store.at(asked).is_memory()
    return CommitMemory(commit, today, evidence, is_ours, [_labelled(core, one) for one in reasons.values()])


def range_memory(core: Core, words: str) -> RangeMemory:
    """The records that were written while the code stood at a commit of a range, or at one that became one
    of its commits; the newest first. Raises as ``code.commits.parse_range``."""
    from lsp_server.code.commits import commits_in, is_range, parse_range, read_commits

    core.followed()
    runner = core.repository.git
    inside = commits_in(runner, parse_range(runner, words))
    found = sorted(recorded_at(core, inside), key=lambda one: one.record.created, reverse=True)
    subjects = {commit.id: commit.subject for commit in read_commits(runner, [one.commit for one in found])}
    reasons = []
    for one in found:
        subject = f" {printable(subjects[one.commit])}" if subjects.get(one.commit) else ""
        told = f"recorded at {one.commit[:10]}{subject}{one.then}"
        reasons.append(_labelled(core, Reason(one.record, told, None, How.COMMIT, one.commit)))
    return RangeMemory(words, len(inside), reasons, since=not is_range(words))


def recorded_at(core: Core, commits: Collection[str]) -> list[Recorded]:
    """The records that were written at one of these commits (full ids), or at one that was rewritten and is
    one of them today; in the order of recording, each once."""
    index = core.index
    inside = set(commits)
    known = index.code_commits()
    found: dict[str, Recorded] = {}
    # A few are asked for by name: then one that a record was written at before history was rewritten counts.
    for commit in inside if len(inside) < _FEW else inside.intersection(known):
        for record in index.at_commit(commit):
            found[record.id] = _recorded(record, commit)
    for commit, (today, why) in became(core, [one for one in known if one not in inside]).items():
        if today in inside:
            for record in index.at_commit(commit):
                found.setdefault(record.id, Recorded(record, today, commit, why))
    return sorted(found.values(), key=lambda one: (one.record.created, one.record.id))


def _recorded(record: Record, commit: str) -> Recorded:
    """A record that was written at a commit, or at what that was before it was rewritten."""
    code = record.code
    if code is None or code.commit is None or not code.formerly:
        return Recorded(record, commit)
    old, word = next((one for one in code.formerly if one[0] == commit), code.formerly[0])
    return Recorded(record, code.commit, old, clause(word))


def became(core: Core, commits: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Those of some commits that were rewritten: what each is today, and how that is known."""
    found = core.links.today_of(commits)
    return {
        commit: (link.today, link.evidence.clause if link.evidence else "")
        for commit, link in found.items()
        if link.today is not None and link.is_rewritten
    }


def named_in(index: Index, message: str) -> Iterator[tuple[str, Record]]:
    """The records that a commit's message names: by their labels, or in our trailer."""
    refs = [found[0].removeprefix("memory:") for found in label_in_text().finditer(message)]
    for line in message.splitlines():
        if line.startswith(_TRAILER):
            refs += line.removeprefix(_TRAILER).replace(",", " ").split()
    for ref in islice(dict.fromkeys(refs), _MOST_NAMED):
        ids = index.resolve(ref)
        record = index.get(ids[0]) if len(ids) == 1 else None
        if record is not None:
            yield ref, record


def _named_in(index: Index, commit: CodeCommit) -> Iterator[Reason]:
    for ref, record in named_in(index, f"{commit.subject}\n{commit.body}"):
        yield Reason(record, f"named in its message as {ref}", None, How.NAMED, commit.id)


def _born_in(core: Core, standing: Standing, commits: Sequence[str]) -> Iterator[Reason]:
    for commit in commits:
        for stored in core.index.anchors_born_in(commit):
            if record := core.index.get(stored.record_id):
                today, clause = standing.of(record, stored)
                told = f"{'was ' if today is None else ''}anchored to lines that it brought{clause}"
                yield Reason(record, told, today, How.ANCHORED, commit)


def _in_changed_files(core: Core, standing: Standing, commit: str) -> Iterator[Reason]:
    """Records about a file that the commit changed, or deleted, or renamed."""
    from lsp_server.code.together import files_of

    index = core.index
    paths = files_of(core.repository.git, commit)
    for path in sorted(index.anchored_paths(sorted(paths)[:_MOST_FILES])):
        for stored in index.anchors_on_path(path):
            record = index.get(stored.record_id)
            if record is not None and stored.anchor.range.path == path:
                today, clause = standing.of(record, stored)
                told = f"{'was ' if today is None else ''}anchored in a file that it changed{clause}"
                yield Reason(record, told, today, How.FILE, commit)


def _labelled(core: Core, reason: Reason) -> Reason:
    from dataclasses import replace

    return replace(reason, record=labelled(core, reason.record))
