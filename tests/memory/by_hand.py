"""The memory changed without us."""

from __future__ import annotations

from pathlib import Path

from support import Repo


def by_hand(repo: Repo, tmp_path: Path, *command: str, add: bool = False) -> None:
    """What a person does on the branch with git alone."""
    repo.git("worktree", "add", "-q", str(tmp_path / "hand"), "memory")
    hand = Repo(tmp_path / "hand")
    hand.git(*command)
    hand.git("commit", "-q", "-m", "by hand", *(["-a"] if add else []))
    repo.git("worktree", "remove", str(tmp_path / "hand"))
