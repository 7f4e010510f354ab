"""Committing a record in a running process, against one bare ``git fast-import`` of the same bytes."""

from __future__ import annotations

import itertools
import subprocess
import sys

from _measuring import paired_ms, report, repository

from lsp_server import Memory
from lsp_server.memory import Kind


def measure(size: int) -> float:
    """The median time of one record at a size of the memory, in milliseconds."""
    with repository(size) as root, Memory.open(root) as memory:
        written = memory.record(Kind.LEARNING, "warm up", fields={"lesson": "one"})
        show = ["git", "log", "-1", "--format=%B", "memory"]
        message = subprocess.run(show, cwd=root, check=True, capture_output=True).stdout
        text = memory.text(written.id)
        subprocess.run(["git", "update-ref", "refs/heads/bare", "refs/heads/memory"], cwd=root, check=True)
        counter = itertools.count()

        def ours() -> None:
            memory.record(Kind.LEARNING, f"a learning {next(counter)}", fields={"lesson": "one"})

        def bare() -> None:
            number = next(counter)
            path = f"{written.path.removesuffix('.md')}-{number}.md"
            body = text.replace("warm up", f"a learning {number}").encode()  # new bytes, as ours are
            stream = (
                b"commit refs/heads/bare\ncommitter Bench <bench@example.org> 1700000000 +0000\n"
                b"data %d\n%s\nfrom refs/heads/bare^0\nM 100644 inline %s\ndata %d\n%s\n"
                % (len(message), message, path.encode(), len(body), body)
            )
            command = ["git", "-c", "core.fsync=all", "fast-import", "--quiet"]
            subprocess.run(command, cwd=root, input=stream, check=True)

        mine, floor = paired_ms(ours, bare, 60)
        report(f"a record through Memory, {size:,} records on the branch", mine, floor, 2.0)
        return mine


def main(sizes: tuple[int, ...]) -> None:
    """At each size, the ratio to git; and the cost at the largest against the smallest."""
    seen = {size: measure(size) for size in sizes}
    smallest, largest = min(seen), max(seen)
    report(f"the same at {largest:,} as at {smallest:,} records", seen[largest], seen[smallest], 1.3)


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or (100, 10_000, 100_000))
