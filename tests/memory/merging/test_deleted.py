"""A record that one side deleted and nobody edited stays deleted, whatever a merge called it meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from memory.merging.clones import Clone

from lsp_server.memory import Kind


def test_a_number_given_by_a_merge_does_not_bring_a_deleted_record_back(
    new_clone: Callable[..., Clone], pair: tuple[Clone, Clone]
) -> None:
    a, b = pair
    c = new_clone("c", of=a)
    mine = b.memory.record(Kind.DECISION, "Mine")
    c.merge(b)
    a.memory.record(Kind.DECISION, "Published")
    b.merge(a, "ours")
    assert b.memory.get(mine.id).label == "ADR-0002"
    c.memory.delete(mine.id)
    c_alone = c.tip
    merge = b.merge(c)
    assert merge is not None
    assert (merge.revived, merge.renumbered, merge.deleted) == ([], [], 1)
    assert b.files() == ["decisions/0001-published.md", "deleted/decisions/0002.yaml", "memory.yaml"]
    assert f"label: ADR-0002\nid: {mine.id}\n" in b.read("deleted/decisions/0002.yaml")
    # Whoever merges, it comes to the same.
    here, b_tree = c, b.tree()
    assert here.tip == c_alone
    c.merge(b)
    assert c.tree() == b_tree
    assert b.memory.record(Kind.DECISION, "Next").label == "ADR-0003"


def test_a_reference_rewritten_by_a_merge_does_not_bring_a_deleted_record_back(
    new_clone: Callable[..., Clone], pair: tuple[Clone, Clone]
) -> None:
    a, b = pair
    c = new_clone("c", of=a)
    mine = b.memory.record(Kind.DECISION, "Mine")
    lesson = b.memory.record(Kind.LEARNING, "Lesson", fields={"lesson": "As ADR-0001 says."})
    c.merge(b)
    a.memory.record(Kind.DECISION, "Published")
    b.merge(a, "ours")
    assert "As ADR-0002 says." in b.memory.raw(lesson.id).decode()
    c.memory.delete(lesson.id)
    merge = b.merge(c)
    assert merge is not None
    assert merge.revived == []
    assert {record.title for record in b.records().values()} == {"Mine", "Published"}
    assert b.memory.get(mine.id).label == "ADR-0002"


def test_a_person_s_edit_brings_it_back_also_where_it_was_renumbered(
    new_clone: Callable[..., Clone], pair: tuple[Clone, Clone]
) -> None:
    a, b = pair
    c = new_clone("c", of=a)
    mine = b.memory.record(Kind.DECISION, "Mine", fields={"context": "Old."})
    c.merge(b)
    a.memory.record(Kind.DECISION, "Published")
    b.merge(a, "ours")
    b.edit(b.memory.get(mine.id), "Old.", "New.")
    c.memory.delete(mine.id)
    merge = b.merge(c)
    assert merge is not None
    assert [one.id for one in merge.revived] == [mine.id]
    assert "New." in b.memory.raw(mine.id).decode()


def test_a_reference_that_a_person_changed_is_an_edit(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    for title in ("One", "Two"):
        a.memory.record(Kind.DECISION, title)
    lesson = a.memory.record(Kind.LEARNING, "Lesson", fields={"lesson": "As ADR-0001 says."})
    b.merge(a)
    a.memory.delete(lesson.id)
    b.edit(b.memory.get(lesson.id), "ADR-0001", "ADR-0002")
    merge = b.merge(a)
    assert merge is not None
    assert [one.id for one in merge.revived] == [lesson.id]
