"""Which refs keep code, and which are a memory of ours."""

from __future__ import annotations

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.memory.code_refs import code_refs

REMOTE = "refs/remotes/origin"


def names(memory: Memory) -> set[str]:
    return {one.name for one in code_refs(memory._core.repository)}


@pytest.mark.parametrize(
    "ref",
    [
        f"{REMOTE}/feature/memory",
        f"{REMOTE}/feature/memory-proposals/x",
        "refs/heads/feature/memory",
        "refs/tags/memory",
    ],
)
def test_a_branch_of_code_counts_whatever_its_last_part_is(repo: Repo, memory: Memory, ref: str) -> None:
    repo.git("remote", "add", "origin", "../elsewhere")
    repo.git("update-ref", ref, "HEAD")
    assert ref in names(memory)


@pytest.mark.parametrize(
    "ref",
    [f"{REMOTE}/memory", f"{REMOTE}/memory-proposals/x", "refs/remotes/a/b/memory", "refs/heads/memory"],
)
def test_a_memory_does_not_count_here_or_at_a_remote(repo: Repo, memory: Memory, ref: str) -> None:
    repo.git("remote", "add", "origin", "../elsewhere")
    repo.git("remote", "add", "a/b", "../elsewhere")
    repo.git("update-ref", ref, "memory")
    assert ref not in names(memory)
