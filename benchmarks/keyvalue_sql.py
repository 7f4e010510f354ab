"""Keyed values in a database, beside plain SQLAlchemy doing the same statements.

    python benchmarks/keyvalue_sql.py [ROUNDS]

The floor has an engine made as ours is, our statements ready, and does with them what a program would that
knew its own keys and values: ``json.dumps``, SHA-256, one transaction (for reading none, as ours),
``json.loads``. It checks nothing, keeps no clock from going back and makes no item. An SQLite file, and a
PostgreSQL of our own (left out, and said so, where there is none); both hold 10,000 values. Processor time of
this process, in turns, medians, one run: what the PostgreSQL does is the same for both, and is not counted.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from _measuring import report

from lsp_server.store.keyvalue.base import Item, Write
from lsp_server.store.keyvalue.sql import DatabaseStorage
from lsp_server.store.keyvalue.sql_connection import _engine
from lsp_server.store.keyvalue.sql_rows import digests, keys_with
from lsp_server.store.keyvalue.sql_schema import statements
from lsp_server.store.keyvalue.sql_upgrading import begin_writing

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from databases import own_server, why_there_is_none

LIMIT = 1.3
KEYS = 10_000
VALUE = {"theme": "dark", "language": "en", "sizes": [12, 14, 18], "editor": {"tabs": 4, "wrap": True}}


class Plain:
    """The floor."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url, durable=False)
        self.dialect = self.engine.dialect.name
        self.known = statements(self.dialect)
        self.reading = self.engine
        if self.dialect == "postgresql":
            self.reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def put(self, key: str, value: Any) -> Any:
        with self.engine.begin() as connection:
            return connection.execute(self.known.put, row(key, value)).one()

    def get(self, key: str) -> Any:
        asked = {"digest": sha256(key.encode()).digest(), "now": now()}
        with self.reading.connect() as connection:
            (found,) = connection.execute(self.known.get, asked).all()
        return json.loads(found[1])

    def get_many(self, keys: list[str]) -> dict[str, Any]:
        asked = {"digests": digests(keys, joined=self.dialect == "sqlite"), "now": now()}
        with self.reading.connect() as connection:
            found = connection.execute(self.known.get_many, asked).all()
        return {key: (json.loads(text), *times) for key, text, *times in found}

    def increment(self, key: str) -> None:
        with self.engine.connect() as connection:
            if self.dialect == "sqlite":
                begin_writing(connection)
            found = connection.execute(self.known.locked, {"digest": sha256(key.encode()).digest()}).one()
            connection.execute(self.known.put, row(key, json.loads(found[1]) + 1)).one()
            connection.commit()

    def scan(self, prefix: str) -> list[Any]:
        asked = {**keys_with(prefix)[1], "now": now(), "most": 2**62}
        with self.reading.connect() as connection:
            found = connection.execute(self.known.scan_below, asked).all()
        return [(key, json.loads(text), *times) for key, text, *times in found]

    def put_many(self, values: dict[str, Any]) -> None:
        with self.engine.begin() as connection:
            connection.execute(self.known.put_many, [row(key, value) for key, value in values.items()])


def now() -> int:
    return time.time_ns() // 1000


def row(key: str, value: Any) -> dict[str, Any]:
    moment = now()
    return {
        "digest": sha256(key.encode()).digest(),
        "key": key,
        "value": json.dumps(value),
        "created": moment,
        "updated": moment,
        "expires": None,
    }


def one_more(item: Item | None) -> Write:
    return Write(item.value + 1 if item and isinstance(item.value, int) else 1)


def measure(our_url: str, floor_url: str, rounds: int) -> None:
    for url in (our_url, floor_url):
        filling = DatabaseStorage(url)
        filling.put_many({**{key(n): Write(VALUE) for n in range(KEYS)}, "counter": Write(1)})
        filling.close()
    ours, floor = DatabaseStorage(our_url), Plain(floor_url)
    hundred = [key(n) for n in range(4200, 4300)]
    assert len(ours.scan("user:042")) == len(floor.scan("user:042")) == 100
    assert len(ours.get_many(hundred)) == len(floor.get_many(hundred)) == 100

    def note(what: str, mine: Callable[[int], object], plain: Callable[[int], object], times: int) -> None:
        def of(act: Callable[[int], object]) -> Callable[[], object]:
            return lambda: [act(n * 37 % KEYS) for n in range(times)]

        of(mine)(), of(plain)()
        pairs = [(processor_ms(of(mine)), processor_ms(of(plain))) for _ in range(rounds)]
        mine_ms, plain_ms = (statistics.median(one) for one in zip(*pairs, strict=True))
        report(f"{floor.dialect}: {times} × {what}", mine_ms, plain_ms, LIMIT)

    note("put", lambda n: ours.put(key(n), VALUE), lambda n: floor.put(key(n), VALUE), 50)
    note("get", lambda n: ours.get(key(n)), lambda n: floor.get(key(n)), 50)
    note("change", lambda _: ours.change("counter", one_more), lambda _: floor.increment("counter"), 50)
    note("scan of 100 values", lambda _: ours.scan("user:042"), lambda _: floor.scan("user:042"), 10)
    note("get_many of 100", lambda _: ours.get_many(hundred), lambda _: floor.get_many(hundred), 10)
    writes, values = {each: Write(VALUE) for each in hundred}, dict.fromkeys(hundred, VALUE)
    note("put_many of 100", lambda _: ours.put_many(writes), lambda _: floor.put_many(values), 10)
    ours.close()
    floor.engine.dispose()


def processor_ms(act: Callable[[], object]) -> float:
    before = time.process_time()
    act()
    return (time.process_time() - before) * 1000


def key(number: int) -> str:
    return f"user:{number:05}:preferences"


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 31
    with tempfile.TemporaryDirectory() as folder:
        # A file for each: SQLite forgets what it has read when somebody else writes.
        measure(f"sqlite:///{folder}/ours.db", f"sqlite:///{folder}/floor.db", rounds)
    if reason := why_there_is_none():
        print(f"postgresql: left out, {reason}")
        return
    with own_server() as server:
        measure(server.url(), server.url(), rounds)


if __name__ == "__main__":
    main()
