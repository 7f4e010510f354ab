"""A keystroke in a 2,600-line file with 200 anchors: shifted by the edit itself, in under a millisecond.

Then the same through the server, change and hover, against a bare pygls server that answers a constant.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from _long_history import LONG, grow
from _measuring import paired_ms, report, repository, timed
from _servers import BARE, OURS, Server
from lsprotocol import types

from lsp_server import Memory
from lsp_server.editor.documents import Documents
from lsp_server.memory import CodeRange, Kind
from lsp_server.memory.results import FileMemory

_TIMES = 2000
_LIMIT = 1.0  # milliseconds


def main(lines: int, anchors: int) -> None:
    with repository(0) as root:
        grow(root, 200, lines, changes=100)
        path = root / LONG
        places = list(range(3, lines - 10, (lines - 13) // anchors))[:anchors]
        with Memory.open(root) as memory:
            with memory.batch("anchors"):
                for place in places:
                    memory.record(Kind.LEARNING, f"About {place}", at=[CodeRange(LONG, place, place + 3)])
            known = memory.file_memory(LONG)
        if len({one.record_id for one in known.placed}) != len(places):
            raise SystemExit("not every anchor was found")
        print(f"{lines:,} lines, {len(places)} anchors")
        in_process(path, known, places)
        through_the_server(root, path, places)


def in_process(path: Path, known: FileMemory, places: list[int]) -> None:
    """What a keystroke costs: the change of the text model, the shift, a hover's look at a line."""
    documents = Documents()
    uri = path.as_uri()
    documents.open(types.TextDocumentItem(uri, "python", 1, path.read_text()))
    document = documents.get(uri)
    assert document is not None
    live = known.live([*document.git_lines, ""])
    changing, shifting, looking = [], [], []
    typing = keystrokes(len(document.lines))
    for number in range(_TIMES):
        change = next(typing)
        params = types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(uri=uri, version=number + 2), [change]
        )
        changing.append(timed(lambda params=params: documents.change(params)))
        document = documents.get(uri)
        assert document is not None
        edits, content = document.edits, document.content
        assert edits is not None
        shifting.append(timed(lambda edits=edits, content=content: live.edited(edits, content)))
        looking.append(timed(lambda: live.at(places[100] + 1)))
    limit("the text model takes a keystroke", changing)
    limit("the anchors are shifted by it", shifting)
    limit("a line is looked up", looking)
    together = [sum(one) for one in zip(changing, shifting, looking, strict=True)]
    limit("all three", together)
    edited = list(known.lines)
    edited[1000:1000] = ["typed"]
    limit("FileMemory.moved, a whole text compared", [timed(lambda: known.moved(edited)) for _ in range(200)])


def keystrokes(lines: int) -> Iterator[types.TextDocumentContentChangePartial]:
    """Typing on lines all over the file; each fifth key is a new line, each tenth takes one away."""
    for number in cycle(range(10_000)):
        line = (number * 37) % (lines - 2)
        here = types.Position(line, 0)
        if number % 10 == 9:
            yield types.TextDocumentContentChangePartial(types.Range(here, types.Position(line + 1, 0)), "")
        else:
            text = "\n" if number % 5 == 4 else "x"
            yield types.TextDocumentContentChangePartial(types.Range(here, here), text)


def through_the_server(root: Path, path: Path, places: list[int]) -> None:
    ours, bare = Server(OURS, root), Server(BARE, root)
    try:
        for server in (ours, bare):
            server.initialize()
            server.notify("initialized", {})
            server.open(path)
        uri, line = path.as_uri(), places[100]
        until = time.perf_counter() + 60
        while not hover(ours, uri, line):
            if time.perf_counter() > until:
                raise SystemExit("the anchored line never has a hover")
            time.sleep(0.01)
        versions = {ours: 1, bare: 1}
        mine, floor = paired_ms(typed(ours, uri, line, versions), typed(bare, uri, line, versions), _TIMES)
        if not hover(ours, uri, line):
            raise SystemExit("the anchor was lost while typing above it")
        report("a keystroke and a hover, through the server", mine, floor, 2.0)
    finally:
        ours.close()
        bare.close()


def typed(server: Server, uri: str, line: int, versions: dict[Server, int]) -> Callable[[], object]:
    """Type one character on the first line, and ask for a hover on an anchored one."""

    def key() -> object:
        versions[server] += 1
        here = {"line": 0, "character": 0}
        change = {"range": {"start": here, "end": here}, "text": "x"}
        document = {"uri": uri, "version": versions[server]}
        server.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        return hover(server, uri, line)

    return key


def hover(server: Server, uri: str, line: int) -> Any:
    return server.request(
        "textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": line, "character": 2}}
    )


def limit(what: str, times: list[float]) -> None:
    middle, late = statistics.median(times), statistics.quantiles(times, n=100)[98]
    verdict = "ok" if middle <= _LIMIT else "TOO SLOW"
    print(
        f"{what:<44} {middle:6.3f} ms, 99 of 100 within {late:6.3f} ms  (at most {_LIMIT:.0f} ms)  {verdict}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 2_600, int(sys.argv[2]) if sys.argv[2:] else 200)
