"""A record's links say what the records that they lead to are called, however the record is asked for."""

from __future__ import annotations

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.records.model import Record


def called(record: Record) -> list[str | None]:
    return [link.label for link in record.links]


def test_a_list_tells_the_labels_of_what_is_in_it_and_of_what_is_not(memory: Memory) -> None:
    memory.record(Kind.BUG, "Emails differ")
    bug, taught = memory.close_bug("BUG-1", learning_title="Lower them first")
    assert taught is not None
    assert {one.label: called(one) for one in memory.list()} == {
        bug.label: [taught.label],
        taught.label: [bug.label],
    }
    assert [called(one) for one in memory.list(Kind.BUG)] == [[taught.label]]
    assert [called(one) for one in memory.list(Kind.LEARNING)] == [[bug.label]]


def test_what_was_deleted_is_called_nothing(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use sessions", status="accepted")
    memory.supersede("ADR-1", "Use tokens")
    memory.delete("ADR-1")
    assert [called(one) for one in memory.list()] == [[None]]


def test_more_records_than_one_question_holds(memory: Memory) -> None:
    bug = memory.record(Kind.BUG, "Emails differ")
    memory.list()
    asked = [*(f"{number:08d}-0000-4000-8000-000000000000" for number in range(1200)), bug.id]
    assert memory._core.index.labels(asked) == {bug.id: bug.label}


def test_what_was_changed_is_answered_with_them_as_well(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use sessions", status="accepted")
    old, new = memory.supersede("ADR-1", "Use tokens")
    assert (called(old), called(new)) == (["ADR-0002"], ["ADR-0001"])
    assert called(memory.amend("ADR-2", memory.text("ADR-2") + "More.\n")) == ["ADR-0001"]
    assert called(memory.mark("ADR-2", "deprecated")) == ["ADR-0001"]
    assert called(memory.delete("ADR-1")) == ["ADR-0002"]
    memory.record(Kind.BUG, "Emails differ")
    with memory.batch("A bug"):
        bug, taught = memory.close_bug("BUG-1", learning_title="Lower them first")
        assert taught is not None
        assert (called(bug), called(taught)) == ([taught.label], [bug.label])
