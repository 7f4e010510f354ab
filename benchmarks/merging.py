"""Merging two tips with many new records each, against git's own fetch and push of the same commits.

Learnings that have nothing to do with each other, decisions that all have the numbers of the others', and
records edited on both sides; then how the time grows with what is merged, and that it does not with what is
there.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from _measuring import git, report, repository, timed, word

from lsp_server import Memory
from lsp_server.memory.merging import merge_into

NEW = 1_000
SIZES = (250, 1_000, 4_000)
THERE = (0, 20_000)  # records that both sides have
ROUNDS = 2
LINEAR = 1.5  # times the cost a record may have at the largest size, against the smallest
LIMIT = 2.0  # times git's fetch and push


def learnings(side: str, count: int) -> Iterator[tuple[str, str]]:
    chance = random.Random(side)
    for number in range(count):
        month, day = number % 12 + 1, number % 28 + 1
        name = f"{word(number)}-{word(number * 7)}-{side}-{number}"
        yield (
            f"learnings/2025/{month:02d}/{day:02d}-{name}.md",
            f"---\nid: {uuid.UUID(int=chance.getrandbits(128), version=4)}\nkind: learning\n"
            f"created: 2025-{month:02d}-{day:02d}T10:00:00+00:00\n---\n\n# {name}\n\n## Lesson\n\n"
            f"The {word(number * 3)} of the {name} needs a {word(number * 5)}.\n",
        )


def decisions(side: str, count: int) -> Iterator[tuple[str, str]]:
    chance = random.Random(side)
    for number in range(1, count + 1):
        folder = "decisions" if number < 1000 else f"decisions/{number // 1000 * 1000}"
        yield (
            f"{folder}/{number:04d}-{word(number)}-{side}.md",
            f"---\nid: {uuid.UUID(int=chance.getrandbits(128), version=4)}\nkind: decision\n"
            f"number: {number}\nstatus: proposed\ncreated: 2025-01-01T10:00:00.{number:06d}+00:00\n---\n\n"
            f"# {word(number)} {side}\n\n## Context and Problem Statement\n\n"
            f"Since ADR-{max(number - 1, 1):04d} the {word(number * 3)} is {word(number * 5)}.\n",
        )


def edited(side: str, count: int) -> Iterator[tuple[str, str]]:
    for path, text in learnings("both", count):
        yield (
            path,
            text.replace("\n---\n\n", f"\ntags: [{side}]\n---\n\n") if side == "a" else f"{text}\nBesides.\n",
        )


Make = Callable[[str, int], Iterator[tuple[str, str]]]


def write(root: Path, files: Iterator[tuple[str, str]]) -> None:
    """One commit of git's own on the memory branch."""
    stream = [
        b"commit refs/heads/memory\ncommitter Bench <bench@example.org> 1770000000 +0000\ndata 6\nwrite\n\n"
        b"from refs/heads/memory^0\n"
    ]
    for path, text in files:
        data = text.encode()
        stream.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    git("fast-import", "--quiet", cwd=root, stdin=b"".join(stream))


def merged(root: Path, make: Make, count: int) -> tuple[float, float]:
    """The milliseconds of one merge, and of git's fetch and push of the other side's commit."""
    ours, theirs, hub = root.with_name("ours"), root.with_name("theirs"), root.with_name("hub.git")
    for place in (ours, theirs, hub):
        shutil.rmtree(place, ignore_errors=True)
    if make is edited:
        write(root, learnings("both", count))
    for place in (ours, theirs):
        shutil.copytree(root, place)
    git("clone", "-q", "--bare", str(root), str(hub), cwd=root)
    write(ours, make("a", count))
    write(theirs, make("b", count))
    durable = ["-c", "core.fsync=all"]

    def exchange() -> None:
        branch = "refs/heads/memory"
        git(*durable, "fetch", "-q", "--no-auto-gc", str(theirs), f"+{branch}:refs/bench/theirs", cwd=ours)
        subprocess.run(
            ["git", *durable, "push", "-q", str(hub), f"{branch}:{branch}"],
            cwd=ours,
            check=True,
            stderr=subprocess.DEVNULL,
        )

    floor = timed(exchange)
    tip = git("rev-parse", "refs/bench/theirs", cwd=ours).decode().strip()
    with Memory.open(ours) as memory:
        core = memory._core
        core.store.snapshot()

        def merge() -> object:
            return merge_into(core, core.store, tip, source="theirs", yielding="ours")

        took = timed(merge)
        assert core.store.contains(core.store.tip() or "", tip)
    return took, floor


def best(there: int, make: Make, count: int) -> tuple[float, float]:
    """The quickest of some rounds: the machine's other work only ever adds."""
    times = []
    for _ in range(ROUNDS):
        with repository(there) as root:
            times.append(merged(root, make, count))
    return min(took for took, _ in times), min(floor for _, floor in times)


def main() -> None:
    for name, make in (
        ("learnings", learnings),
        ("decisions, all colliding", decisions),
        ("records edited twice", edited),
    ):
        costs = []
        for count in SIZES:
            took, floor = best(0, make, count)
            costs.append(took / count)
            what = f"merge: {count} {name}, each side; fetch and push"
            if make is learnings and count == NEW:
                report(what, took, floor, LIMIT)
            else:
                figures = f"{took:8.2f} ms / {floor:8.2f} ms = {took / floor:5.2f}"
                print(f"{what:<58} {figures}  {count / took * 1000:.0f} records/s", flush=True)
        growth = costs[-1] / costs[0]
        print(f"merge: {name}: a record at {SIZES[-1]} costs {growth:.2f} of one at {SIZES[0]}", end="  ")
        print("ok" if growth <= LINEAR else "NOT LINEAR", flush=True)
    small, large = (best(there, learnings, NEW)[0] for there in THERE)
    print(
        f"merge: {NEW} learnings into {THERE[1]} records: {large:.1f} ms, into none {small:.1f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
