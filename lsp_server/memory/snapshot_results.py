"""What the calls about snapshots answer with: plain values that every face can print or send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class NotKept:
    """Something that a snapshot does not have. ``why`` is a clause; ``size`` in bytes, where it matters."""

    path: str
    why: str
    size: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """A work tree that this clone keeps.

    ``name`` is its checkpoint's id, or ``before-…`` for the state before a restore; ``label`` and ``title``
    are the checkpoint's (the title is empty where there is no such record). ``base`` is the commit that HEAD
    was, None when there was none; ``size`` the bytes on disk that only this snapshot needs, None when nobody
    asked or git cannot tell.
    """

    name: str
    label: str
    title: str
    commit: str
    base: str | None
    created: datetime
    size: int | None = None
    not_kept: Sequence[NotKept] = ()

    @property
    def is_before_restore(self) -> bool:
        """Whether a restore kept it, not a checkpoint."""
        return self.name.startswith("before-")


@dataclass(frozen=True)
class FileStep:
    """One path of a restore: ``step`` is ``add``, ``replace``, ``set rights of`` or ``remove``;
    ``untracked`` says that git does not follow what is there now."""

    path: str
    step: str
    untracked: bool


@dataclass(frozen=True)
class InTheWay:
    """A path that stops a restore. ``forcible``: with force it is kept in the state before, and replaced."""

    path: str
    why: str
    forcible: bool


@dataclass(frozen=True)
class RestorePlan:
    """What a restore in place would do. ``state`` tells this work tree from a changed one.

    ``moved`` is the commit that HEAD is now, where it is not the snapshot's; ``staying`` are files that the
    snapshot does not have and that git does not follow; ``submodules`` those at another commit: not touched.
    """

    snapshot: Snapshot
    steps: Sequence[FileStep]
    in_the_way: Sequence[InTheWay]
    staying: Sequence[str]
    submodules: Sequence[str]
    moved: str | None
    state: str


@dataclass(frozen=True)
class Restored:
    """What a restore did: ``branch`` and ``worktree`` that were made, or, in place, ``before``: the snapshot
    of the state before, and the ``steps`` that were done. ``created`` is False where the branch was there."""

    snapshot: Snapshot
    branch: str | None = None
    worktree: str | None = None
    before: Snapshot | None = None
    steps: Sequence[FileStep] = ()
    created: bool = True


@dataclass(frozen=True)
class Pruned:
    """What went (or would go) and what stays, newest first. ``freed``: the bytes on disk that only those
    that went needed, None where git cannot tell."""

    removed: Sequence[Snapshot]
    kept: Sequence[Snapshot]
    freed: int | None


@dataclass(frozen=True)
class CutShort:
    """A restore that was killed: the state before it is kept as ``before``."""

    before: str
    restoring: str
