"""A thousand records as one commit, against one bare ``git fast-import`` of the same bytes; and the curve.

Every round has new texts, so that nothing is there already; git's own import syncs to disk as ours does.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from statistics import median

from _measuring import git, report, repository, timed, word

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.store.base import ChangeSet
from lsp_server.store.git_store import GitStore
from lsp_server.store.repository import Repository

COUNT = 1000
ROUNDS = 9
CURVE = (250, 1_000, 4_000, 16_000)

_numbers = itertools.count()


def main(curve: tuple[int, ...]) -> None:
    """The three figures at a thousand records, then the cost of one record in batches of other sizes."""
    bare, store, whole = [], [], []
    with repository(100) as root, Memory.open(root) as memory:
        repo = Repository.begin(root).wait()
        ours = GitStore(repo)
        beside = ours.on("refs/heads/beside")  # nobody's index has to follow it
        write(memory, 10)  # what is loaded once is loaded
        for _ in range(ROUNDS):
            whole.append(timed(lambda: write(memory, COUNT)))
            texts = texts_of(root)
            bare.append(timed(partial(fast_import, root, renewed(texts))))
            changes = ChangeSet("x", renewed(texts))
            git("update-ref", "refs/heads/beside", "refs/heads/memory", cwd=root)
            store.append(timed(partial(beside.commit, partial(unconditionally, changes))))
        ours.close()
    report(f"the store, given {COUNT:,} rendered records", median(store), median(bare), 1.3)
    report(f"a batch of {COUNT:,} records, in the index", median(whole), median(bare), 3.0)
    costs = {size: cost_in_a_batch_of(size) for size in curve}
    for size, cost in costs.items():
        print(f"  a record in a batch of {size:>6,}: {cost:.3f} ms")
    smallest, largest = min(costs), max(costs)
    report(f"a record in a batch of {largest:,} as of {smallest:,}", costs[largest], costs[smallest], 1.3)


def unconditionally(changes: ChangeSet, _: object) -> ChangeSet:
    """What ``GitStore.commit`` asks for, whatever the tip."""
    return changes


def write(memory: Memory, count: int) -> None:
    """Records in one batch, and then the index at the tip."""
    with memory.batch("import the retro's results"):
        for _ in range(count):
            number = next(_numbers)
            memory.record(
                Kind.LEARNING,
                f"{word(number)} {word(number * 7)} {number}",
                fields={
                    "lesson": f"Always look at the {word(number * 3)} {number} before you leap. " * 4,
                    "what_happened": f"The {word(number * 5)} broke in production at night. " * 3,
                },
                tags=[word(number % 11)],
            )
    assert len(memory.headlines(limit=1)) == 1


def cost_in_a_batch_of(size: int) -> float:
    """The median time of one record, in milliseconds."""
    with repository(0) as root, Memory.open(root) as memory:
        write(memory, 10)
        return median(timed(lambda: write(memory, size)) for _ in range(3 if size > COUNT else 5)) / size


def texts_of(root: Path) -> Mapping[str, bytes]:
    """What the last commit wrote, by path."""
    command = ["git", "diff-tree", "-r", "--no-commit-id", "--raw", "--no-abbrev", "memory"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    found = [(line.split("\t")[1], line.split()[3]) for line in listed.splitlines()]
    asked = "".join(f"{object_id}\n" for _, object_id in found).encode()
    data = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=root, input=asked, check=True, capture_output=True
    ).stdout
    texts, place = {}, 0
    for path, _ in found:
        end = data.index(b"\n", place)
        size = int(data[place:end].split()[2])
        texts[path] = data[end + 1 : end + 1 + size]
        place = end + size + 2
    return texts


def renewed(texts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same texts at paths of their own, with other bytes of the same number."""
    number = next(_numbers)
    old, new = b"before you leap", b"bef%08d leap" % number
    return {path.replace(".md", f"-{number}.md"): data.replace(old, new) for path, data in texts.items()}


def fast_import(root: Path, files: Mapping[str, bytes]) -> None:
    """One commit on a branch beside the memory, as plain as it can be."""
    pieces = [
        b"commit refs/heads/bare\ncommitter Bench <bench@example.org> 1700000000 +0000\n"
        b"data 2\nx\n\nfrom refs/heads/memory^0\n"
    ]
    for path, data in files.items():
        pieces.append(b'M 100644 inline "%s"\ndata %d\n' % (path.encode(), len(data)))
        pieces.append(data)
        pieces.append(b"\n")
    pieces.append(b"\ndone\n")
    command = ["git", "-c", "core.fsync=all", "fast-import", "--quiet", "--done", "--force"]
    subprocess.run(command, cwd=root, input=b"".join(pieces), check=True)


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or CURVE)
