"""What is answered about commits of the code, and about where the work stands: plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsp_server.memory.results import Reason
from lsp_server.memory.review_results import RecordChange
from lsp_server.records.model import Record

if TYPE_CHECKING:
    from lsp_server.code.commits import CodeCommit
    from lsp_server.code.model import FileChange


@dataclass(frozen=True)
class CommitMemory:
    """What the memory has about a commit. ``today`` is what it became where it was rewritten, and
    ``evidence`` says how that is known; ``is_ours``: it is a commit of a memory, not of code."""

    commit: CodeCommit
    today: str | None = None
    evidence: str = ""
    is_ours: bool = False
    reasons: Sequence[Reason] = ()


@dataclass(frozen=True)
class RangeMemory:
    """The records whose commits lie in a range of ``commits`` commits, the newest first. ``since``: the range
    was named by one commit, and is what came after it."""

    name: str
    commits: int
    reasons: Sequence[Reason] = ()
    since: bool = False


@dataclass(frozen=True)
class Resumed:
    """Where the work stood at a checkpoint, and what came since.

    ``then`` is the checkpoint's commit as it was noted, ``today`` what it is now (None: it is lost, or there
    was none), ``link`` a clause about that ("" where it is simply there). ``commits`` are the newest of
    ``commit_count`` that HEAD has since (None: nobody can tell), ``elsewhere`` how many the checkpoint's
    commit has that HEAD does not. ``files`` differ between it and the work tree, by path; ``uncommitted``
    tells whether some of that is not committed (None in a bare repository). ``records`` changed since;
    ``anchored`` stand in the files changed. ``newer`` is a checkpoint made after this one.
    """

    checkpoint: Record
    then: str | None
    today: str | None
    link: str
    head: str | None
    branch: str | None
    commits: Sequence[CodeCommit] = ()
    commit_count: int | None = None
    elsewhere: int = 0
    files: Sequence[FileChange] = ()
    uncommitted: bool | None = None
    records: Sequence[RecordChange] = ()
    anchored: Sequence[Reason] = ()
    anchored_count: int = 0
    snapshot: str | None = None
    newer: Record | None = None
    elapsed: str = ""


def shown_commit(commit: CodeCommit) -> dict[str, Any]:
    """A commit of the code as JSON can hold it."""
    return {
        "id": commit.id,
        "author": commit.author,
        "when": commit.when.isoformat(),
        "subject": commit.subject,
    }
