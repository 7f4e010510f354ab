"""The answers about code in a long history, with 10,000 records that name its commits and lines of its files.

``why`` against the plain ``git blame --porcelain`` of the same file, in turns: what it takes beyond that is
less than half a second. The other answers blame no long file. Times are the processors', of all processes
together: what a person waits for is less, and a busy machine does not count. The history is made, of 28,000
commits, or that of a clone of a real repository: ``answers.py REPOSITORY PATH``.
"""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from _long_history import LONG, grow
from _measuring import BIN, git, process, repository

_RUNS = 5
_BEYOND = 500.0  # milliseconds
_OTHERS = 1000.0
_RECORDS = 10_000
_FILES, _ANCHORS = 8, 5  # that records are anchored to, and in each of them


def main(commits: int, records: int) -> None:
    """On a history that is made for it."""
    with repository(0) as root:
        grow(root, commits, 2_600, changes=commits // 25)
        measure(root, LONG, records)


def on_a_clone(real: Path, path: str, records: int) -> None:
    """On a real repository's history."""
    with repository(0) as beside:
        root = beside.parent / "clone"
        git("clone", "-q", "--shared", str(real), str(root), cwd=beside)
        git("config", "user.name", "Bench", cwd=root)
        process([BIN / "git-memory", "init"], root)()
        measure(root, path, records)


def measure(root: Path, path: str, records: int) -> None:
    count = int(git("rev-list", "--count", "HEAD", cwd=root))
    fill(root, path, records)
    lines = (root / path).read_text(errors="replace").count("\n")
    memory = BIN / "git-memory"
    process([memory, "checkpoint", "Now"], root)()
    head = git("rev-parse", "HEAD~1", cwd=root).decode().strip()
    print(f"{count:,} commits, {records:,} records; {path} of {lines:,} lines")
    for what, place in (("a line", f"{path}:{lines // 2}"), ("a file", path)):
        pairs = [
            (cost(["git", "blame", "--porcelain", path], root), cost([memory, "why", place], root))
            for _ in range(_RUNS)
        ]
        blame, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
        limit(f"why, {what}: beyond blame's {blame:.0f} ms", ours - blame, _BEYOND)
    for name, arguments in (
        ("show COMMIT", ["show", "--commit", head]),
        ("checkpoint --for 1,000 commits", ["checkpoint", "--for", "HEAD~1000"]),
        ("resume", ["resume"]),
    ):
        limit(name, statistics.median(cost([memory, *arguments], root) for _ in range(_RUNS)), _OTHERS)


def fill(root: Path, path: str, count: int) -> None:
    """Records that name commits of the history, of which some are anchored to lines, in ``path`` and in other
    files; put on the branch by git itself."""
    chance = random.Random(1)  # the same memory every time
    commits = git("rev-list", "--max-count=20000", "HEAD", cwd=root).decode().split()
    files = git("ls-tree", "-r", "--name-only", "HEAD", cwd=root).decode("utf-8", "replace").split("\n")
    files = [path, *chance.sample([file for file in files if file and '"' not in file], _FILES)]
    anchors = [anchor for file in files for anchor in _anchors(root, file, chance)]
    stream = [
        b"commit refs/heads/memory\ncommitter Bench <bench@example.org> 1700000000 +0000\ndata 5\nfill\n\n"
        b"from refs/heads/memory^0\n"
    ]
    for number in range(count):
        day = number * 700 // count
        date = f"{2024 + day // 350}-{day % 350 // 30 + 1:02d}-{day % 28 + 1:02d}"
        anchor = anchors[number] if number < len(anchors) else ""
        text = (
            f"---\nid: {uuid.UUID(int=chance.getrandbits(128), version=4)}\nkind: learning\n"
            f"created: {date}T10:00:00+00:00\ncode:\n  commit: {chance.choice(commits)}\n  branch: main\n"
            f"{anchor}---\n\n# Learning {number}\n"
        )
        place = f"learnings/{date[:4]}/{date[5:7]}/{date[8:]}-learning-{number}.md"
        stream.append(f"M 100644 inline {place}\ndata {len(text.encode())}\n{text}\n".encode())
    git("fast-import", "--quiet", cwd=root, stdin=b"".join(stream))


def _anchors(root: Path, path: str, chance: random.Random) -> list[str]:
    """A few anchors on lines of a file, as a record made at HEAD would have them."""
    from lsp_server import Memory
    from lsp_server.errors import GitMemoryError
    from lsp_server.memory import CodeRange
    from lsp_server.records.anchor_text import write_anchor

    found = []
    lines = (root / path).read_bytes().count(b"\n") if (root / path).is_file() else 0
    with Memory.open(root) as memory:
        for _ in range(_ANCHORS if lines else 0):
            at = chance.randrange(lines) + 1
            with suppress(GitMemoryError):  # a binary file has no lines
                anchor = memory._core.code.anchor(CodeRange(path, at, at))
                found.append(f"anchors:\n  - {write_anchor(anchor).replace(chr(10), chr(10) + '  ')}\n")
    return found


def cost(arguments: Sequence[str | Path], root: Path) -> float:
    """The processor time of a command and of what it starts, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(arguments, cwd=root, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


def limit(what: str, milliseconds: float, most: float) -> None:
    verdict = "ok" if milliseconds <= most else "TOO SLOW"
    print(f"{what:<58} {milliseconds:8.0f} ms  (at most {most:.0f} ms)  {verdict}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2 and not sys.argv[1].isdigit():
        on_a_clone(Path(sys.argv[1]).resolve(), sys.argv[2], _RECORDS)
    else:
        main(*(int(given) for given in sys.argv[1:3]) if sys.argv[1:] else (28_000, _RECORDS))
