"""From the start of the process to the answer to ``initialize``, against a bare pygls server."""

from __future__ import annotations

from pathlib import Path

from _measuring import paired_ms, report, repository
from _servers import BARE, OURS, Server


def start(command: tuple[str, ...], root: Path) -> None:
    server = Server(command, root)
    try:
        server.initialize()
    finally:
        server.close()


def main() -> None:
    """In a repository with 10,000 records, which must make no difference: nothing is looked at yet."""
    with repository(10_000) as root:
        mine, floor = paired_ms(lambda: start(OURS, root), lambda: start(BARE, root), 20)
        report("start to initialize answered", mine, floor, 1.15)


if __name__ == "__main__":
    main()
