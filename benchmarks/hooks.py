"""git's hooks with nothing to do, each as git runs it, against the start of the interpreter.

The memory's records were written at real commits of the code and are anchored to lines of them.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

from _measuring import command, git, paired_ms, process, report, repository

LIMIT = 2.0
COMMITS = 1000  # of the code
TIMES = 40


def main() -> None:
    """Every hook at 10 and at 10,000 records, then as a line in a team's own hook."""
    for size in (10, 10_000):
        with repository(0) as root:
            grow(root, COMMITS)
            fill_with_links(root, size)
            command("hooks", "install", cwd=root)
            git("config", "memory.hooks.trailer", "true", cwd=root)
            settle(root)
            floor = process([sys.executable, "-c", "pass"], root)
            for hook in ("post-commit", "post-rewrite", "prepare-commit-msg", "commit-msg", "pre-push"):
                ours, theirs = paired_ms(run(root, hook, str(root / ".git" / "hooks" / hook)), floor, TIMES)
                report(f"{hook}, {size:,} records", ours, theirs, LIMIT)
            line = 'git-memory hook post-commit "$@" || true'
            ours, theirs = paired_ms(
                run(root, "post-commit", "/bin/sh", "-ec", line, "post-commit"), floor, TIMES
            )
            report(f"post-commit as a line in a team's hook, {size:,} records", ours, theirs, LIMIT)


def run(root: Path, hook: str, *arguments: str) -> Callable[[], object]:
    """A hook with what git gives it. It must end well, and start nothing: a trace would show."""
    head = git("rev-parse", "HEAD", cwd=root).decode().strip()
    message = root.parent / "message"
    message.write_text("A subject\n\nMemory-Checkpoint: CHECK-12345678\n")
    given = {
        "post-rewrite": ["amend"],
        "prepare-commit-msg": [str(message), "message"],
        "commit-msg": [str(message)],
        "pre-push": ["origin", "/nowhere"],
    }.get(hook, [])
    told = {
        "post-rewrite": f"{'1' * len(head)} {head}\n",
        "pre-push": f"refs/heads/main {head} refs/heads/main {'0' * len(head)}\n",
    }.get(hook, "")
    inputs = root.parent / f"input of {hook}"
    inputs.write_text(told)
    path = git("--exec-path", cwd=root).decode().strip() + os.pathsep + str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": path + os.pathsep + os.environ["PATH"],
        "GIT_INDEX_FILE": ".git/index",
    }

    def once() -> None:
        with inputs.open("rb") as stdin:
            subprocess.run([*arguments, *given], cwd=root, env=environment, stdin=stdin, check=True)

    return once


def settle(root: Path) -> None:
    """Let real commits settle what there is; after that nothing may be left to do."""
    for number in range(2):
        (root / "message.txt").write_text(f"{number}\n")
        git("add", "message.txt", cwd=root)
        git("commit", "-q", "-m", f"Change {number}", cwd=root)
    tip = git("rev-parse", "memory", cwd=root).decode().strip()
    for ending in ("", ".commits"):
        if not (root / ".git" / "git-memory" / "settled" / f"{tip}{ending}").is_file():
            raise SystemExit(f"the hooks did not note that the memory is settled ({ending or 'the version'})")


def grow(root: Path, count: int) -> None:
    """Code commits of git's own: each appends a line to one of twenty files."""
    stream, texts = [], [""] * 20
    for number in range(count):
        place = number % len(texts)
        texts[place] += f"line {number} = {number * 7919 % 1000}\n"
        data = texts[place].encode()
        start = b"from refs/heads/main^0\n" if number == 0 else b""
        stream.append(
            b"commit refs/heads/main\ncommitter Bench <bench@example.org> %d +0000\ndata 4\ncode\n%s"
            % (1700000000 + number, start)
            + f"M 100644 inline src/file{place}.txt\ndata {len(data)}\n".encode()
            + data
            + b"\n"
        )
    git("fast-import", "--quiet", cwd=root, stdin=b"".join(stream))
    git("reset", "-q", "--hard", cwd=root)


def fill_with_links(root: Path, count: int) -> None:
    """Records at those commits, each anchored to the line that its commit brought."""
    commits = git("rev-list", "--reverse", f"--max-count={COMMITS}", "main", cwd=root).decode().split()
    chance = random.Random(2)
    stream = [
        b"commit refs/heads/memory\ncommitter Bench <bench@example.org> 1700000000 +0000\ndata 4\nfill\n"
        b"from refs/heads/memory^0\n"
    ]
    for number in range(count):
        turn = number % len(commits)
        line, path = turn // 20 + 1, f"src/file{turn % 20}.txt"
        text = (
            f"---\nid: {uuid.UUID(int=chance.getrandbits(128), version=4)}\nkind: learning\n"
            f"created: 2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}T10:00:00+00:00\n"
            f"code:\n  commit: {commits[turn]}\n  branch: main\n"
            f"anchors:\n  - path: {path}\n    lines: {line}\n"
            f"    births:\n      - {commits[turn]} {line} {path}\n"
            f"    text: |2-\n          line {turn} = {turn * 7919 % 1000}\n---\n\n# Learning {number}\n"
        ).encode()
        name = f"learnings/2026/{number % 12 + 1:02d}/{number // 900 + 1}/{number}-learning.md"
        stream.append(f"M 100644 inline {name}\ndata {len(text)}\n".encode() + text + b"\n")
    git("fast-import", "--quiet", cwd=root, stdin=b"".join(stream))


if __name__ == "__main__":
    main()
