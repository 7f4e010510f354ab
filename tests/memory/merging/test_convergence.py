"""Whatever is edited on several sides and in whatever order the sides are merged, they come to one tree."""

from __future__ import annotations

import os
import re
import uuid
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support import Repo

from lsp_server import Memory
from lsp_server.memory.merging import merge_into
from lsp_server.memory.merging.bases import Bases
from lsp_server.memory.merging.rules import YOUNGER
from lsp_server.memory.merging.three_way import merge_trees
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.records.document import parse
from lsp_server.records.labels import format_label
from lsp_server.records.model import Kind, Record
from lsp_server.records.paths import is_record_path, numbered_path, tombstone_path
from lsp_server.store.base import ChangeSet, Snapshot
from lsp_server.store.git_store import GitStore

SIDES = 3
EXAMPLES = 200 if os.environ.get("GIT_MEMORY_STRESS") else 8
WORDS = ("jwt", "cache", "queue")


class Step(NamedTuple):
    """One thing that happens on one side; ``pick`` chooses the record or the other side."""

    what: str
    side: int
    pick: int
    word: str


def steps(*kinds: str) -> st.SearchStrategy[Step]:
    sides, picks = st.integers(0, SIDES - 1), st.integers(0, 5)
    return st.builds(Step, st.sampled_from(kinds), sides, picks, st.sampled_from(WORDS))


STEPS = steps(
    "decide", "decide", "learn", "edit", "edit", "status", "tag", "refer", "delete", "move", "merge"
)
AROUND_A_DELETION = steps("refer", "refer", "delete", "merge", "merge")


class World:
    """Several branches of one repository, each of them one clone's memory."""

    def __init__(self, memory: Memory, repo: Repo, prefix: str) -> None:
        self.core = memory._core
        self.repo = repo
        start = repo.git("rev-parse", "memory")
        self.refs = [f"refs/heads/{prefix}-{side}" for side in range(SIDES)]
        for ref in self.refs:
            repo.git("update-ref", ref, start)
        self.stores = [self.core.store.on(ref) for ref in self.refs]
        self.count = 0
        self.made: set[str] = set()
        self.deleted: set[str] = set()
        self.written: dict[str, set[str]] = {}  # by record: words that somebody wrote to it

    def records(self, store: GitStore) -> dict[str, Record]:
        snapshot = store.snapshot()
        found = {}
        for file in snapshot.files():
            if is_record_path(file.path):
                record = parse(file.path, snapshot.read(file.path) or b"").record
                assert record is not None, f"{file.path} cannot be read any more"
                found[file.path] = record
        return found

    def do(self, step: Step) -> None:
        store = self.stores[step.side]
        if step.what == "merge":
            self.merge(step.side, step.pick % SIDES, ("younger", "ours", "theirs")[step.pick % 3])
            return
        records = sorted(self.records(store).values(), key=lambda record: record.id)
        if step.what in ("decide", "learn"):
            self.add(store, step, records)
            return
        if not records:
            return
        record = records[step.pick % len(records)]
        store.commit(lambda tip: self.edited(tip, record, step, records))

    def add(self, store: GitStore, step: Step, records: list[Record]) -> None:
        self.count += 1
        record_id = str(uuid.UUID(int=uuid.uuid5(uuid.NAMESPACE_OID, str(self.count)).int, version=4))
        created = f"2026-01-01T10:{self.count % 60:02d}:00+00:00"
        if step.what == "decide":
            given_numbers = [int(name[:4]) for name in self.names(store, "decisions")]
            number = max(given_numbers, default=0) + 1
            path, line = (
                numbered_path(Kind.DECISION, number, step.word),
                f"kind: decision\nnumber: {number}\n",
            )
        else:
            path, line = f"learnings/2026/01/01-{step.word}.md", "kind: learning\n"
            if path in {record.path for record in records}:
                path = f"learnings/2026/01/01-{step.word}-by-{self.count}.md"
        text = f"---\nid: {record_id}\n{line}created: {created}\n---\n\n"
        text += f"# {step.word} {self.count}\n\nFirst.\n\nSecond.\n"
        self.made.add(record_id)
        store.commit(lambda _: ChangeSet(f"add {self.count}", {path: text.encode()}))

    def names(self, store: GitStore, folder: str) -> list[str]:
        snapshot = store.snapshot()
        return [entry.name for at in (folder, f"deleted/{folder}") for entry in snapshot.list(at)]

    def edited(self, tip: Snapshot, record: Record, step: Step, records: list[Record]) -> ChangeSet | None:
        text = (tip.read(record.path) or b"").decode()
        self.count += 1
        if step.what == "edit":
            return _write(record.path, text.replace("First.", f"First, {step.word}.", 1))
        if step.what == "refer":
            other = records[(step.pick + 1) % len(records)]
            self.written.setdefault(record.id, set()).add(f"({self.count}).")
            return _write(record.path, f"{text}\nSee {other.label} ({self.count}).\n")
        if step.what == "status" and record.kind is Kind.DECISION:
            return _write(record.path, re.sub(r"\n---\n\n", "\nstatus: accepted\n---\n\n", text, count=1))
        if step.what == "tag" and "\ntags:" not in text:
            return _write(record.path, re.sub(r"\n---\n\n", f"\ntags: [{step.word}]\n---\n\n", text, count=1))
        if step.what == "delete":
            self.deleted.add(record.id)
            writes = {}
            if record.number is not None:
                label = format_label(record.kind, record.number, "")
                stone = f"label: {label}\nid: {record.id}\ntitle: x\n"
                stone += f"deleted: 2026-01-02T{self.count % 24:02d}:00:00+00:00\n"
                writes[tombstone_path(record.kind, record.number)] = stone.encode()
            return ChangeSet("delete", writes, [record.path])
        if step.what == "move":
            path = record.path.removesuffix(".md").removesuffix("-moved") + "-moved.md"
            if path != record.path and tip.read(path) is None:
                return ChangeSet("move", {path: text.encode()}, [record.path])
        return None

    def merge(self, into: int, other: int, yielding: str) -> None:
        theirs = self.stores[other].tip()
        ours = self.stores[into].tip()
        assert ours is not None
        assert theirs is not None
        self.both_ways(ours, theirs)
        merge_into(self.core, self.stores[into], theirs, source="another", yielding=yielding)
        self.is_sound(self.stores[into])

    def both_ways(self, one: str, other: str) -> None:
        """The two directions of a merge give one tree."""
        store, results = self.core.store, []
        for tips in ((one, other), (other, one)):
            pool = Pool(store)
            base = Bases(store, pool).merged(store.merge_bases(*tips))
            trees = [Tree(store, tip) for tip in tips]
            names = partial(_name, tips)
            results.append(merge_trees(store, pool, base, *trees, rule=YOUNGER, names=names).placed)
        assert results[0] == results[1]

    def is_sound(self, store: GitStore) -> None:
        records = self.records(store)
        ids = Counter(record.id for record in records.values())
        assert max(ids.values(), default=1) == 1, "one id twice"
        numbers = Counter(
            (record.kind, record.number) for record in records.values() if record.number is not None
        )
        assert max(numbers.values(), default=1) == 1, f"a number twice: {numbers}"


def _name(tips: tuple[str, str], side: int, _path: str) -> str:
    return tips[side - 1]


def _write(path: str, text: str) -> ChangeSet:
    return ChangeSet("edit", {path: text.encode()})


@pytest.mark.parametrize("yielding", ["younger", "ours"])
def test_all_sides_come_to_one_tree_that_lost_nothing(memory: Memory, repo: Repo, yielding: str) -> None:
    everything(memory, repo, yielding, STEPS)


def test_a_record_that_somebody_deleted_lives_on_with_all_that_was_written_to_it(
    memory: Memory, repo: Repo
) -> None:
    everything(
        memory, repo, "ours", AROUND_A_DELETION, (Step("decide", 0, 0, "jwt"), Step("learn", 0, 0, "jwt"))
    )


def everything(
    memory: Memory, repo: Repo, yielding: str, kinds: st.SearchStrategy[Step], before: Sequence[Step] = ()
) -> None:
    """Do any steps, merge everybody with everybody, and look at what they come to."""
    runs = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not os.environ.get("GIT_MEMORY_STRESS"),
        phases=[Phase.generate],  # shrinking takes minutes of git
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(kinds, min_size=4, max_size=14))
    def run(steps: list[Step]) -> None:
        nonlocal runs
        runs += 1
        world = World(memory, repo, f"{yielding}-{runs}")
        for step in before:
            world.do(step)
        for other in range(1, SIDES) if before else ():
            world.merge(other, 0, yielding)
        for step in steps:
            world.do(step)
        for other in range(1, SIDES):
            world.merge(0, other, yielding)
        for into in range(1, SIDES):
            world.merge(into, 0, yielding)
        assert len({store.tip() for store in world.stores}) == 1
        records = world.records(world.stores[0])
        left = {record.id for record in records.values()}
        assert world.made - world.deleted <= left <= world.made
        for path, record in records.items():
            text = (world.stores[0].snapshot().read(path) or b"").decode()
            assert world.written.get(record.id, set()) <= set(text.split())

    run()
