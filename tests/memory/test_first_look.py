"""A file that opens: what its text tells at once, what blame tells next. Nothing is said that is not so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind
from lsp_server.records.anchors import whole

TELLING = "    return compute_the_total(lines)\n"
TWICE = "    return None\n"
TEXT = f"def one():\n{TELLING}\n\ndef two():\n{TWICE}\n\ndef three():\n{TWICE}"


@pytest.fixture
def memory(repo: Any) -> Iterator[Memory]:
    """A record on the telling line 2, one on the first of two equal lines (6), one about the file."""
    repo.write("a.py", TEXT)
    repo.commit("A")
    with Memory.open(repo.root) as opened:
        opened.initialise()
        opened.record(Kind.DECISION, "Told", at=[CodeRange("a.py", 2, 2)])
        opened.record(Kind.DECISION, "Untold", at=[CodeRange("a.py", 6, 6)])
        opened.record(Kind.DECISION, "The file", at=[whole("a.py")])
        yield opened


def lines_of(known: Any, memory: Memory) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for line in range(1, len(known.lines) + 1):
        for record_id in known.on(line):
            found.setdefault(memory.get(record_id).title, []).append(line)
    return found


def test_the_text_tells_what_stands_in_it_once(memory: Memory) -> None:
    known = memory.first_look("a.py", "# above\n" + TEXT)
    assert lines_of(known, memory) == {"Told": [3]}
    assert [memory.get(one).title for one in known.whole] == ["The file"]


def test_blame_tells_the_equal_lines_apart(memory: Memory) -> None:
    known = memory.second_look("a.py", "# above\n" + TEXT)
    assert lines_of(known, memory) == {"Told": [3], "Untold": [7]}


def test_neither_calls_anything_stale(memory: Memory, repo: Any) -> None:
    repo.write("a.py", "nothing\n")
    repo.commit("Nothing")
    for known in (memory.first_look("a.py"), memory.second_look("a.py")):
        assert (known.placed, known.stale, known.gone) == ((), (), ())
    assert len(memory.file_memory("a.py").gone) == 2


def test_a_line_that_was_rewritten_is_not_shown_by_either_on_its_equal(memory: Memory, repo: Any) -> None:
    repo.write("a.py", TEXT.replace(TWICE, "    return 0\n", 1))
    repo.commit("Zero")
    for known in (memory.first_look("a.py"), memory.second_look("a.py"), memory.file_memory("a.py")):
        assert lines_of(known, memory) == {"Told": [2]}


def test_blame_corrects_what_an_equal_text_seems_to_tell(memory: Memory, repo: Any) -> None:
    line = "    return something_that_tells_enough\n"
    repo.write("b.py", f"one\n{line}two\n{line}")
    repo.commit("B")
    memory.record(Kind.BUG, "On the first", at=[CodeRange("b.py", 2, 2)])
    repo.write("b.py", f"one\n    return 0\ntwo\n{line}")
    repo.commit("Zero")
    assert memory.first_look("b.py").at(4)  # that is all that the text says
    assert memory.second_look("b.py").at(4) == memory.file_memory("b.py").at(4) == ()


def test_a_file_that_is_no_text_or_not_there_is_nothing_to_look_at(memory: Memory, repo: Any) -> None:
    repo.write("b.bin", b"\0\1\2")
    for path in ("b.bin", "not-there.py"):
        assert memory.first_look(path).placed == memory.second_look(path).placed == ()
