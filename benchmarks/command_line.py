"""Whole processes of ``git memory``, against the interpreter with the packages they need.

Who writes a record like one before does not load Jinja2 (``lsp_server/rendering/kept_shapes.py``); the first
of its shape, after an upgrade too, is measured by itself.
"""

from __future__ import annotations

import itertools
import sys

from _measuring import BIN, command, paired_ms, process, report, repository


def main() -> None:
    """Writing, reading and help at 100 and at 10,000 records."""
    python = sys.executable
    git_memory = str(BIN / "git-memory")
    imports = [python, "-c", "import click, yaml, jinja2"]
    seen = {}
    for size in (100, 10_000):
        with repository(size) as root:
            command("list", "--limit", "1", cwd=root)  # the index is made once, by the first look
            command("learn", "warm up", cwd=root)
            counter = itertools.count()

            def learn(root=root, counter=counter) -> None:  # type: ignore[no-untyped-def]  # bound in the loop
                title = f"a learning {next(counter)}"
                process([git_memory, "learn", title, "--lesson", "one"], root)()

            mine, floor = paired_ms(learn, process(imports, root), 40)
            seen[size] = mine
            report(f"git memory learn, {size:,} records", mine, floor, 1.3)
            if size == 100:

                def learn_anew(root=root, learn=learn) -> None:  # type: ignore[no-untyped-def]  # as above
                    for kept in root.parent.glob("home/.cache/git-memory/templates/shapes-*"):
                        kept.unlink()
                    learn()

                mine, floor = paired_ms(learn_anew, process(imports, root), 20)
                report("… the first of its shape", mine, floor, 1.5)
            command("list", "--limit", "1", cwd=root)
            reading = [
                ("search", [git_memory, "search", "cache", "token", "session"]),
                ("list", [git_memory, "list"]),
            ]
            for name, arguments in reading:
                mine, floor = paired_ms(process(arguments, root), process(imports, root), 20)
                report(f"git memory {name}, {size:,} records", mine, floor, 2.0)
            if size == 10_000:
                mine, floor = paired_ms(
                    process([git_memory, "--help"], root), process([python, "-c", "import click"], root), 40
                )
                report("git memory --help", mine, floor, 1.3)
    report("git memory learn at 10,000 as at 100 records", seen[10_000], seen[100], 1.15)


if __name__ == "__main__":
    main()
