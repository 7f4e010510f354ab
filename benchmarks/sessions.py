"""A session of 10,000 messages, saved and loaded, beside PyYAML's C library with the same data.

    python benchmarks/sessions.py [MESSAGES]

The floor of saving is ``yaml.dump`` with the C dumper, written to a file that is synced to disk; ours is
``Memory.save_session``: secrets looked for, YAML, one commit, synced. The floor of loading is a file read and
``yaml.load`` with the C loader; ours is ``Memory.session`` by its id, with the index that follows what was
saved first (nobody waits for it before). Processor time with git's processes, in one run, in turns.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from _measuring import processor_seconds, report, repository, word

from lsp_server import Memory, Session
from lsp_server.memory.sessions.saving import new_session

LIMIT = 1.3
TIMES = 3


def messages(count: int) -> list[dict[str, Any]]:
    """What is said on a long day: questions, prose of several lines, calls of tools, what those gave."""
    chance = random.Random(5)
    made: list[dict[str, Any]] = []
    while len(made) < count:
        made.append({"role": "user", "content": sentence(chance, 20)})
        call = f"call_{len(made):08x}"
        arguments = f'{{"path": "src/{word(len(made))}.py", "query": "{sentence(chance, 6)}"}}'
        function = {"name": "search_files", "arguments": arguments}
        made.append(
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": call, "type": "function", "function": function}],
            }
        )
        lines = "\n".join(f"{number:4}: {sentence(chance, 9)}" for number in range(8))
        made.append({"role": "tool", "content": lines, "tool_call_id": call, "name": "search_files"})
        said = "\n\n".join(sentence(chance, 30) for _ in range(3))
        made.append({"role": "assistant", "content": said})
    return made[:count]


def sentence(chance: random.Random, words: int) -> str:
    return " ".join(word(chance.randrange(1000)) for _ in range(words)).capitalize() + "."


def seconds(action: Callable[[], object]) -> float:
    before = processor_seconds()
    action()
    return processor_seconds() - before


def plain_save(file: Path, data: dict[str, Any]) -> None:
    with file.open("w", encoding="utf-8") as stream:
        yaml.dump(data, stream, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
        stream.flush()
        os.fsync(stream.fileno())


def plain_load(file: Path) -> Any:
    return yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    said = messages(count)
    ratios: dict[str, list[tuple[float, float]]] = {}

    def note(what: str, ours: Callable[[], object], floor: Callable[[], object]) -> None:
        ratios.setdefault(what, []).append((seconds(ours), seconds(floor)))

    with repository(100) as root, tempfile.TemporaryDirectory() as folder, Memory.open(root) as memory:
        file = Path(folder) / "session.yaml"
        memory.sessions()
        for _ in range(TIMES):
            session = replace(new_session(memory._core, goal="A long day"), messages=tuple(said))
            data = {"id": session.id, "created_at": session.created_at, "messages": said}
            kept: list[Session] = []

            def save(session: Session = session, kept: list[Session] = kept) -> None:
                kept.append(memory.save_session(session))

            note("saved as one commit", save, lambda d=data: plain_save(file, d))
            found: list[Session] = []
            note(
                "loaded by its id, the index followed",
                lambda f=found, s=session: f.append(memory.session(s.id)),
                lambda: plain_load(file),
            )
            assert list(found[0].messages) == said
            longer = replace(found[0], messages=(*found[0].messages, {"role": "user", "content": "Go on."}))

            def go_on(longer: Session = longer) -> None:
                memory.save_session(longer)

            note("with one message more saved", go_on, lambda d=data: plain_save(file, d))
            memory.sessions(1)  # the next round's save shall not wait for what this one left
    for what, pairs in ratios.items():
        ours, floor = (statistics.median(one) * 1000 for one in zip(*pairs, strict=True))
        report(f"{count:,} messages {what}", ours, floor, LIMIT)


if __name__ == "__main__":
    main()
