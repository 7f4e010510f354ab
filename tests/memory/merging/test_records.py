"""Records are merged by their id, wherever their files stand; nothing is dropped."""

from __future__ import annotations

from collections.abc import Callable

from memory.merging.clones import Clone

from lsp_server.memory import Kind
from lsp_server.memory.merging import merge_into
from lsp_server.records.model import Record


def shared(a: Clone, b: Clone, title: str = "Use JWT") -> Record:
    record = a.memory.record(Kind.DECISION, title, fields={"context": "Sessions."})
    b.merge(a)
    return record


def test_different_records_never_conflict(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.LEARNING, "One")
    b.memory.record(Kind.LEARNING, "Two")
    merge = b.merge(a)
    assert merge is not None
    assert (merge.fast_forward, merge.added, merge.changed, merge.deleted) == (False, 1, 0, 0)
    assert (merge.conflicts, merge.renumbered, merge.remarks) == ([], [], ())
    assert {record.title for record in b.memory.list()} == {"One", "Two"}


def test_edits_of_two_fields_of_one_record_are_both_kept(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    record = shared(a, b)
    a.memory.mark(record.id, "accepted")
    b.edit(record, "Sessions.", "Sessions do not scale.")
    merge = b.merge(a)
    assert merge is not None
    assert (list(merge.merged), merge.changed) == (["ADR-0001"], 1)
    merged = b.memory.get(record.id)
    assert (merged.status, merged.fields["context"]) == ("accepted", "Sessions do not scale.")


def test_what_conflicts_keeps_both_texts_and_names_who_wrote_them(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    record = shared(a, b)
    a.edit(record, "Sessions.", "Theirs.")
    b.edit(record, "Sessions.", "Mine.")
    tips = (a.tip[:8], b.tip[:8])
    merge = b.merge(a)
    assert merge is not None
    assert [(one.id, one.label, one.title) for one in merge.conflicts] == [(record.id, "ADR-0001", "Use JWT")]
    text = b.read(record.path)
    assert "Theirs." in text
    assert "Mine." in text
    marks = [line for line in text.splitlines() if line.startswith(("<<<<<<<", ">>>>>>>"))]
    assert sorted(mark[8:19] for mark in marks) == ["A Developer", "A Developer"]
    assert {mark[-9:-1] for mark in marks} == set(tips)


def test_a_file_moved_on_one_side_and_edited_on_the_other_is_one_record(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    record = shared(a, b)
    a.change({"decisions/0001-use-tokens.md": a.read(record.path) + "\n"}, [record.path])
    b.edit(record, "Sessions.", "Edited.")
    merge = b.merge(a)
    assert merge is not None
    assert b.files() == ["decisions/0001-use-tokens.md", "memory.yaml"]
    assert b.memory.get(record.id).fields["context"] == "Edited."


def test_deleted_on_one_side_and_edited_on_the_other_survives_and_is_told(pair: tuple[Clone, Clone]) -> None:
    for first_deletes in (True, False):
        a, b = pair
        record = shared(a, b, title=f"Use JWT {first_deletes}")
        deleting, editing = (a, b) if first_deletes else (b, a)
        deleting.memory.delete(record.id)
        editing.edit(record, "Sessions.", "Edited.")
        merge = b.merge(a)
        assert merge is not None
        assert [(one.id, one.label) for one in merge.revived] == [(record.id, record.label)]
        assert b.memory.get(record.id).fields["context"] == "Edited."
        assert not [path for path in b.files() if path.startswith("deleted/")]
        message = b.repo.git("log", "-1", "--format=%B", "memory")
        assert f'Deleted on one side and edited on the other: kept:\n- {record.label} "Use JWT' in message
        a.merge(b)


def test_deleted_on_one_side_and_left_alone_on_the_other_is_deleted(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    record = shared(a, b)
    a.memory.delete(record.id)
    b.memory.record(Kind.LEARNING, "Other")
    merge = b.merge(a)
    assert merge is not None
    assert (merge.deleted, list(merge.revived)) == (1, [])
    assert record.path not in b.files()
    assert "deleted/decisions/0001.yaml" in b.files()


def test_deleted_on_both_sides_leaves_the_earlier_tombstone(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    record = shared(a, b)
    for clone, day in ((a, "03"), (b, "02")):
        stone = f"label: ADR-0001\nid: {record.id}\ntitle: Use JWT\ndeleted: 2026-01-{day}T00:00:00+00:00\n"
        clone.change({"deleted/decisions/0001.yaml": stone}, [record.path])
    b.merge(a)
    assert b.files() == ["deleted/decisions/0001.yaml", "memory.yaml"]
    assert "2026-01-02" in b.read("deleted/decisions/0001.yaml")


def test_two_records_that_were_deleted_under_one_number_leave_two_tombstones(
    pair: tuple[Clone, Clone],
) -> None:
    a, b = pair
    ids = []
    for clone in pair:
        record = clone.memory.record(Kind.DECISION, "Short-lived")
        clone.memory.delete(record.id)
        ids.append(record.id)
    b.merge(a)
    stones = [path for path in b.files() if path.startswith("deleted/")]
    assert len(stones) == 2
    assert {record_id for record_id in ids for path in stones if record_id in b.read(path)} == set(ids)
    assert b.memory.record(Kind.DECISION, "Next").label == "ADR-0002"


def test_two_learnings_with_one_name_stand_beside_each_other(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    text = "---\nid: {}\nkind: learning\ncreated: 2026-01-01T1{}:00:00+00:00\n---\n\n# Emails\n\n{}\n"
    path = "learnings/2026/01/01-emails.md"
    ids = ("7e0d7a3b-51f4-4bb1-9f3b-3f4a6f1f2a3b", "1b3c2f8e-8a1b-4c3d-9e4f-0a1b2c3d4e5f")
    a.change({path: text.format(ids[0], 1, "Older.")})
    b.change({path: text.format(ids[1], 2, "Younger.")})
    b.merge(a)
    assert "Older." in b.read(path)
    assert "Younger." in b.read("learnings/2026/01/01-emails-2.md")


def test_a_copy_by_hand_stays_a_plain_file(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    record = shared(a, b)
    copy = "decisions/0000-copy.md"
    a.change({copy: a.read(record.path) + "\n"})
    b.edit(record, "Sessions.", "Edited.")
    b.merge(a)
    assert "Edited." in b.read(record.path)
    assert "Sessions." in b.read(copy)


def test_a_record_broken_by_hand_merges_by_its_path_as_text(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    record = shared(a, b)
    a.change({record.path: a.read(record.path).replace("---\nid", "id", 1) + "\n\nTheirs.\n"})
    b.edit(record, "# Use JWT", "# Use JWT\n\nMine.")
    b.merge(a)
    assert b.files() == [record.path, "memory.yaml"]
    text = b.read(record.path)
    assert "Theirs." in text
    assert "Mine." in text


def test_a_broken_file_that_one_side_mended_is_still_the_same_file(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    path = "learnings/2026/01/01-emails.md"
    body = "\n# Emails\n\nOne.\n\nTwo.\n"
    a.change({path: body})
    b.merge(a)
    front = "---\nid: 7e0d7a3b-51f4-4bb1-9f3b-3f4a6f1f2a3b\nkind: learning\ncreated: 2026-01-01\n---\n"
    a.change({path: front + body})
    b.change({path: body.replace("Two.", "Two, edited.")})
    b.merge(a)
    assert b.files() == [path, "memory.yaml"]
    assert "Two, edited." in b.read(path)


def test_two_memories_that_were_begun_apart_become_one(new_clone: Callable[..., Clone]) -> None:
    a, b = new_clone("a"), new_clone("b")
    a.memory.record(Kind.DECISION, "Theirs")
    b.memory.record(Kind.DECISION, "Mine")
    merge = b.merge(a, "ours")
    assert merge is not None
    assert [record.title for record in b.records().values()] == ["Theirs", "Mine"]
    assert b.files()[-1] == "memory.yaml"
    again = a.merge(b, "ours")
    assert again is not None
    assert again.fast_forward
    assert a.tree() == b.tree()


def test_the_same_record_that_came_on_two_ways_is_one(new_clone: Callable[..., Clone]) -> None:
    a, b = new_clone("a"), new_clone("b")
    record = a.memory.record(Kind.DECISION, "Squashed elsewhere")
    b.change({record.path: a.read(record.path) + "\n"})
    merge = b.merge(a, "ours")
    assert merge is not None
    assert merge.renumbered == []
    assert b.files() == [record.path, "memory.yaml"]


def test_a_conflict_in_a_shallow_clone_does_not_name_who_only_comes_last_in_what_is_to_be_seen(
    new_clone: Callable[..., Clone],
) -> None:
    a, shallow = new_clone("a"), new_clone("shallow")
    record = a.memory.record(Kind.LEARNING, "Email case", fields={"lesson": "One."})
    c = new_clone("c", of=a)
    a.edit(record, "One.", "Two.")
    a.memory.record(Kind.LEARNING, "Another")
    shallow.repo.git("update-ref", "-d", "refs/heads/memory")
    shallow.repo.git("fetch", "-q", "--depth=1", f"file://{a.repo.root}", "+memory:memory")
    c.edit(record, "One.", "Three.")
    merge = shallow.merge(c)
    assert merge is not None
    assert len(merge.conflicts) == 1
    text = shallow.memory.raw(record.id).decode()
    assert f"version {a.tip[:8]}\n" in text
    assert text.count("A Developer, ") == 1


def test_a_conflict_where_history_cannot_be_read_names_the_versions(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    record = a.memory.record(Kind.LEARNING, "Email case", fields={"lesson": "One."})
    b.merge(a)
    a.edit(record, "One.", "Two.")
    for title in ("Another", "A third"):
        a.memory.record(Kind.LEARNING, title)
    b.edit(record, "One.", "Three.")
    theirs = b.fetch(a)
    lost = b.repo.git("rev-parse", f"{theirs}~1^{{tree}}")  # as in a clone that left out some of it
    (b.repo.root / ".git/objects" / lost[:2] / lost[2:]).unlink()
    merge = merge_into(b.core, b.core.store, theirs, source="a", yielding="younger")
    assert merge is not None
    assert len(merge.conflicts) == 1
    assert f"version {theirs[:8]}\n" in b.memory.raw(record.id).decode()
