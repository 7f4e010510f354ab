"""How a hook of somebody's own stands that calls us."""

from __future__ import annotations

import pytest
from support import Repo

from lsp_server import Memory


@pytest.mark.parametrize("command", ["git memory hook post-commit", "git-memory hook post-commit"])
def test_a_hook_of_somebody_s_that_calls_us_works(repo: Repo, memory: Memory, command: str) -> None:
    hook = repo.write(".git/hooks/post-commit", f"#!/bin/sh\n{command}\n")
    hook.chmod(0o755)
    stands = {one.name: one.added for one in memory.hooks().hooks}
    assert stands["post-commit"]
    assert not stands["post-rewrite"]
