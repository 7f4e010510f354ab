"""The index that followed a batch while git wrote it is the one that is made from the branch."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import Repo

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind

TABLES = {
    "files": "SELECT path, object_id, record_id, problems FROM files",
    "records": "SELECT * FROM records",
    "tombstones": "SELECT path, label, id FROM tombstones",
    "text": "SELECT id FROM search JOIN records ON row = search.rowid WHERE search MATCH 'look OR broke'",
    "version": "SELECT value FROM meta WHERE name = 'version'",
    **{
        table: f"SELECT r.id, t.* FROM {table} t JOIN records r USING (row)"
        for table in ("labels", "tags", "anchors", "births", "conflicts")
    },
}
TEXT = st.text(st.sampled_from("abc look #<>-*`'\":[]{}\n\t é~=|"), max_size=40)


def index_file(repo: Repo) -> Path:
    return repo.root / ".git/git-memory/index.sqlite3"


def contents(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    connection = sqlite3.connect(file)
    connection.row_factory = sqlite3.Row
    found = {}
    for name, query in TABLES.items():
        rows = [dict(row) for row in connection.execute(query)]
        for row in rows:
            row.pop("row", None)  # in the order of writing here, by path there
        found[name] = sorted((tuple(row.values()) for row in rows), key=repr)
    connection.execute("INSERT INTO search(search) VALUES ('integrity-check')")
    connection.close()
    return found


def assert_same_as_made_anew(repo: Repo, memory: Memory) -> None:
    memory.list(limit=1)
    followed = contents(index_file(repo))
    for file in index_file(repo).parent.glob("index.sqlite3*"):
        file.unlink()
    with Memory.open(repo.root) as fresh:
        fresh.list(limit=1)
    assert followed == contents(index_file(repo))


def test_many_records_of_all_kinds_changed_and_deleted(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        old = [memory.record(Kind.DECISION, f"old {n}", status="accepted") for n in range(3)]
        with memory.batch("all kinds"):
            for number in range(20):
                bug = memory.record(
                    Kind.BUG, f"it broke {number}", tags=["b", "a b"], at=[CodeRange("src/auth.py", 4, 6)]
                )
                memory.close_bug(bug.label, learning_title=f"look {number}", learning={"lesson": "Look."})
            memory.supersede(old[0].label, "new")
            memory.delete(old[1].label)
            memory.delete("BUG-3")
            memory.mark(old[2].label, "deprecated")
            memory.checkpoint("half way")
        assert_same_as_made_anew(repo, memory)


def test_the_index_stands_at_the_batch_before_anybody_asks_it(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        memory.list(limit=1)
        with memory.batch("many") as batch:
            for number in range(40):
                memory.record(Kind.LEARNING, f"look {number}")
        memory.close()  # which waits for what is under way
    assert contents(index_file(repo))["version"] == [(batch.version,)]
    assert len(contents(index_file(repo))["text"]) == 40


def test_a_batch_that_lost_its_race_leaves_nothing_of_the_first_try(repo: Repo) -> None:
    with Memory.open(repo.root) as memory, Memory.open(repo.root) as other:
        memory.initialise()
        with memory.batch("slow"):
            for number in range(40):
                memory.record(Kind.DECISION, f"slow {number}")
            other.record(Kind.DECISION, "fast")
        assert memory.get("ADR-1").title == "fast"
        assert_same_as_made_anew(repo, memory)


def test_a_batch_that_is_refused_leaves_the_index_as_it_was(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        memory.list(limit=1)
        before = contents(index_file(repo))
        (repo.root / ".git/refs/heads/memory.lock").touch()

        def write() -> None:
            with memory.batch("refused"):
                for number in range(40):
                    memory.record(Kind.LEARNING, f"look {number}")

        with pytest.raises(Exception, match="locked"):
            write()
        assert contents(index_file(repo)) == before
        (repo.root / ".git/refs/heads/memory.lock").unlink()
        memory.record(Kind.LEARNING, "look again")
        assert_same_as_made_anew(repo, memory)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=32, max_size=36))
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_the_texts_hold(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str, str]]
) -> None:
    repo = Repo(tmp_path_factory.mktemp("texts"))
    repo.git("init", "-q")
    with Memory.open(repo.root) as memory:
        memory.initialise()
        with memory.batch("texts"):
            for title, lesson, text in texts:
                fields = {"lesson": lesson, "what_happened": text}
                memory.record(Kind.LEARNING, f"t {title}".replace("\n", " "), fields=fields, text=lesson)
        assert_same_as_made_anew(repo, memory)
