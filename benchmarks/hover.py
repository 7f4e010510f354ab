"""A hover's round trip, against a bare pygls server that answers a constant. 10,000 records on the branch."""

from __future__ import annotations

import sys
import time
from typing import Any

from _measuring import paired_ms, report, repository
from _servers import BARE, OURS, Server

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind

_TIMES = 2000


def main(records: int) -> None:
    """On an anchored line, on a label, on a line without memory, and on an anchored line after an edit."""
    with repository(records) as root:
        with Memory.open(root) as memory:
            anchored = memory.record(
                Kind.DECISION,
                "Number the functions",
                fields={"decision": "From 0."},
                at=[CodeRange("src/app.py", 61, 62)],
            )
        source = root / "src/app.py"
        source.write_text(source.read_text() + f"\n# see {anchored.label}\n")
        label_line = source.read_text().count("\n") - 1
        ours, bare = Server(OURS, root), Server(BARE, root)
        try:
            for server in (ours, bare):
                server.initialize()
                server.notify("initialized", {})
                uri = server.open(source)
            places = {
                "an anchored line": (60, 4),
                "a label": (label_line, 8),
                "a line without memory": (3, 4),
            }
            for name, place in places.items():
                measure(
                    f"hover on {name}, {records:,} records",
                    ours,
                    bare,
                    uri,
                    place,
                    some=name != "a line without memory",
                )
            change = {"range": _range(0), "text": "# one\n# two\n"}
            for server in (ours, bare):
                document = {"uri": uri, "version": 2}
                server.notify(
                    "textDocument/didChange", {"textDocument": document, "contentChanges": [change]}
                )
            begun = time.perf_counter()
            ours.request("textDocument/hover", _at(uri, (62, 4)))
            print(f"the first hover after an edit: {(time.perf_counter() - begun) * 1000:.2f} ms")
            measure("hover on an anchored line after an edit", ours, bare, uri, (62, 4))
        finally:
            ours.close()
            bare.close()


def measure(
    name: str, ours: Server, bare: Server, uri: str, place: tuple[int, int], *, some: bool = True
) -> None:
    """The medians of many hovers on both, in turn; ``some``: ours must have something to say."""
    begun = time.perf_counter()
    while bool(ours.request("textDocument/hover", _at(uri, place))) != some:
        if time.perf_counter() - begun > 60:
            raise SystemExit(f"{name}: the hover says the wrong thing")
        time.sleep(0.05)
    mine, floor = paired_ms(
        lambda: ours.request("textDocument/hover", _at(uri, place)),
        lambda: bare.request("textDocument/hover", _at(uri, place)),
        _TIMES,
    )
    report(name, mine, floor, 2.0)


def _at(uri: str, place: tuple[int, int]) -> Any:
    return {"textDocument": {"uri": uri}, "position": {"line": place[0], "character": place[1]}}


def _range(line: int) -> Any:
    return {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 0}}


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10_000)
