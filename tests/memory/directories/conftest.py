"""A directory of project memory, beside a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from memory.directories.example import build
from support import Repo


@pytest.fixture
def directory(tmp_path: Path, repo: Repo) -> Path:
    """Its checkpoint names a commit of the repository, as people abbreviate one."""
    return build(tmp_path / "project-memory", repo.git("rev-parse", "--short=10", "HEAD"))
