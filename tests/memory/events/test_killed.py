"""Programs that are killed while they publish: what was acknowledged is on the branch in the end, once."""

from __future__ import annotations

import os
import random
import signal
import time

from memory.events.published import solve, titles, titles_on_branch
from support import Repo

from lsp_server import EventMemory, Memory

KILLS = 40 if os.environ.get("GIT_MEMORY_STRESS") else 2


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(repo: Repo) -> None:
    chance = random.Random(7)
    with Memory.open(repo.root) as memory:
        memory.initialise()
    acknowledged: set[str] = set()
    for number in range(KILLS):
        ours, theirs = os.pipe()
        if (child := os.fork()) == 0:
            try:
                os.close(ours)
                _publish_for_ever(repo, number, theirs)
            finally:
                os._exit(1)
        os.close(theirs)
        time.sleep(0.2 + 0.3 * chance.random())
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(ours) as told:
            acknowledged.update(line.rstrip("\n") for line in told if line.endswith("\n"))
    assert acknowledged
    with EventMemory(repo.root) as events:
        events.publish()
        assert events.publish() == 0
        on_branch = titles_on_branch(repo)
        assert len(on_branch) == len(set(on_branch))
        assert acknowledged <= set(on_branch)
        found = titles(events)
        assert len(found) == len(set(found))
        assert set(on_branch) <= set(found)  # what was never acknowledged may be here alone
    assert not repo.git("fsck", "--no-dangling")


def _publish_for_ever(repo: Repo, number: int, told: int) -> None:
    with EventMemory(repo.root, publish_every=None) as events:
        for count in range(100_000):
            solve(events, f"{number}.{count}")
            os.write(told, f"{number}.{count}\n".encode())
            if count % 3 == 2:
                events.publish()
