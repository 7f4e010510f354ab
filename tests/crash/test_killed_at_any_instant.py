"""Writers that are killed at random instants: whatever they were told is written is there.

Repeat a round that failed with ``GIT_MEMORY_SEED=<the seed that it says>``.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time

import pytest
from crash.tools import (
    LONG,
    Place,
    assert_index_is_good,
    assert_whole,
    eventually,
    gone,
    leftovers,
    start,
    the_users_own_git_works,
    told,
)

KILLS = 300 if LONG else 3  # of each of the three ways
SEED = int(os.environ.get("GIT_MEMORY_SEED", "20261121"))

# Everything that changes records, in a loop; each is acknowledged on the pipe after it was done.
WRITER = """
import itertools, json, os, sys
from lsp_server.errors import StoreError
from lsp_server.memory.facade import Memory
from lsp_server.records.model import Kind

def say(*what):
    os.write(1, (json.dumps(what) + "\\n").encode())

with Memory.open(".") as memory:
    say("ready", "", "")
    for n in itertools.count():
        name = f"{sys.argv[1]}-{n}"
        decision = memory.record(Kind.DECISION, f"Decision {name}", fields={"context": "Why."})
        say("recorded", decision.id, decision.label)
        with memory.batch(f"learning: batch {name}") as batch:
            for part in ("a", "b"):
                memory.record(Kind.LEARNING, f"Learning {name}{part}")
        for record in batch.records:
            say("recorded", record.id, record.label)
        memory.mark(decision.id, "accepted")
        say("accepted", decision.id, decision.label)
        memory.search("decision", limit=1)
        if n % 2:
            memory.delete(decision.id)
            say("deleted", decision.id, decision.label)
"""

Said = list[list[str]]


def start_writer(place: Place, name: str) -> subprocess.Popen[str]:
    return start(WRITER, name, cwd=place.repo.root)


def killed(writers: list[subprocess.Popen[str]], chance: random.Random, whom: str) -> Said:
    """Let them write, kill them; all that they had acknowledged."""
    said: Said = []
    for writer in writers:
        assert writer.stdout
        said.append(json.loads(writer.stdout.readline()))
    time.sleep(chance.uniform(0, 0.25))
    for writer in writers:
        if whom == "the writer alone":
            os.kill(writer.pid, signal.SIGKILL)
        else:
            os.killpg(writer.pid, signal.SIGKILL)
    for writer in writers:
        assert writer.stdout
        said += [json.loads(line) for line in writer.stdout.read().splitlines() if line.endswith("]")]
        writer.stdout.close()
        writer.wait()
        gone(writer.pid)
    return said


def check_acknowledged(place: Place, said: Said) -> None:
    """Everything that was acknowledged stands on the branch, and numbers are given once."""
    listed = json.loads(place.do("list", "--json", "--limit", "100000"))
    records = {record["id"]: record for record in listed}
    deleted = {one[1] for one in said if one[0] == "deleted"}
    last_words = {one[1]: one[0] for one in said}
    for what, record_id, label in said:
        if what == "ready" or record_id in deleted:
            assert record_id not in records, f"{label} was deleted and is there"
            continue
        if record_id not in records:
            # The delete itself may have been done and not yet acknowledged.
            assert last_words[record_id] == "accepted", f"{label} was {what} and is lost"
            assert place.repo.git("ls-tree", "-r", "--name-only", "memory", "deleted")
            continue
        assert records[record_id]["label"] == label or not label.startswith("ADR")
        if what == "accepted":
            assert records[record_id]["status"] == "accepted"
    labels = [record["label"] for record in listed]
    assert len(labels) == len(set(labels))
    tombs = place.repo.git("ls-tree", "-r", "--name-only", "memory", "deleted/decisions").split()
    gone_numbers = [int("".join(c for c in tomb.rpartition("/")[2] if c.isdigit())) for tomb in tombs]
    numbers = [int(record["label"][4:]) for record in listed if record["kind"] == "decision"]
    assert not set(gone_numbers) & set(numbers), "a number was given twice"
    batches = [r["title"][:-1] for r in listed if r["title"].startswith("Learning ")]
    assert all(batches.count(title) == 2 for title in batches), "half of a batch"


@pytest.mark.parametrize("whom", ["the whole group", "the writer alone", "two groups at once"])
def test_whatever_was_acknowledged_before_a_kill_is_there_and_the_next_command_works(
    place: Place, whom: str
) -> None:
    everything: Said = []
    mine = place.repo.fingerprint()
    for number in range(KILLS):
        chance = random.Random(f"{SEED} {whom} {number}")
        with told(f"kill {number} of {whom!r}, seed {SEED}"):
            many = 2 if whom == "two groups at once" else 1
            writers = [start_writer(place, f"{number}-{i}") for i in range(many)]
            everything += killed(writers, chance, whom)
            assert eventually(lambda: not leftovers(place.git_dir / "refs"), patience=2)
            assert place.repo.fingerprint() == mine
            if number % 5 == 0:
                the_users_own_git_works(place.repo, gc=True)
                mine = place.repo.fingerprint()
            place.do_at_once(*(["learn", f"After kill {number}"] if number % 2 else ["list"]))
            assert leftovers(place.git_dir) == []
            if number % 5 == 0 or number == KILLS - 1:
                check_acknowledged(place, everything)
                assert_whole(place.repo)
                assert_index_is_good(place.git_dir)
