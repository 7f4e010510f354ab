"""A record that one side deleted and nobody edited stays deleted, whatever a merge called it meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from memory.merging.clones import Clone

from lsp_server.memory import Kind, Record
from lsp_server.memory.merging import merge_into


def renumbered(
    new_clone: Callable[..., Clone], pair: tuple[Clone, Clone], context: str = ""
) -> tuple[Clone, Clone, Record]:
    """A clone whose decision a merge has given another number, one that knows it under the first, and the
    decision."""
    a, b = pair
    c = new_clone("c", of=a)
    mine = b.memory.record(Kind.DECISION, "Mine", fields={"context": context})
    c.merge(b)
    a.memory.record(Kind.DECISION, "Published")
    b.merge(a, "ours")
    return b, c, mine


def test_a_number_given_by_a_merge_does_not_bring_a_deleted_record_back(
    new_clone: Callable[..., Clone], pair: tuple[Clone, Clone]
) -> None:
    b, c, mine = renumbered(new_clone, pair)
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
    lesson = pair[1].memory.record(Kind.LEARNING, "Lesson", fields={"lesson": "As ADR-0001 says."})
    b, c, mine = renumbered(new_clone, pair)
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
    b, c, mine = renumbered(new_clone, pair, "Old.")
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


def lesson(clone: Clone, other: Clone) -> str:
    """A record with three paragraphs that both clones have."""
    text = "One.\n\nTwo.\n\nThree."
    record = clone.memory.record(Kind.BUG, "Slow", fields={"description": text})
    other.merge(clone)
    return record.id


@pytest.mark.parametrize("swapped", [False, True])
def test_what_the_deleting_side_had_written_before_is_in_the_record_that_lives_on(
    pair: tuple[Clone, Clone], *, swapped: bool
) -> None:
    a, b = pair
    record_id = lesson(a, b)
    a.edit(a.memory.get(record_id), "One.", "One, by who deleted it.")
    a.memory.record(Kind.LEARNING, "Between")
    a.memory.delete(record_id)
    b.edit(b.memory.get(record_id), "Three.", "Three, by who did not.")
    into, other = (a, b) if swapped else (b, a)
    merge = into.merge(other)
    assert merge is not None
    assert [(one.id, one.label) for one in merge.revived] == [(record_id, "BUG-1")]
    assert (merge.conflicts, merge.merged, merge.added) == ([], [], 1)
    found = into.memory.get(record_id)
    assert found.fields["description"] == "One, by who deleted it.\n\nTwo.\n\nThree, by who did not."
    assert "deleted/bugs/0001.yaml" not in into.files()
    other.merge(into)
    assert other.tip == into.tip


def test_what_both_wrote_in_one_place_before_one_deleted_it_is_a_conflict(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    record_id = lesson(a, b)
    a.edit(a.memory.get(record_id), "Two.", "Two or less.")
    a.memory.delete(record_id)
    b.edit(b.memory.get(record_id), "Two.", "Two or more.")
    merge = b.merge(a)
    assert merge is not None
    assert [one.id for one in merge.revived] == [one.id for one in merge.conflicts] == [record_id]
    text = b.memory.text(record_id)
    assert "Two or less." in text
    assert "Two or more." in text


def test_all_that_several_wrote_who_deleted_it_is_in_the_record_that_lives_on(
    new_clone: Callable[..., Clone], pair: tuple[Clone, Clone]
) -> None:
    a, b = pair
    c = new_clone("c", of=a)
    record_id = lesson(a, b)
    c.merge(a)
    for clone, word in ((a, "One."), (c, "Two.")):
        clone.edit(clone.memory.get(record_id), word, f"{word[:-1]}, changed.")
        clone.memory.delete(record_id)
    a.merge(c)
    b.edit(b.memory.get(record_id), "Three.", "Three, changed.")
    b.merge(a)
    found = b.memory.get(record_id)
    assert found.fields["description"] == "One, changed.\n\nTwo, changed.\n\nThree, changed."


def test_a_record_that_was_renumbered_edited_and_deleted_lives_on_under_its_new_number(
    new_clone: Callable[..., Clone], pair: tuple[Clone, Clone]
) -> None:
    b, c, mine = renumbered(new_clone, pair, "One.\n\nTwo.")
    b.edit(b.memory.get(mine.id), "One.", "ONE.")
    b.memory.delete(mine.id)
    c.edit(c.memory.get(mine.id), "Two.", "TWO.")
    for into, other in ((b, c), (c, b)):
        into.merge(other)
        found = into.memory.get(mine.id)
        assert (found.label, found.aliases) == ("ADR-0002", ("ADR-0001",))
        assert found.fields["context"] == "ONE.\n\nTWO."
    assert b.tree() == c.tree()


def test_where_the_deletion_cannot_be_read_the_edit_alone_lives_on(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    record_id = lesson(a, b)
    a.edit(a.memory.get(record_id), "One.", "One, by who deleted it.")
    a.memory.delete(record_id)
    a.memory.record(Kind.LEARNING, "Afterwards")
    b.edit(b.memory.get(record_id), "Three.", "Three, by who did not.")
    theirs = b.fetch(a)
    lost = b.repo.git("rev-parse", f"{theirs}~1^{{tree}}")  # as in a clone that left out some of it
    (b.repo.root / ".git/objects" / lost[:2] / lost[2:]).unlink()
    merge = merge_into(b.core, b.core.store, theirs, source="a", yielding="younger")
    assert merge is not None
    assert [one.id for one in merge.revived] == [record_id]
    found = b.memory.get(record_id)
    assert found.fields["description"] == "One.\n\nTwo.\n\nThree, by who did not."
