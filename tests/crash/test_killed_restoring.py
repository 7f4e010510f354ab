"""A restore in place that is killed: every file is as it was or as it is to be, and both states come back.

Repeat a round that failed with ``GIT_MEMORY_SEED=<the seed that it says>``.
"""

from __future__ import annotations

import copy
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash.tools import LONG, PROGRAM, Place
from support import Repo
from work_trees import leftovers, picture, users_own

SEED = int(os.environ.get("GIT_MEMORY_SEED", "20261121"))
KILLS = 150 if LONG else 2

# Restores, and kills itself right before its n-th operation on files after it was asked to: the whole of it
# when there is none. Told before anything is touched: the name of the state before.
RESTORER = """
import os, signal, sys
from lsp_server.memory.facade import Memory

OPERATIONS = {"os." + name for name in "rename remove link symlink mkdir rmdir chmod truncate".split()}
left = int(sys.argv[2])

def watch(event, given):
    global left
    writes = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
    if event in OPERATIONS or writes:
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

with Memory.open(".") as memory:
    memory.version()
    sys.addaudithook(watch)
    memory.restore_in_place(sys.argv[1])
    print(int(sys.argv[2]) - left, flush=True)
"""


class Work:
    """A work tree with a snapshot of how it was, ``then``, and work since, ``since``."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.repo: Repo = place.repo
        root = self.repo.root
        self.repo.write("folder/deep/file.txt", "then\n")
        self.repo.write("run", "then\n").chmod(0o755)
        self.repo.write("crlf.txt", "then\r\n")
        (root / "link").symlink_to("run")
        self.repo.git("add", ".")
        for number in range(30):
            self.repo.write(f"many/{number}.txt", f"then {number}\n" * 200)
        self.then = picture(root)
        self.checkpoint = json.loads(place.do("checkpoint", "Then", "--snapshot", "--json"))["label"]
        (root / "folder" / "deep" / "file.txt").unlink()
        (root / "folder" / "deep").rmdir()
        self.repo.write("folder/deep", "a file now\n")
        (root / "link").unlink()
        (root / "link").symlink_to("crlf.txt")
        (root / "run").chmod(0o644)
        self.repo.write("crlf.txt", "since\n")
        for number in range(25):
            self.repo.write(f"many/{number}.txt", f"since {number}\n" * 200)
        for number in range(25, 30):
            (root / f"many/{number}.txt").unlink()
        self.repo.write("staged.txt", "since\n")
        self.repo.git("add", "staged.txt")
        self.since, self.own = picture(root), users_own(self.repo)

    def copy(self, folder: Path) -> Work:
        """The same once more, to be broken."""
        other = copy.copy(self)
        other.place = self.place.copy(folder)
        other.repo = other.place.repo
        return other

    def check(self) -> None:
        """After a kill, whenever it came."""
        now = picture(self.repo.root)
        for path, leaf in now.items():
            assert leaf in (self.since.get(path), self.then.get(path)), f"{path} is neither old nor new"
        assert users_own_but_ours(self.repo) == without_ours(self.own)
        if now != self.since:
            told = self.place.memory("restore").stderr
            kept = json.loads(self.place.do("restore", "--json"))
            name = next(one["name"] for one in kept if one["name"].startswith("before-"))
            is_told = f"a restore was cut short here; the state before it is kept: git memory restore {name}"
            assert now == self.then or is_told in told
            self.place.do("restore", name, "--in-place", "--yes")
        assert picture(self.repo.root) == self.since, "what was there before did not come back"
        self.place.do("restore", self.checkpoint, "--in-place", "--yes")
        now = picture(self.repo.root)
        assert {path: now.get(path) for path in self.then} == self.then
        assert set(now) == set(self.then)
        assert leftovers(self.repo) == []
        self.repo.git("status", "--porcelain")


def users_own_but_ours(repo: Repo) -> dict[str, bytes]:
    return without_ours(users_own(repo))


def without_ours(own: dict[str, bytes]) -> dict[str, bytes]:
    ours = b"git-memory-restoring"
    return own | {"others": b"\n".join(name for name in own["others"].split(b"\n") if name != ours)}


@pytest.fixture
def works(place: Place, tmp_path: Path) -> Iterator[Work]:
    """As many as are asked for, each its own."""

    def make() -> Iterator[Work]:
        first = Work(place)
        for number in itertools.count():
            yield first.copy(tmp_path / f"copy-{number}")
            shutil.rmtree(tmp_path / f"copy-{number}")

    return make()


def killed_at(work: Work, operation: int) -> bool:
    """Restore, with a kill before that operation; whether it came to its end first."""
    done = subprocess.run(
        [sys.executable, "-c", RESTORER, work.checkpoint, str(operation)],
        cwd=work.repo.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode == 0


def test_a_restore_that_is_killed_before_any_operation_on_files_loses_nothing(works: Iterator[Work]) -> None:
    chance = random.Random(SEED)
    work = next(works)
    assert killed_at(work, 10_000)
    assert picture(work.repo.root) == work.then
    operation = 0
    while True:
        work = next(works)
        if killed_at(work, operation):
            break
        try:
            work.check()
        except AssertionError as error:
            raise AssertionError(f"killed before operation {operation}, seed {SEED}: {error}") from error
        operation += 1 if LONG else chance.randrange(15, 35)
    assert operation > 60, "the kills came too late to meet the restore at work"


def test_a_restore_that_is_killed_at_any_instant_loses_nothing(works: Iterator[Work]) -> None:
    chance = random.Random(SEED)
    for round_ in range(KILLS):
        work = next(works)
        restore = subprocess.Popen(
            [PROGRAM, "restore", work.checkpoint, "--in-place", "--yes"],
            cwd=work.repo.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        assert restore.stdout
        for line in restore.stdout:
            if line.startswith("The state before is kept"):
                break
        time.sleep(chance.uniform(0, 0.02))
        os.killpg(restore.pid, signal.SIGKILL)
        restore.wait()
        restore.stdout.close()
        try:
            work.check()
        except AssertionError as error:
            raise AssertionError(f"round {round_}, seed {SEED}: {error}") from error


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9] if LONG else [0.6])
def test_a_snapshot_that_is_killed_is_there_whole_or_not_at_all(works: Iterator[Work], share: float) -> None:
    work = next(works)
    begun = time.monotonic()
    work.place.do("checkpoint", "Whole", "--snapshot")
    took = time.monotonic() - begun
    taking = subprocess.Popen(
        [PROGRAM, "checkpoint", "Killed", "--snapshot"],
        cwd=work.repo.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(took * share)
    os.killpg(taking.pid, signal.SIGKILL)
    taking.wait()
    assert picture(work.repo.root) == work.since
    assert users_own(work.repo) == work.own
    for snapshot in json.loads(work.place.do("restore", "--json")):
        work.repo.git("fsck", "--strict", "--no-dangling", snapshot["commit"])
        work.place.do("restore", snapshot["name"], "--in-place", "--dry-run")
    work.place.do("checkpoint", "After", "--snapshot")
    assert leftovers(work.repo) == []
