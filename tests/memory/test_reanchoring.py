"""A record is anchored anew, to more places or to fewer, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from lsp_server import Memory
from lsp_server.errors import RefusedError, UsageError
from lsp_server.memory import CodeRange, Kind, Record
from lsp_server.records.anchors import whole

AUTH = "src/auth.py"


@pytest.fixture
def decision(memory: Memory) -> Record:
    return memory.record(Kind.DECISION, "Lower emails", at=[CodeRange(AUTH, 5, 5)])


def ranges(memory: Memory, ref: str) -> list[list[CodeRange]]:
    return [list(located.ranges) for _, located in memory.places(memory.get(ref))]


def rewrite(repo: Any) -> None:
    text = (repo.root / AUTH).read_text()
    repo.write(
        AUTH, "# new\n" + text.replace("    user = find(email.lower())\n", "    user = look_up(email)\n")
    )
    repo.commit("Rewrite")


def test_a_record_whose_lines_are_gone_is_anchored_to_others(
    repo: Any, memory: Memory, decision: Record
) -> None:
    rewrite(repo)
    assert ranges(memory, "ADR-1") == [[]]
    before = repo.fingerprint()
    moved = memory.reanchor("ADR-1", [CodeRange(AUTH, 6, 6)], remove=decision.anchors)
    assert [anchor.range for anchor in moved.anchors] == [CodeRange(AUTH, 6, 6)]
    assert ranges(memory, "ADR-1") == [[CodeRange(AUTH, 6, 6)]]
    assert memory.file_memory(AUTH).at(6) == (decision.id,)
    assert repo.fingerprint() == before
    assert repo.git("log", "-1", "--format=%s%n%b", "memory").startswith(
        f'decision: re-anchor ADR-0001 "Lower emails"\nFrom {AUTH}:5 to {AUTH}:6.'
    )
    # The record was made where it was made; the anchor knows that it is younger.
    assert moved.code == decision.code
    assert moved.anchors[0].made_at == repo.git("rev-parse", "HEAD")
    with Memory.open(repo.root) as another:
        assert another.get("ADR-1") == moved


def test_an_anchor_that_came_later_does_not_take_an_equal_line_that_stood_beside_it(
    repo: Any, memory: Memory
) -> None:
    line = "    return the_same_telling_text\n"
    memory.record(Kind.DECISION, "Say it twice", at=[CodeRange(AUTH, 1, 1)])
    repo.write("twice.py", f"one\n{line}two\n{line}three\n")
    repo.commit("Twice")
    record = memory.reanchor("ADR-1", [CodeRange("twice.py", 2, 2)])
    assert ranges(memory, "ADR-1")[1] == [CodeRange("twice.py", 2, 2)]
    repo.write("twice.py", f"one\nsomething else\ntwo\n{line}three\n")
    repo.commit("Once")
    assert record.anchors[1].made_at
    assert ranges(memory, "ADR-1")[1] == []


def test_places_are_added_and_taken_off_without_touching_the_others(memory: Memory, decision: Record) -> None:
    memory.reanchor("ADR-1", [CodeRange(AUTH, 7, 7), whole("README.md")])
    assert [str(anchor) for anchor in memory.get("ADR-1").anchors] == [f"{AUTH}:5", f"{AUTH}:7", "README.md"]
    memory.reanchor("ADR-1", remove=decision.anchors)
    assert [str(anchor) for anchor in memory.get("ADR-1").anchors] == [f"{AUTH}:7", "README.md"]


def test_the_last_anchor_can_go_and_the_record_stays(memory: Memory, decision: Record) -> None:
    assert memory.reanchor("ADR-1", remove=decision.anchors).anchors == ()
    assert memory.get("ADR-1").title == "Lower emails"


def test_what_is_not_there_is_refused_and_nothing_is_written(
    memory: Memory, decision: Record, repo: Any
) -> None:
    other = decision.anchors[0]._replace(range=CodeRange(AUTH, 1, 1))
    version = memory.version()
    with pytest.raises(RefusedError, match=r"ADR-0001 is not anchored at src/auth\.py:1 any more"):
        memory.reanchor("ADR-1", [CodeRange(AUTH, 7, 7)], remove=[other])
    with pytest.raises(RefusedError, match=r"anchored at src/auth\.py:5 already"):
        memory.reanchor("ADR-1", [CodeRange(AUTH, 5, 5)])
    with pytest.raises(UsageError, match="has 12 lines"):
        memory.reanchor("ADR-1", [CodeRange(AUTH, 500, 500)])
    assert memory.version() == version


def test_an_anchor_can_be_made_anew_on_the_lines_it_was_made_on(
    repo: Any, memory: Memory, decision: Record
) -> None:
    rewrite(repo)
    memory.reanchor("ADR-1", [CodeRange(AUTH, 5, 5)], remove=decision.anchors)
    assert ranges(memory, "ADR-1") == [[CodeRange(AUTH, 5, 5)]]


def test_where_lost_lines_stood_is_known(repo: Any, memory: Memory, decision: Record) -> None:
    rewrite(repo)
    known = memory.file_memory(AUTH)
    assert known.stale == (decision.id,)
    [gone] = known.gone
    assert (gone.record_id, gone.range, gone.line) == (decision.id, CodeRange(AUTH, 5, 5), 6)
    assert gone.commit == repo.git("rev-parse", "HEAD")
    assert gone.last == CodeRange(AUTH, 5, 5)


def test_lines_that_an_unsaved_edit_took_away_are_not_blamed_on_a_commit(
    repo: Any, memory: Memory, decision: Record
) -> None:
    text = (repo.root / AUTH).read_text().replace("    user = find(email.lower())\n", "")
    [gone] = memory.file_memory(AUTH, text).gone
    assert (gone.line, gone.commit, gone.last) == (5, None, None)


def test_neither_a_place_nor_an_anchor_is_refused_in_words(memory: Memory, decision: Record) -> None:
    with pytest.raises(UsageError, match="name a place"):
        memory.reanchor(decision.id)
