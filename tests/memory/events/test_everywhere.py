"""Whatever happens to the journals, the branch and the index: what stands in one of them is found, once."""

from __future__ import annotations

import json
import os
import random
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from memory.events.published import Hands, segments
from support import Repo

from lsp_server import EventMemory, Memory

ROUNDS, STEPS = (40, 60) if os.environ.get("GIT_MEMORY_STRESS") else (2, 30)


class World:
    """A clone whose events are written, published, mended, lost and asked for, in any order."""

    def __init__(self, repo: Repo, memory: Memory, chance: random.Random) -> None:
        self.repo = repo
        self.memory = memory
        self.chance = chance
        self.clock = Hands()
        self.events = self._opened()
        self.tips = [repo.git("rev-parse", "memory")]

    def _opened(self) -> EventMemory:
        return EventMemory(self.memory, clock=self.clock, publish=["solution"], publish_every=None)

    def step(self) -> None:
        self.clock.forward(seconds=1)
        self.chance.choice(
            (
                self.remember,
                self.remember,
                self.publish,
                self.publish,
                self.reopen,
                self.lose_segments,
                self.lose_index,
                self.commit_by_hand,
                self.go_back,
                self.ask,
                self.ask,
            )
        )()

    def remember(self) -> None:
        self.events.create_memories(
            {"title": f"Number {self.chance.random()}", "type": self.chance.choice(("solution", "metric"))}
            for _ in range(self.chance.randint(1, 3))
        )

    def publish(self) -> None:
        self.events.publish()
        self.tips.append(self.repo.git("rev-parse", "memory"))

    def reopen(self) -> None:
        self.events.close()
        self.events = self._opened()

    def lose_segments(self) -> None:
        self.reopen()
        for file in self.events.directory.glob("2*/*.jsonl"):
            file.unlink()

    def lose_index(self) -> None:
        for file in self.events.directory.glob("index.sqlite3*"):
            file.unlink()

    def commit_by_hand(self) -> None:
        """Take lines out of segments, change them, copy them into others, bring new ones."""
        listed = dict.fromkeys(segments(self.repo)) | {"events/2026/10/feedbeef.jsonl": None}
        path = self.chance.choice(list(listed))
        lines = self._lines(path)
        self.chance.shuffle(lines)
        lines = lines[: self.chance.randint(0, len(lines))]
        lines = [line.replace("Number", "Mended", self.chance.randint(0, 1)) for line in lines]
        if self.chance.random() < 0.5:
            lines += self._lines(self.chance.choice(list(listed)))
        when = self.clock().isoformat()
        new = {"created": when, "type": "solution", "title": "New", "id": str(uuid.uuid4())}
        lines.append(json.dumps(new))
        blob = self.repo.git("hash-object", "-w", "--stdin", input="\n".join(lines))
        index = {**os.environ, "GIT_INDEX_FILE": str(self.repo.root / ".git" / "by-hand")}
        self.tips.append(_commit(self.repo, index, f"100644,{blob},{path}"))

    def go_back(self) -> None:
        self.repo.git("update-ref", "refs/heads/memory", self.chance.choice(self.tips))

    def ask(self) -> None:
        found = self.events.memories()
        ids = [memory.id for memory in found]
        assert len(ids) == len(set(ids))
        assert set(ids) == self._standing()
        assert self.events.counts() == {
            kind: sum(memory.memory_type == kind for memory in found)
            for kind in sorted({memory.memory_type for memory in found})
        }
        for word in ("number", "mended", "new"):
            by_words = {memory.id for memory in self.events.search_memories(word, limit=1000)}
            assert by_words == {memory.id for memory in found if word in memory.title.lower()}

    def _standing(self) -> set[str]:
        """The ids of all that stands anywhere, read from the files themselves."""
        files = [*self.events.directory.glob("2*/*.jsonl"), *self.events.directory.glob("chosen/*/*.jsonl")]
        lines = [line for file in files for line in file.read_text().splitlines()]
        lines += [line for path in segments(self.repo) for line in self._lines(path)]
        return {json.loads(line)["id"] for line in lines}

    def _lines(self, path: str) -> list[str]:
        return self.repo.git("show", f"memory:{path}", check=False).splitlines()


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        yield memory


@pytest.mark.parametrize("number", range(ROUNDS))
def test_what_stands_anywhere_is_found_once(repo: Repo, memory: Memory, number: int) -> None:
    world = World(repo, memory, random.Random(number))
    for _ in range(STEPS):
        world.step()
    world.ask()
    world.lose_index()
    world.reopen()
    world.ask()
    world.events.close()


def _commit(repo: Repo, environment: dict[str, str], entry: str) -> str:
    """A commit on the memory's branch with one file otherwise, made beside the user's index."""
    import subprocess

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=repo.root, env=environment, text=True, capture_output=True, check=True
        ).stdout.strip()

    Path(environment["GIT_INDEX_FILE"]).unlink(missing_ok=True)
    git("read-tree", "memory")
    git("update-index", "--add", "--cacheinfo", entry)
    commit = git("commit-tree", git("write-tree"), "-p", "memory", "-m", "By hand")
    git("update-ref", "refs/heads/memory", commit)
    return commit
