"""Clones that write, edit, delete and sync in any order, killed in between: in the end all hold one memory.

Hypothesis looks for an order that breaks it, and prints the shortest one that it found as a program.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from crash.tools import LONG, PROGRAM, eventually, gone, leftovers
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from support import Repo

from lsp_server.errors import AmbiguousError, GitMemoryError, NotFoundError, RefusedError
from lsp_server.memory.facade import Memory
from lsp_server.records.model import Kind, Record

CLONES = 3
EXAMPLES, STEPS = (60, 40) if LONG else (4, 12)

clones = st.integers(0, CLONES - 1)
numbers = st.integers(0, 1000)


@dataclass
class Known:
    """What was acknowledged of one record."""

    kind: Kind
    labels: set[str] = field(default_factory=set)
    deleted: bool = False
    edited_after_or_beside: bool = False


class Clones(RuleBasedStateMachine):
    """Real repositories around a bare one."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="clones-"))
        self.known: dict[str, Known] = {}
        self.count = 0
        self.memories: list[Memory] = []

    @initialize(begun_apart=st.booleans())
    def begin(self, begun_apart: bool) -> None:
        hub = Repo(self.folder)
        hub.git("init", "-q", "--bare", "--template=", "hub.git")
        first = self.make(0)
        first.git("commit", "-q", "--allow-empty", "-m", "Start")
        first.git("push", "-q", "origin", "main")
        for number in range(1, CLONES):
            self.make(number)
        for number in range(CLONES):
            self.memories.append(Memory.open(self.root(number)))
        self.memories[0].initialise()
        if not begun_apart:
            self.memories[0].sync()
        for memory in self.memories[1:]:
            if begun_apart:
                memory.initialise()
            else:
                memory.sync()
        for number in range(CLONES):  # the same numbers on every side, from the start
            self.record(number, Kind.DECISION)
            self.record(number, Kind.BUG)

    def make(self, number: int) -> Repo:
        repo = Repo(self.root(number))
        repo.root.mkdir()
        repo.git("init", "-q", "--template=")
        repo.git("remote", "add", "origin", "../hub.git")
        return repo

    def root(self, number: int) -> Path:
        return self.folder / f"clone-{number}"

    def pick(self, clone: int, number: int, *kinds: Kind) -> Record | None:
        """One of the records that a clone has."""
        found = [r for r in self.memories[clone].list(limit=10_000) if r.kind in kinds or not kinds]
        found.sort(key=lambda record: record.id)
        return found[number % len(found)] if found else None

    def labels_given(self, clone: int) -> set[str]:
        """Every label that stands or stood for something, as far as a clone can know."""
        records = self.memories[clone].list(limit=10_000)
        given = {label for record in records for label in (record.label, *record.aliases)}
        tombs = Repo(self.root(clone)).git("ls-tree", "-r", "--name-only", "memory", "deleted").split()
        for tomb in tombs:
            for kind, label in (("decisions", "ADR"), ("bugs", "BUG")):
                if f"/{kind}/" in tomb:
                    number = int("".join(c for c in tomb.rpartition("/")[2] if c.isdigit()))
                    given |= {f"{label}-{number}", f"{label}-{number:04}"}
        return given

    def touched(self, record: Record) -> None:
        self.known[record.id].edited_after_or_beside = True
        self.known[record.id].labels.add(record.label)

    # what people do ------------------------------------------------------------------------------------
    @rule(clone=clones, kind=st.sampled_from([Kind.DECISION, Kind.BUG, Kind.LEARNING]))
    def record(self, clone: int, kind: Kind) -> None:
        self.count += 1
        # The same few titles again and again, as two people who had the same idea.
        title = f"Idea {self.count % 4}"
        given = self.labels_given(clone)
        made = self.memories[clone].record(kind, title, text="First.\n\nSecond.\n\nThird.", tags=["one"])
        assert made.label not in given, f"{made.label} was given before"
        self.known[made.id] = Known(kind, {made.label})

    @rule(clone=clones, number=numbers, where=st.sampled_from(["First.", "Second.", "Third."]))
    def edit(self, clone: int, number: int, where: str) -> None:
        record = self.pick(clone, number)
        if record is None:
            return
        text = self.memories[clone].text(record.id)
        self.count += 1
        new = text.replace(where, f"{where[:-1]} by {clone}, {self.count}.", 1)
        if new != text:
            self.memories[clone].amend(record.id, new)
            self.touched(record)

    @rule(one=clones, other=clones, number=numbers)
    def edit_one_field_on_two_clones(self, one: int, other: int, number: int) -> None:
        record = self.pick(one, number)
        if record is None or self.memories[other].find(record.id) is None:
            return
        for clone in {one, other}:
            text = self.memories[clone].text(record.id)
            title = next(line for line in text.splitlines() if line.startswith("# "))
            self.memories[clone].amend(record.id, text.replace(title, f"{title} ({clone})", 1))
        self.touched(record)

    @rule(
        clone=clones,
        number=numbers,
        status=st.sampled_from(["accepted", "rejected", "deprecated", "in-progress", "fixed", "wont-fix"]),
    )
    def mark(self, clone: int, number: int, status: str) -> None:
        record = self.pick(clone, number, Kind.DECISION, Kind.BUG)
        if record is None:
            return
        try:
            self.memories[clone].mark(record.id, status)
        except GitMemoryError:  # an impossible step
            return
        self.touched(record)

    @rule(clone=clones, number=numbers)
    def supersede(self, clone: int, number: int) -> None:
        record = self.pick(clone, number, Kind.DECISION)
        if record is None:
            return
        given = self.labels_given(clone)
        try:
            old, new = self.memories[clone].supersede(record.id, "A better idea")
        except RefusedError:
            return
        assert new.label not in given, f"{new.label} was given before"
        self.touched(old)
        self.known[new.id] = Known(Kind.DECISION, {new.label})

    @rule(clone=clones, number=numbers)
    def delete(self, clone: int, number: int) -> None:
        record = self.pick(clone, number)
        if record is not None:
            self.memories[clone].delete(record.id)
            self.known[record.id].deleted = True

    @rule(clone=clones)
    def initialise_again(self, clone: int) -> None:
        self.memories[clone].initialise()

    @rule(clone=clones)
    def sync(self, clone: int) -> None:
        self.memories[clone].sync()

    @rule(clone=clones, after=st.floats(0.1, 0.5))
    @precondition(lambda self: bool(self.known))
    def sync_and_be_killed(self, clone: int, after: float) -> None:
        process = subprocess.Popen(
            [PROGRAM, "sync"],
            cwd=self.root(clone),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(after)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        gone(process.pid)
        git_dir = self.root(clone) / ".git"
        # The gits that hold the locks of refs end by themselves, and the user's own fetch goes on.
        assert eventually(lambda: not [x for x in leftovers(git_dir / "refs") if x.endswith(".lock")])
        # (Two gits that fetch in the same moment may meet at the tracking ref; one of them says so.)
        assert eventually(lambda: self.fetches(clone))

    def fetches(self, clone: int) -> bool:
        fetch = ["git", "fetch", "-q", "origin"]
        return not subprocess.run(fetch, cwd=self.root(clone), capture_output=True, check=False).returncode

    # what must hold ------------------------------------------------------------------------------------
    def teardown(self) -> None:
        try:
            if self.memories:
                self.converge()
        finally:
            for memory in self.memories:
                memory.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def converge(self) -> None:
        for _ in range(2):
            for memory in self.memories:
                memory.sync()
        trees = [Repo(self.root(n)).git("rev-parse", "memory^{tree}") for n in range(CLONES)]
        trees.append(Repo(self.folder / "hub.git").git("rev-parse", "memory^{tree}"))
        assert len(set(trees)) == 1, "the clones hold different memories"
        for number in range(CLONES):
            self.check(number)

    def check(self, clone: int) -> None:
        memory = self.memories[clone]
        records = {record.id: record for record in memory.list(limit=10_000)}
        assert memory.broken_files() == []
        assert set(records) <= set(self.known)
        renumbered = any(record.aliases for record in records.values())
        for record_id, known in self.known.items():
            record = records.get(record_id)
            if record is None:
                assert known.deleted, f"{known.labels} was acknowledged and is lost"
                continue
            # (Where a number was given twice, records are edited by the merge itself, and an edit survives.)
            edited = known.edited_after_or_beside or renumbered
            assert not known.deleted or edited, f"{record.label} came back by itself"
            self.check_labels(memory, record, known)
        labels = [record.label for record in records.values()]
        assert len(labels) == len(set(labels)), f"a label twice: {sorted(labels)}"
        repo = Repo(self.root(clone))
        assert leftovers(repo.root / ".git") == []
        assert repo.git("fsck", "--strict", "--connectivity-only", "--no-dangling", "--no-progress") == ""

    def check_labels(self, memory: Memory, record: Record, known: Known) -> None:
        for label in known.labels:
            assert label in (record.label, *record.aliases), f"{label} is forgotten; it is {record.label} now"
            try:
                found = memory.get(label)
            except NotFoundError:
                raise AssertionError(f"{label} leads nowhere") from None
            except AmbiguousError as error:  # two had it, and both have another one now
                if record.id[:8] not in str(error):
                    raise
                continue
            assert found.id == record.id or found.label == label, "only a live label beats an alias"


Clones.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=not LONG,
    database=None,
    print_blob=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink] if LONG else [Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.usefixtures("home")
class TestClones(Clones.TestCase):  # type: ignore[name-defined,misc]  # hypothesis makes it at run time
    """N clones × M writes with random syncs, until they converge."""
