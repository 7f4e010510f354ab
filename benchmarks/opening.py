"""Opening a 2,600-line file in a repository of 28,000 commits, against ``git blame --porcelain`` of it.

The server answers a hover at once with what it has, knows all that blame tells within 1.2 times blame, and
at once at a second opening. After a commit that left the file alone, its blame does not run again.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

from _long_history import LONG, SMALL, grow
from _measuring import git, process, report, repository, timed
from _servers import OURS, Server

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind

_RUNS = 7
_AT_MOST = 100.0  # milliseconds: what a person takes for at once
_SECOND = 10.0  # milliseconds


def main(commits: int, lines: int) -> None:
    with repository(0) as root:
        grow(root, commits, lines, changes=commits // 25)
        told, untold = anchor(root)
        print(f"{commits:,} commits, {lines:,} lines; the floor is git blame --porcelain in turns")
        at_once, whole, again, floor = [], [], [], []
        for _ in range(_RUNS):
            server = Server(OURS, root)
            try:
                warm_up(server, root)
                first, complete = opened(server, root, told, untold)
                floor.append(timed(process(["git", "blame", "--porcelain", LONG], root)))
                at_once.append(first)
                whole.append(complete)
                close(server, root)
                again.append(opened(server, root, untold, untold)[1])
            finally:
                server.close()
        limit(f"the first hover on a line that the text tells, {lines:,} lines", at_once, _AT_MOST)
        report("all is known after the opening", statistics.median(whole), statistics.median(floor), 1.2)
        limit("all is known after the second opening", again, _SECOND)
        in_process(root)


def in_process(root: Path) -> None:
    """The same without a server, where nothing is kept between two looks but blame."""
    text = (root / LONG).read_text()
    first, again, moved, floor = [], [], [], []
    blame = process(["git", "blame", "--porcelain", LONG], root)
    for _ in range(_RUNS):
        with Memory.open(root) as memory:
            memory.file_memory(SMALL)
            for times in (first, again):
                times.append(timed(lambda: memory.file_memory(LONG, text)))
            floor.append(timed(blame))
            commit_elsewhere(root)
            moved.append(timed(lambda: memory.file_memory(LONG, text)))
    report("Memory.file_memory, the first time", statistics.median(first), statistics.median(floor), 1.2)
    limit("… the second time", again, _SECOND)
    report(
        "… after a commit that left the file alone", statistics.median(moved), statistics.median(floor), 0.1
    )


def anchor(root: Path) -> tuple[int, int]:
    """Two lines (0-based) with records: one whose text tells where it is, one that only its birth tells."""
    text = (root / LONG).read_text().splitlines()
    middle = range(len(text) // 2, len(text))
    told = next(at for at in middle if text.count(text[at]) == 1)
    untold = next(at for at in middle if text[at] == "    else:" and text.count(text[at]) > 1)
    with Memory.open(root) as memory, memory.batch("anchors"):
        memory.record(Kind.DECISION, "Told by its text", at=[CodeRange(LONG, told + 1, told + 1)])
        memory.record(Kind.DECISION, "Told by its birth", at=[CodeRange(LONG, untold + 1, untold + 1)])
        memory.record(Kind.DECISION, "The small file", at=[CodeRange(SMALL, 1, 1)])
    return told, untold


def warm_up(server: Server, root: Path) -> None:
    """The server has started and knows the repository: a small file is open."""
    server.initialize()
    server.notify("initialized", {})
    uri = server.open(root / SMALL)
    asked(server, uri, 0)


def opened(server: Server, root: Path, first: int, last: int) -> tuple[float, float]:
    """Milliseconds from opening the long file until a hover on one line, and until one on another."""
    item = _item(root / LONG)
    begun = time.perf_counter()
    server.notify("textDocument/didOpen", {"textDocument": item})
    asked(server, item["uri"], first)
    at_once = time.perf_counter() - begun
    asked(server, item["uri"], last)
    return at_once * 1000, (time.perf_counter() - begun) * 1000


def asked(server: Server, uri: str, line: int) -> None:
    """A hover on a line, again and again until there is something."""
    until = time.perf_counter() + 60
    while not server.request("textDocument/hover", _at(uri, line)):
        if time.perf_counter() > until:
            raise SystemExit(f"line {line + 1} never has a hover")
        time.sleep(0.002)


def close(server: Server, root: Path) -> None:
    server.notify("textDocument/didClose", {"textDocument": {"uri": (root / LONG).as_uri()}})


def commit_elsewhere(root: Path) -> None:
    """Another file is committed."""
    note = root / "note.txt"
    note.write_text(f"{time.time_ns()}\n")
    git("add", "note.txt", cwd=root)
    git("commit", "-q", "-m", "A note", cwd=root)


def limit(what: str, times: list[float], most: float) -> None:
    middle = statistics.median(times)
    verdict = "ok" if middle <= most else "TOO SLOW"
    print(f"{what:<58} {middle:8.2f} ms  (at most {most:.0f} ms)  {verdict}", flush=True)


def _item(path: Path) -> dict[str, Any]:
    return {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": path.read_text()}


def _at(uri: str, line: int) -> Any:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": 4}}


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 28_000, int(sys.argv[2]) if sys.argv[2:] else 2_600)
