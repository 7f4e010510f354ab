"""Keyed values in a directory, beside ``json.dump`` and ``os.replace``.

    python benchmarks/keyvalue_files.py [ROUNDS]

The floor writes the bare value beside its file and renames it into place, as careful programs do, and reads
with ``json.load``: no times, no expiry, no lock. Both hold 1,000 values. By the clock, in turns, medians, one
run.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from _measuring import paired_ms, report

from lsp_server.store.keyvalue.base import Write
from lsp_server.store.keyvalue.directory import FileStorage

LIMIT = 1.3
TWO_FILES = 2.0  # a name for the expiry, so that nothing is searched for what has expired
ALL_OR_NONE = 1.5  # all are written first, then a note of their names, then each gets its name
KEYS = 1_000
AT_ONCE = 200  # calls in one measurement
VALUE = {"theme": "dark", "language": "en", "sizes": [12, 14, 18], "editor": {"tabs": 4, "wrap": True}}


def main(rounds: int) -> None:
    """A put, a put with an expiry, a get, and one of many at once."""
    with tempfile.TemporaryDirectory(prefix="git-memory-bench-") as folder:
        plain, ours = Path(folder) / "plain", FileStorage(Path(folder) / "ours")
        plain.mkdir()
        keys = [f"user_{number}" for number in range(KEYS)]
        for key in keys:
            ours.put(key, VALUE)
            dump(plain, key)
        following = itertools.cycle(keys)
        later = datetime.now(timezone.utc) + timedelta(hours=1)

        def compare(
            what: str,
            call: Callable[[str], object],
            floor: Callable[[str], object],
            limit: float = LIMIT,
        ) -> None:
            first, second = (partial(many, following, each) for each in (call, floor))
            one, other = paired_ms(first, second, rounds)
            report(what, one / AT_ONCE, other / AT_ONCE, limit)

        compare("put", lambda key: ours.put(key, VALUE), partial(dump, plain))
        compare("get", ours.get, partial(load, plain))
        expiring = partial(ours.put, value=VALUE, expires=later)
        compare("put that expires", expiring, partial(dump, plain), TWO_FILES)
        batch = {key: Write(VALUE) for key in keys[:AT_ONCE]}
        one, other = paired_ms(
            lambda: ours.put_many(batch), lambda: [dump(plain, key) for key in batch], max(3, rounds // 3)
        )
        report(f"one of {AT_ONCE} at once, all or none", one / AT_ONCE, other / AT_ONCE, ALL_OR_NONE)


def many(keys: itertools.cycle[str], call: Callable[[str], object]) -> None:
    """Some calls, each with the next key."""
    for key in itertools.islice(keys, AT_ONCE):
        call(key)


def dump(place: Path, key: str) -> None:
    """The floor of a put."""
    path = f"{place}/{key}.json"
    with open(f"{path}.new", "w", encoding="utf-8") as file:  # noqa: PTH123 (as cheap as it gets)
        json.dump(VALUE, file)
    os.replace(f"{path}.new", path)  # noqa: PTH105


def load(place: Path, key: str) -> object:
    """The floor of a get."""
    with open(f"{place}/{key}.json", encoding="utf-8") as file:  # noqa: PTH123
        return json.load(file)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
