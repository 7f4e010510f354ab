"""A number given twice: one record gets another, keeps the old label, and what was written of it follows."""

from __future__ import annotations

from memory.merging.clones import Clone

from lsp_server.memory import Kind


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
