"""Writers that do not keep out of each other's way: no lock, a copied directory, several clones at once."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from crash.tools import LONG, Place, assert_whole, leftovers, start
from support import Repo

WRITES = 40 if LONG else 5

# argv: name, how many, whether the lock locks, whether to sync now and then.
WRITER = """
import fcntl, json, os, random, sys
name, writes, locks, syncs = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "locks", sys.argv[4] == "syncs"
if not locks:
    fcntl.flock = lambda descriptor, how: None  # as on a file system that only pretends to lock
from lsp_server.errors import StoreError
from lsp_server.memory.facade import Memory
from lsp_server.records.model import Kind

chance = random.Random(name)
with Memory.open(".") as memory:
    for n in range(writes):
        made = memory.record(Kind.DECISION, f"Decision {name}-{n}")
        os.write(1, (json.dumps([made.id, made.label]) + "\\n").encode())
        if syncs and chance.random() < 0.4:
            memory.sync()
"""


def write(place: Path, name: str, *, locks: bool, syncs: bool = False) -> subprocess.Popen[str]:
    arguments = [name, str(WRITES), "locks" if locks else "", "syncs" if syncs else ""]
    return start(WRITER, *arguments, cwd=place, stderr=subprocess.PIPE)


def acknowledged(writers: list[subprocess.Popen[str]]) -> dict[str, str]:
    """What they all were told, by id."""
    said: dict[str, str] = {}
    for writer in writers:
        out, err = writer.communicate(timeout=300)
        assert not writer.returncode, err
        said.update(json.loads(line) for line in out.splitlines())
    assert len(said) == WRITES * len(writers)
    return said


def records(place: Place) -> dict[str, dict[str, object]]:
    return {r["id"]: r for r in json.loads(place.do("list", "--json", "--limit", "100000"))}


def assert_all_there(place: Place, said: dict[str, str]) -> None:
    found = records(place)
    for record_id, label in said.items():
        assert record_id in found, f"{label} was acknowledged and is lost"
        aliases = found[record_id]["aliases"]
        assert isinstance(aliases, list)
        assert label in (found[record_id]["label"], *aliases)
    labels = [r["label"] for r in found.values()]
    assert len(labels) == len(set(labels))
    assert leftovers(place.git_dir) == []
    assert_whole(place.repo)


def test_writers_whose_lock_does_not_lock_lose_nothing(place: Place) -> None:
    said = acknowledged([write(place.repo.root, f"w{n}", locks=False) for n in range(3)])
    assert len(set(said.values())) == len(said), "a number was given twice"
    assert_all_there(place, said)


@pytest.mark.parametrize("locks", [True, False], ids=["lock", "no lock"])
def test_a_copy_made_while_writers_work_is_a_memory_and_merges_back(place: Place, locks: bool) -> None:
    copy = Place(place.folder / "copied")
    copy.folder.mkdir()
    place.do("sync")
    here = [write(place.repo.root, f"here{n}", locks=locks) for n in range(2)]
    # What is pointed at comes last, as git itself copies: a ref that is newer than the objects is torn.
    (copy.git_dir / "refs").mkdir(parents=True)
    for part in ("refs", "."):
        copy_tree(place.git_dir / part, copy.git_dir / part)
    copy.repo.git("reset", "-q")
    said = acknowledged(here)
    for lock in copy.git_dir.rglob("*.lock"):
        lock.unlink()  # of a git that was at work in the other place
    theirs = acknowledged([write(copy.repo.root, "there", locks=locks)])
    merged = dict(said)
    merged.update(theirs)
    copy.do("sync", str(place.repo.root))
    place.do("sync", str(copy.repo.root))
    assert place.repo.git("rev-parse", "memory^{tree}") == copy.repo.git("rev-parse", "memory^{tree}")
    assert_all_there(place, merged)
    assert set(records(copy)) == set(records(place))


def copy_tree(source: Path, target: Path) -> None:
    """Copy what is there and not copied yet, while others write: a file may be gone when its turn comes."""
    target.mkdir(exist_ok=True)
    for entry in sorted(source.iterdir()):
        with suppress(FileNotFoundError):
            if entry.is_dir():
                copy_tree(entry, target / entry.name)
            elif not (target / entry.name).exists():
                shutil.copy2(entry, target / entry.name)


def test_processes_in_several_clones_that_sync_as_they_write_converge(place: Place) -> None:
    place.do("sync")
    folder = place.folder
    clones = [place]
    for number in range(1, 3):
        other = Place(folder / f"clone-{number}")
        other.folder.mkdir()
        Repo(folder).git("clone", "-q", "remote.git", str(other.repo.root))
        other.do("sync")
        clones.append(other)
    writers = [
        write(clone.repo.root, f"{c}-{n}", locks=True, syncs=True)
        for c, clone in enumerate(clones)
        for n in range(3 if LONG else 2)
    ]
    said = acknowledged(writers)
    for clone in [*clones, *clones]:
        clone.do("sync")
    assert len({clone.repo.git("rev-parse", "memory^{tree}") for clone in clones}) == 1
    for clone in clones:
        assert_all_there(clone, said)
