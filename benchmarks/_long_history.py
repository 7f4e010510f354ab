"""A repository with a long history and a long file in it, made by one ``git fast-import``."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from _measuring import WORDS, git

LONG = "src/long.py"  # the file that benchmarks open
SMALL = "src/app.py"  # what else is there from the beginning


def grow(root: Path, commits: int, lines: int, changes: int) -> None:
    """Add that many commits to ``main``; ``changes`` of them edit ``LONG``, which ends with ``lines`` lines.
    The others edit some of 400 small files, as a project's commits do. The same history every time."""
    head = git("rev-parse", "HEAD", cwd=root).decode().strip()
    stream = b"".join(_commits(head, commits, lines, changes))
    git("-c", "core.fsync=none", "fast-import", "--quiet", "--force", cwd=root, stdin=stream)
    git("reset", "-q", "--hard", "main", cwd=root)


def _commits(head: str, count: int, lines: int, changes: int) -> Iterator[bytes]:
    chance = random.Random(28)
    text: list[str] = []
    every = max(1, count // changes)
    for number in range(count):
        start = f"from {head}\n" if number == 0 else ""
        message = f"Change {number}"
        yield (
            "commit refs/heads/main\n"
            f"committer Bench <bench@example.org> {1_500_000_000 + number * 3000} +0000\n"
            f"data {len(message)}\n{message}\n{start}"
        ).encode()
        if number % every == 0:
            _edit(text, chance, number, lines, done=number / count)
            content = "".join(text)
            yield f"M 100644 inline {LONG}\ndata {len(content)}\n{content}\n".encode()
        small = f"value = {number}\n"
        name = f"src/part_{chance.randrange(20)}/module_{chance.randrange(20)}.py"
        yield f"M 100644 inline {name}\ndata {len(small)}\n{small}\n".encode()


def _edit(text: list[str], chance: random.Random, number: int, lines: int, *, done: float) -> None:
    """Rewrite a few lines and add as many as the file should have by then."""
    wanted = int(lines * min(1.0, done * 1.25)) or 20
    for _ in range(min(6, len(text))):
        at = chance.randrange(len(text))
        text[at] = _line(chance, number)
    while len(text) < wanted:
        at = chance.randrange(len(text) + 1)
        text[at:at] = [_line(chance, number) for _ in range(min(4, wanted - len(text)))]


def _line(chance: random.Random, number: int) -> str:
    if chance.random() < 0.2:
        return chance.choice(["\n", "        return None\n", "    else:\n", "    )\n"])
    words = " ".join(chance.choice(WORDS) for _ in range(4))
    return f"    {words.replace(' ', '_')} = {number} + {chance.randrange(1000)}\n"
