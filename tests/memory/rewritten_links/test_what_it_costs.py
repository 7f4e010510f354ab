"""Looking at the commits that records name starts no git where nothing is lost."""

from __future__ import annotations

import pytest
from memory.rewritten_links.written_at import change, learn
from support import Repo

from lsp_server import Memory
from lsp_server.memory import checkpointing
from lsp_server.records.anchors import CodeRange
from lsp_server.store.git_process import Git


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What git is started with."""
    started: list[list[str]] = []
    start = Git.start

    def counted(self: Git, arguments: list[str], **options: object) -> object:
        started.append([word for word in arguments if not word.startswith("-")])
        return start(self, arguments, **options)  # type: ignore[arg-type]  # what it was called with

    monkeypatch.setattr(Git, "start", counted)
    return started


def test_with_nothing_lost_a_look_costs_one_process_after_a_commit_and_then_none(
    repo: Repo, memory: Memory, processes: list[list[str]]
) -> None:
    for number in range(3):
        change(repo, number + 1, "other\n")
        learn(memory, CodeRange("a.py", 1, 9))
    records = memory.list()
    memory.links(records)
    change(repo, 7, "other\n")
    processes.clear()
    memory.links(records)
    assert len(processes) <= 1
    processes.clear()
    memory.links(records)
    assert processes == []
    with Memory.open(repo.root) as another:
        again = another.list()
        processes.clear()
        another.links(again)
        assert processes == []


def test_with_nothing_lost_a_checkpoint_costs_one_process_more(
    repo: Repo, memory: Memory, processes: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cost() -> int:
        processes.clear()
        memory.checkpoint()
        return len(processes)

    costs = []
    for settles in (True, False):
        if not settles:
            monkeypatch.setattr(checkpointing, "settle_quietly", lambda *_, **__: None)
        counted = []
        for number in range(3):
            change(repo, number + 1, f"other {settles}\n")
            counted.append(cost())
        costs.append(counted[-1])
    assert costs[0] <= costs[1] + 1


def test_a_lost_link_is_not_searched_for_again_until_something_comes(
    repo: Repo, memory: Memory, processes: list[list[str]]
) -> None:
    record = learn(memory)
    repo.git("reset", "-q", "--hard", "HEAD~1")
    memory.links([record])
    processes.clear()
    memory.links([record])
    assert len(processes) <= 1


def test_in_a_much_older_checkout_what_came_later_is_asked_for_once_and_its_branch_is_not_compared(
    repo: Repo, memory: Memory, processes: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (1, 8, 16):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2024-03-{day:02}T12:00:00Z")
        monkeypatch.setenv("GIT_AUTHOR_DATE", f"2024-03-{day:02}T12:00:00Z")
        if day == 1:
            repo.git("commit", "-q", "--amend", "--no-edit")  # nothing here is younger
        if day == 16:
            repo.git("checkout", "-q", "-b", "side")
        change(repo, day, "changed\n")
    learn(memory, CodeRange("a.py", 16, 16))
    memory.why("a.py", 16)
    repo.git("checkout", "-q", "HEAD~2")

    def searched() -> list[list[str]]:
        processes.clear()
        with Memory.open(repo.root) as another:
            assert another.why("a.py", 16) == []
        return [words for words in processes if {"patch-id", "merge-base"} & {*words}]

    first = searched()
    assert first  # what was changed is compared, with that of nothing younger; branches are not
    assert not [words for words in first if "merge-base" in words]
    assert searched() == []
