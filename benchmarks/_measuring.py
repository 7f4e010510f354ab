"""What the benchmarks share: a memory of a given size, times of whole processes, and lines to print."""

from __future__ import annotations

import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

BIN = Path(sys.executable).parent
WORDS = (
    "cache token session parser index worker queue retry timeout schema migration request handler client "
    "branch commit merge deploy release config secretless budget latency buffer socket thread process lock"
).split()


@contextmanager
def repository(records: int) -> Iterator[Path]:
    """A repository with a small program and a memory of that many records, spread over two years."""
    with tempfile.TemporaryDirectory(prefix="git-memory-bench-") as folder:
        root = Path(folder).resolve() / "repo"
        home = Path(folder) / "home"
        home.mkdir()
        (home / ".gitconfig").write_text(
            "[user]\n\tname = Bench\n\temail = bench@example.org\n[gc]\n\tauto = 0\n"
        )
        os.environ["HOME"] = str(home)
        # Without compiled bytecode every process would be measured compiling.
        for name in [
            n for n in os.environ if n.startswith(("GIT_", "XDG_")) or n == "PYTHONDONTWRITEBYTECODE"
        ]:
            del os.environ[name]
        git("init", "-q", "-b", "main", str(root), cwd=home)
        (root / "src").mkdir()
        (root / "src/app.py").write_text(
            "".join(f"def function_{n}():\n    return {n}\n\n" for n in range(400))
        )
        git("add", "-A", cwd=root)
        git("commit", "-q", "-m", "Start", cwd=root)
        command("init", cwd=root)
        if records:
            fill(root, records)
        yield root


def git(*arguments: str, cwd: Path, stdin: bytes | None = None) -> bytes:
    return subprocess.run(
        ["git", *arguments], cwd=cwd, check=True, input=stdin, stdout=subprocess.PIPE
    ).stdout


def command(*arguments: str, cwd: Path) -> None:
    subprocess.run([BIN / "git-memory", *arguments], cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def word(number: int) -> str:
    return WORDS[number % len(WORDS)]


def fill(root: Path, count: int) -> None:
    """Put records on the branch in one commit of git's own, as the product would have laid them out."""
    from lsp_server.records.document import parse

    chance = random.Random(1)  # the same memory every time
    stream = [
        b"commit refs/heads/memory\ncommitter Bench <bench@example.org> 1700000000 +0000\ndata 5\nfill\n\n"
        b"from refs/heads/memory^0\n"
    ]
    for number in range(count):
        day = number * 700 // count
        date = f"{2024 + day // 350}-{day % 350 // 30 + 1:02d}-{day % 28 + 1:02d}"
        title = f"{word(number)} {word(number * 7)} {word(number * 13)} {number}"
        text = (
            f"---\nid: {uuid.UUID(int=chance.getrandbits(128), version=4)}\nkind: learning\n"
            f"created: {date}T10:00:00+00:00\ntags: [{word(number % 11)}]\n---\n\n# {title}\n\n"
            f"## Lesson\n\nThe {word(number * 3)} of the {title} needs a {word(number * 5)}.\n"
        )
        path = f"learnings/{date[:4]}/{date[5:7]}/{date[8:]}-{title.replace(' ', '-')}.md"
        if number == 0 and parse(path, text.encode()).problems:
            raise SystemExit("the benchmark's records are not well formed")
        stream.append(f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n".encode())
    git("fast-import", "--quiet", cwd=root, stdin=b"".join(stream))


def median_ms(action: Callable[[], object], times: int) -> float:
    """The median of some runs, in milliseconds."""
    return statistics.median(timed(action) for _ in range(times))


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def paired_ms(first: Callable[[], object], second: Callable[[], object], times: int) -> tuple[float, float]:
    """The medians of two actions run in turns, so that a busy machine slows both."""
    pairs = [(timed(first), timed(second)) for _ in range(times)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def processor_seconds() -> float:
    """What this process and the ones that it waited for have used of the processor."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def process(arguments: Sequence[str | Path], cwd: Path) -> Callable[[], object]:
    """A whole process, as an action."""
    return lambda: subprocess.run(
        arguments, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )


def report(what: str, ours: float, floor: float, limit: float) -> None:
    """One line: our time, the floor's, the ratio and the most it may be."""
    ratio = ours / floor
    verdict = "ok" if ratio <= limit else "TOO SLOW"
    print(
        f"{what:<58} {ours:8.2f} ms / {floor:8.2f} ms = {ratio:5.2f}  (at most {limit:.2f})  {verdict}",
        flush=True,
    )
