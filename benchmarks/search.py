"""A search of three words over 10,000 records in a running process: the median against 5 ms.

    python benchmarks/search.py [records]

Prints ``name  value  floor  ok`` for each measure. The records are made here, about 1 KB each; their words
are as common and as rare as those of real texts without the likes of "the" (which a search leaves out):
the commonest stands in two records of three.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lsp_server.index import Filters, Index, Reader
from lsp_server.records.labels import format_label
from lsp_server.records.model import Kind, Problem, Record
from lsp_server.store.base import ChangedPath

_SYLLABLES = [c + v for c in "bcdfglmnprstv" for v in ("a", "e", "i", "o", "u", "an", "er", "in", "or", "ut")]


@dataclass(frozen=True)
class _Parsed:
    record: Record | None
    problems: tuple[Problem, ...] = ()


class _Files:
    """As much of a store as an index needs: one version, its files in memory."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def tip(self) -> str:
        return "1" * 40

    def changed(self, *_: object) -> Sequence[ChangedPath]:
        return [ChangedPath(path, path) for path in self._files]

    def contents(self, object_ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        return ((object_id, self._files[object_id]) for object_id in object_ids)


def _parse(path: str, data: bytes) -> _Parsed:
    values = json.loads(data)
    kind = Kind(values["kind"])
    created = datetime.fromisoformat(values["created"])
    label = format_label(kind, values["number"], values["id"])
    record = Record(
        values["id"], kind, values["title"], label, created, path, values["number"], body=values["body"]
    )
    return _Parsed(record)


def _make_files(count: int, words: list[str], weights: list[float]) -> dict[str, bytes]:
    chance = random.Random(1)
    start = datetime(2024, 1, 1, tzinfo=timezone.utc)
    files = {}
    for n in range(count):
        text = chance.choices(words, weights, k=150)
        kind = Kind.DECISION if n % 4 == 0 else Kind.LEARNING
        title = " ".join(text[:6]).capitalize()
        values = {
            "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "kind": kind.value,
            "number": n // 4 + 1 if kind is Kind.DECISION else None,
            "title": title,
            "created": (start + timedelta(minutes=n)).isoformat(),
            "body": f"# {title}\n\n## Context\n\n{' '.join(text[6:])}\n",
        }
        files[f"{kind.value}s/{n:06d}.md"] = json.dumps(values).encode()
    return files


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    chance = random.Random(2)
    words = sorted({"".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) for _ in range(20_000)})
    chance.shuffle(words)
    weights = [1 / (rank + 20) for rank in range(len(words))]
    store = _Files(_make_files(count, words, weights))
    reader = Reader(_parse, lambda path: path.endswith(".md"))
    failed = False

    def report(name: str, value: float, floor: float) -> None:
        nonlocal failed
        failed = failed or value > floor
        print(f"{name:44} {value:9.3f}  {floor:9.3f}  {'ok' if value <= floor else 'TOO SLOW'}")

    print(f"{'milliseconds, ' + str(count) + ' records':44} {'value':>9}  {'floor':>9}  ok")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.sqlite3"
        started = time.perf_counter()
        with Index(path, reader) as index:
            index.follow(store)  # type: ignore[arg-type]  # an index asks a store for no more than these
        report("built from nothing", (time.perf_counter() - started) * 1000, 5000)

        def open_and_check() -> None:
            with Index(path, reader) as opened:
                opened.version()

        report("opened and its version read, p50", _p50(open_and_check, 50), 3)
        with Index(path, reader) as index:
            as_written = [" ".join(chance.choices(words, weights, k=3)) for _ in range(200)]
            common = [" ".join(chance.sample(words[:60], 3)) for _ in range(100)]
            typing = [" ".join(word[:4] for word in chance.sample(words[500:], 3)) for _ in range(100)]
            for name, asked in (
                ("search, words as often as in texts, p50", as_written),
                ("search, the commonest 60 words only, p50", common),
                ("search, beginnings of rare words, p50", typing),
            ):
                report(name, statistics.median(_time(lambda w=w: index.search(w)) for w in asked), 5)
            report("the first 20 of the list, p50", _p50(lambda: index.list(Filters(limit=20)), 50), 5)
            report(
                "a label resolved and read, p50", _p50(lambda: index.get(index.resolve("adr-77")[0]), 50), 1
            )
    return int(failed)


def _time(call: object) -> float:
    started = time.perf_counter()
    call()  # type: ignore[operator]  # any call without arguments
    return (time.perf_counter() - started) * 1000


def _p50(call: object, times: int) -> float:
    return statistics.median(_time(call) for _ in range(times))


if __name__ == "__main__":
    raise SystemExit(main())
