"""What is answered about hooks: plain values that every face can print or send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class HookStatus:
    """One hook. ``state`` is a word of ``store.hook_files.State``; ``chained``: a hook that was there before
    is kept, and called. ``line`` is what a person adds to ``path`` where we do not write; ``added``: it is
    there already."""

    name: str
    path: Path
    state: str
    chained: bool = False
    line: str | None = None
    added: bool = False

    @property
    def works(self) -> bool:
        """Whether git calls us there."""
        return self.added or self.state in ("installed", "outdated")


@dataclass(frozen=True)
class HookSettings:
    """What the hooks are to do: ``git config memory.hooks.checkpoint``, ``memory.hooks.trailer``,
    ``memory.sync``, ``memory.notes``."""

    checkpoint: bool
    trailer: bool
    sync: bool
    notes: bool


@dataclass(frozen=True)
class Hooks:
    """The hooks of a repository. ``directory`` is where git looks for them; where it is not ours to write to,
    ``because`` says why. Where that is not the clone's own folder, ``also_out_of`` is this one when a removal
    took ours out of it, ``left_in`` when it did not, because other worktrees have them from there."""

    directory: Path
    hooks: Sequence[HookStatus]
    settings: HookSettings
    because: str = ""
    also_out_of: Path | None = None
    left_in: Path | None = None

    @property
    def are_ours(self) -> bool:
        """Whether we may write them."""
        return not self.because
