"""A number given twice: one record gets another, keeps the old label, and what was written of it follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from memory.merging.clones import Clone

from lsp_server.memory import CodeRange, Kind
from lsp_server.memory.merging import merge_into


def test_of_two_decisions_with_one_number_the_unpublished_one_gets_another(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    published = a.memory.record(Kind.DECISION, "Use JWT")
    mine = b.memory.record(Kind.DECISION, "Use PostgreSQL")
    assert published.label == mine.label == "ADR-0001"
    merge = b.merge(a, "ours")
    assert merge is not None
    assert [(one.id, one.title, one.old, one.new) for one in merge.renumbered] == [
        (mine.id, "Use PostgreSQL", "ADR-0001", "ADR-0002")
    ]
    assert b.files() == ["decisions/0001-use-jwt.md", "decisions/0002-use-postgresql.md", "memory.yaml"]
    assert b.memory.get(mine.id).aliases == ("ADR-0001",)
    assert b.memory.get("ADR-1").id == published.id


def test_a_renumbered_file_changes_in_one_line_and_gets_its_alias(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.BUG, "Login fails")
    b.memory.record(Kind.BUG, "Cache is stale", fields={"description": "Old data."})
    before = b.read("bugs/0001-cache-is-stale.md").splitlines()
    b.merge(a, "ours")
    after = b.read("bugs/0002-cache-is-stale.md").splitlines()
    assert [line for line in before if line not in after] == ["number: 1"]
    assert [line for line in after if line not in before] == ["number: 2", "aliases:", "  - BUG-1"]


def test_where_both_are_published_the_older_keeps_its_number(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    older = b.memory.record(Kind.DECISION, "Older")
    a.memory.record(Kind.DECISION, "Younger")
    merge = b.merge(a, "ours", published=[b.tip])
    assert merge is not None
    assert [(one.title, one.new) for one in merge.renumbered] == [("Younger", "ADR-0002")]
    assert b.memory.get(older.id).label == "ADR-0001"


def test_a_proposal_yields_to_the_memory_that_adopts_it(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "Proposed, and older")
    b.memory.record(Kind.DECISION, "In the memory")
    merge = b.merge(a, "theirs")
    assert merge is not None
    assert [one.title for one in merge.renumbered] == ["Proposed, and older"]


def test_the_younger_yields_in_both_directions_to_one_tree(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "Older")
    b.memory.record(Kind.DECISION, "Younger")
    before = a.tip
    a.merge(b)
    b.repo.git("fetch", "-q", str(a.repo.root), before)
    merge_into(b.core, b.core.store, before, source="a", yielding="younger")
    assert a.tree() == b.tree()


def test_a_new_number_is_above_all_that_either_side_ever_gave(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    for title in ("One", "Two", "Three"):
        a.memory.record(Kind.DECISION, title)
    a.memory.delete("ADR-3")
    b.memory.record(Kind.DECISION, "Mine")
    merge = b.merge(a, "ours")
    assert merge is not None
    assert [one.new for one in merge.renumbered] == ["ADR-0004"]


def test_a_number_that_the_other_side_gave_and_took_away_is_not_given_again(
    pair: tuple[Clone, Clone],
) -> None:
    a, b = pair
    gone = a.memory.record(Kind.DECISION, "Was short-lived")
    a.memory.delete(gone.id)
    mine = b.memory.record(Kind.DECISION, "Mine")
    merge = b.merge(a, "ours")
    assert merge is not None
    assert [(one.id, one.old, one.new) for one in merge.renumbered] == [(mine.id, "ADR-0001", "ADR-0002")]
    assert "deleted/decisions/0001.yaml" in b.files()


def test_a_number_that_only_we_took_away_stays_with_the_published_record(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "Published")
    b.memory.delete(b.memory.record(Kind.DECISION, "Short-lived").id)
    merge = b.merge(a, "ours")
    assert merge is not None
    assert merge.renumbered == []
    assert b.memory.get("ADR-1").title == "Published"
    assert "deleted/decisions/0001.yaml" in b.files()


def test_references_written_on_the_renumbered_side_follow(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    old = a.memory.record(Kind.LEARNING, "From before", fields={"lesson": "ADR-1 was foretold."})
    b.merge(a)
    a.memory.record(Kind.DECISION, "Theirs")
    a.memory.record(Kind.LEARNING, "Of theirs", fields={"lesson": "See ADR-0001."})
    mine = b.memory.record(Kind.DECISION, "Mine", fields={"context": "This is ADR-1 itself."})
    b.memory.record(
        Kind.LEARNING,
        "Of mine",
        fields={
            "lesson": "See ADR-1, adr-0001; ADR-1/ADR-01. Not RADR-1, ADR-1-b, ADR-12 or "
            "https://example.org/ADR-1 or docs/ADR-1.md, but (ADR-1)."
        },
    )
    edited = b.read(old.path).replace("foretold.", "foretold.\n\nNow there is ADR-1, in 0001-mine.md.")
    b.change({old.path: edited + "\n"})
    b.merge(a, "ours")
    assert b.memory.get(mine.id).label == "ADR-0002"
    assert "This is ADR-2 itself." in b.read("decisions/0002-mine.md")
    texts = {record.title: record.body for record in b.records().values()}
    assert (
        "See ADR-2, adr-0002; ADR-2/ADR-02. Not RADR-1, ADR-1-b, ADR-12 or "
        "https://example.org/ADR-1 or docs/ADR-1.md, but (ADR-2)." in texts["Of mine"]
    )
    assert "See ADR-0001." in texts["Of theirs"]
    assert "ADR-1 was foretold." in texts["From before"]
    assert "Now there is ADR-2, in 0002-mine.md." in texts["From before"]


def test_the_comments_of_links_follow_and_the_codes_text_does_not(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    b.repo.write("src/app.py", "def main():\n    return 1  # see ADR-2\n")
    b.repo.commit("Mention")
    a.memory.record(Kind.DECISION, "Theirs 1")
    a.memory.record(Kind.DECISION, "Theirs 2")
    first = b.memory.record(Kind.DECISION, "Mine 1")
    _, second = b.memory.supersede("ADR-1", "Mine 2")
    note = b.memory.record(Kind.LEARNING, "Anchored", at=[CodeRange("src/app.py", 2, 2)])
    b.merge(a, "ours")
    assert b.memory.get(first.id).label == "ADR-0003"
    text = b.read(b.memory.get(first.id).path)
    assert f"superseded-by: {second.id}  # ADR-0004" in text
    assert "return 1  # see ADR-2" in b.read(note.path)


def test_labels_in_the_code_at_head_are_reported(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    b.repo.write("src/app.py", "x = 1  # ADR-1\ny = 2  # adr-0001: why\nz = 3  # ADR-11, RADR-1\n")
    b.repo.write("notes/ünïcode.txt", "\tADR-01\n")
    b.repo.commit("Mention")
    a.memory.record(Kind.DECISION, "Theirs")
    b.memory.record(Kind.DECISION, "Mine")
    merge = b.merge(a, "ours")
    assert merge is not None
    assert [tuple(mention) for mention in merge.renumbered[0].mentions] == [
        ("notes/ünïcode.txt", 1, "ADR-01"),
        ("src/app.py", 1, "x = 1  # ADR-1"),
        ("src/app.py", 2, "y = 2  # adr-0001: why"),
    ]


def test_a_third_clone_reads_a_renumbered_record_under_both_labels(
    pair: tuple[Clone, Clone], new_clone: Callable[..., Clone]
) -> None:
    a, b = pair
    c = new_clone("c", of=a)
    a.memory.record(Kind.DECISION, "Theirs")
    mine = b.memory.record(Kind.DECISION, "Mine")
    b.merge(a, "ours")
    c.merge(b)
    assert c.memory.get("ADR-2").id == mine.id
    assert [record.id for record in c.memory.formerly("ADR-1")] == [mine.id]


def test_what_somebody_writes_meanwhile_about_the_old_number_follows_too(
    pair: tuple[Clone, Clone], new_clone: Callable[..., Clone]
) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "Theirs")
    mine = b.memory.record(Kind.DECISION, "Mine")
    c = new_clone("c", of=b)
    c.memory.record(Kind.LEARNING, "About it", fields={"lesson": "ADR-1 holds."})
    b.merge(a, "ours")
    c.merge(b, "ours")
    assert c.memory.get(mine.id).label == "ADR-0002"
    assert "ADR-2 holds." in next(iter(c.memory.list(Kind.LEARNING))).body


def test_a_record_that_two_clones_renumbered_apart_has_one_number_again(
    pair: tuple[Clone, Clone], new_clone: Callable[..., Clone]
) -> None:
    a, b = pair
    c, d = new_clone("c", of=a), new_clone("d", of=a)
    a.memory.record(Kind.DECISION, "First")
    c.memory.record(Kind.DECISION, "Second")
    mine = b.memory.record(Kind.DECISION, "Mine")
    d.merge(b)
    b.merge(a)
    d.merge(c)
    d.merge(a)
    d.merge(b)
    b.merge(d)
    assert b.tree() == d.tree()
    numbers = sorted(record.number or 0 for record in b.records().values())
    assert len(set(numbers)) == 3
    assert "ADR-0001" in b.memory.get(mine.id).aliases


@pytest.mark.parametrize("line", ["number: 1 # the first", "memory-number: 1", "'number': 1"])
def test_a_number_is_changed_however_it_is_written(pair: tuple[Clone, Clone], line: str) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "Theirs")
    mine = b.memory.record(Kind.DECISION, "Mine")
    b.change({mine.path: b.read(mine.path).replace("number: 1", line) + "\n"})
    b.merge(a, "ours")
    text = b.read("decisions/0002-mine.md")
    assert line.replace("1", "2", 1) in text
    assert b.memory.get(mine.id).aliases == ("ADR-0001",)


def test_a_number_that_cannot_be_changed_stays_and_is_told(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "Theirs")
    text = (
        "---\n{id: 7e0d7a3b-51f4-4bb1-9f3b-3f4a6f1f2a3b, kind: decision, number: 1, created: 2026-11-21}\n"
        "---\n\n# Mine\n"
    )
    b.change({"decisions/0001-mine.md": text})
    merge = b.merge(a, "ours")
    assert merge is not None
    assert b.read("decisions/0001-mine.md") == text.rstrip("\n")
    assert merge.renumbered == []
    assert "decisions/0001-mine.md has a number that another record has" in merge.remarks[0]
