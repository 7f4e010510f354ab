"""Two clones with new records each, synced, against git's own fetches and pushes of the very same commits.

First what the product takes before index and secret scan: looking, fetching into a directory of its own,
merging by record, committing, pushing. Then with the scan of what came and the index, as people meet it.
"""

from __future__ import annotations

import random
import shutil
import statistics
import subprocess
import sys
import uuid
from pathlib import Path
from typing import NamedTuple

from _measuring import git, report, repository, timed, word

from lsp_server import Memory
from lsp_server.memory import Kind, foreign_secrets

LIMIT = 2.0
ROUNDS = 5
THERE = 1_000  # records that both clones have before
DURABLE = ("-c", "core.fsync=all")  # as the product's own commands


class Times(NamedTuple):
    """One round, in milliseconds."""

    ours: float
    index_and_scan: float
    floor: float


def write(root: Path, new: int, commits: int) -> None:
    """New learnings of one clone, in some commits, by one process of git's."""
    chance = random.Random(root.name)
    stream: list[bytes] = []
    for number in range(new):
        title = f"{word(number)} {word(number * 7)} {root.name} {number}"
        month, day = number % 12 + 1, number % 28 + 1
        text = (
            f"---\nid: {uuid.UUID(int=chance.getrandbits(128), version=4)}\nkind: learning\n"
            f"created: 2025-{month:02d}-{day:02d}T10:00:00+00:00\n---\n\n# {title}\n\n"
            f"## Lesson\n\nThe {word(number * 3)} of the {title} needs a {word(number * 5)}.\n"
        ).encode()
        if number * commits // new != (number - 1) * commits // new:
            stream.append(
                b"commit refs/heads/memory\ncommitter Bench <bench@example.org> 1770000000 +0000\n"
                b"data 6\nlearn\n\n" + (b"" if number else b"from refs/heads/memory^0\n")
            )
        path = f"learnings/2025/{month:02d}/{day:02d}-{title.replace(' ', '-')}.md"
        stream.append(f"M 100644 inline {path}\ndata {len(text)}\n".encode() + text + b"\n")
    git("fast-import", "--quiet", cwd=root, stdin=b"".join(stream))


def prepare(root: Path, folder: Path, new: int, commits: int) -> None:
    """A hub and two clones that agreed with it and then wrote, each its own records."""
    hub = folder / "hub.git"
    git("clone", "-q", "--bare", str(root), str(hub), cwd=root)
    for name in ("one", "two"):
        clone = folder / name
        git("clone", "-q", "--no-checkout", str(hub), str(clone), cwd=root)
        git("remote", "set-url", "origin", "../hub.git", cwd=clone)  # the folder is copied
        with Memory.open(clone) as memory:
            memory.sync()
            memory.record(Kind.LEARNING, f"a push before, by {name}", fields={"lesson": "as usual"})
            memory.sync()
            memory.list(limit=1)
    with Memory.open(folder / "one") as memory:
        memory.sync()
    for clone in (folder / "one", folder / "two"):
        write(clone, new, commits)


def ours(folder: Path) -> tuple[float, float]:
    """Both clones sync, and the first once more for what the second pushed. Milliseconds before index and
    scan, and of these two."""
    scan = foreign_secrets.secrets_between
    foreign_secrets.secrets_between = lambda *_: []
    total = 0.0
    for name in ("one", "two", "one"):
        with Memory.open(folder / name) as memory:
            total += timed(memory.sync)
    foreign_secrets.secrets_between = scan
    besides = 0.0
    for name in ("one", "two"):
        with Memory.open(folder / name) as memory:
            tip = memory.version()
            assert tip is not None
            old = git("rev-parse", "memory@{1}", cwd=folder / name).decode().strip()
            store = memory._core.mainline
            besides += timed(lambda s=store, o=old, t=tip: scan(s, o, t))
            besides += timed(lambda m=memory: m.list(limit=1))
    return total, besides


def floor(folder: Path, merged: Path) -> float:
    """The same exchange by git alone: push, fetch, push, fetch. The merge is taken from ``merged``, a clone
    that has made it, while the clock stands still: git has no merge that would do."""
    one, two = folder / "one", folder / "two"

    def run(clone: Path, *arguments: str) -> float:
        return timed(lambda: subprocess.run(["git", *DURABLE, *arguments], cwd=clone, check=True))

    push = ("push", "-q", "--no-verify", "origin", "memory")
    fetch = (
        "fetch",
        "-q",
        "--no-tags",
        "--no-auto-maintenance",
        "origin",
        "memory:refs/remotes/origin/memory",
    )
    total = run(one, *push) + run(two, *fetch)
    theirs = git("rev-parse", "origin/memory", cwd=two).decode().strip()
    mine = git("rev-parse", "memory", cwd=two).decode().strip()
    tip = git("rev-parse", "memory", cwd=merged).decode().strip()
    wanted = f"{tip}\n^{theirs}\n^{mine}\n".encode()
    pack = git("pack-objects", "--revs", "--stdout", "-q", cwd=merged, stdin=wanted)
    git("unpack-objects", "-q", cwd=two, stdin=pack)
    git("update-ref", "refs/heads/memory", tip, cwd=two)
    return total + run(two, *push) + run(one, *fetch)


def measure(root: Path, new: int, commits: int) -> None:
    """Some rounds, each on fresh copies, the product and git in turns."""
    base = root.parent / f"sync-{new}-{commits}"
    base.mkdir()
    prepare(root, base, new, commits)
    rounds = []
    for number in range(ROUNDS):
        mine, gits = (base.parent / f"{base.name}-{number}-{who}" for who in ("ours", "floor"))
        for copy in (mine, gits):
            shutil.copytree(base, copy, symlinks=True)
        taken, besides = ours(mine)
        rounds.append(Times(taken, besides, floor(gits, mine / "two")))
        for copy in (mine, gits):
            shutil.rmtree(copy)
    taken, besides, gits_time = (statistics.median(column) for column in zip(*rounds, strict=True))
    how = "a commit each" if commits == new else "one commit"
    report(f"two clones, {new:,} new records each, {how}", taken, gits_time, LIMIT)
    print(f"    with the scan of what came and the index: {taken + besides:8.2f} ms", flush=True)


def main(sizes: tuple[int, ...]) -> None:
    """At each number of new records, written one by one and as a batch."""
    with repository(THERE) as root:
        for new in sizes:
            measure(root, new, new)
            measure(root, new, 1)


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or (1_000,))
