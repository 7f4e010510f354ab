"""What merging, syncing and proposing answer with: plain values that every face can print or send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lsp_server.records.model import Conflict


class Mention(NamedTuple):
    """A line of the user's code that names a label: 1-based."""

    path: str
    line: int
    text: str


@dataclass(frozen=True)
class Renumbered:
    """A record whose number was given twice. ``old`` stays as its alias; ``mentions`` are the places in the
    code at HEAD that still say ``old`` and may mean this record."""

    id: str
    title: str
    old: str
    new: str
    mentions: Sequence[Mention] = ()


@dataclass(frozen=True)
class Conflicted:
    """A record that a person must look at: both texts are kept in it."""

    id: str
    label: str
    title: str
    conflicts: Sequence[Conflict]


@dataclass(frozen=True)
class Revived:
    """A record that was deleted on one side and edited on the other: the edit won."""

    id: str
    label: str
    title: str


@dataclass(frozen=True)
class Merge:
    """What a merge did. ``version`` is the tip after it; ``fast_forward`` when no commit was needed;
    ``merged`` are the labels of records edited on both sides and settled; ``remarks`` are further sentences
    for a person (a file that is no record and was in conflict, a record moved aside, …)."""

    version: str
    fast_forward: bool = False
    added: int = 0
    changed: int = 0
    deleted: int = 0
    merged: Sequence[str] = ()
    renumbered: Sequence[Renumbered] = ()
    conflicts: Sequence[Conflicted] = ()
    revived: Sequence[Revived] = ()
    remarks: Sequence[str] = ()


class FoundSecret(NamedTuple):
    """What looks like a secret in a version of the memory; the secret itself is in no field.

    ``path`` is the file's, or ``commit <id>`` for a commit's message; ``line`` counts from 1, 0 is the
    file's name. ``rule`` and ``fingerprint`` are the scanner's.
    """

    path: str
    line: int
    rule: str
    fingerprint: str

    @property
    def place(self) -> str:
        """Where it is, as people are told."""
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True)
class Synced:
    """What a sync did. ``fetched`` and ``pushed`` count commits; ``merges`` what had to be merged, in order;
    ``proposals`` are remarks about proposals (pushed, merged by the forge, …), a sentence each."""

    remote: str
    version: str | None
    fetched: int = 0
    pushed: int = 0
    merges: Sequence[Merge] = ()
    secrets: Sequence[FoundSecret] = ()
    proposals: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Proposal:
    """An open proposal. ``commits`` are those that the memory does not have; ``own`` when this clone has the
    branch; ``here`` when this worktree writes to it, ``worktrees`` how many do."""

    name: str
    branch: str
    version: str
    commits: int
    here: bool
    own: bool
    remotes: Sequence[str] = ()
    worktrees: int = 0


@dataclass(frozen=True)
class Adopted:
    """``merge`` is None when the memory had all of it; ``released`` when this worktree wrote to it and now
    writes to the memory itself; ``secrets`` what others may have brought along on the proposal. ``left``
    says why the proposal's branch is still there, None when it has ended: the next sync ends it."""

    name: str
    merge: Merge | None
    released: bool
    secrets: Sequence[FoundSecret] = ()
    left: str | None = None


@dataclass(frozen=True)
class Withdrawn:
    """``kept`` is the ref under which the proposal's last ``version`` can still be found."""

    name: str
    version: str
    kept: str
    commits: int
    released: bool
