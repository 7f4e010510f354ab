"""A healthy memory has no findings; the index, the remotes and the surroundings are looked at, too."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
from memory.doctor.findings import ByHand, codes
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.memory.doctor.model import Severity


def test_a_healthy_memory_has_no_findings(memory: Memory, repo: Repo) -> None:
    before = repo.fingerprint(), repo.git("rev-parse", "memory")
    found = memory.examine()
    assert codes(found) == []
    assert found.is_healthy
    assert [area.name for area in found.areas] == [
        "branch", "records", "documents", "artifacts", "values", "events", "links", "anchors", "index",
        "remotes", "left-overs", "hooks", "configuration", "environment",
    ]  # fmt: skip
    assert {a.name: a.summary for a in found.areas}["records"] == "1 decision, 1 learning, 1 bug"
    assert memory.repair().repairs == ()
    assert (repo.fingerprint(), repo.git("rev-parse", "memory")) == before


def test_without_a_memory_it_says_how_to_begin(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        assert codes(memory.examine()) == ["no-memory"]
        repo.git("branch", "memory")
        assert codes(memory.examine()) == ["not-a-memory"]
        assert memory.repair().repairs == ()


def test_an_empty_memory_is_healthy(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        assert codes(memory.examine()) == []


# the index ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "spoil",
    [
        "DELETE FROM records WHERE kind = 'bug'",
        "DELETE FROM files WHERE path LIKE 'bugs/%'",
        "UPDATE files SET object_id = 'old' WHERE path LIKE 'bugs/%'",
        "UPDATE records SET title = 'Something else' WHERE kind = 'bug'",
        "INSERT INTO files VALUES ('learnings/none.md', 'x', NULL, NULL)",
    ],
)
def test_an_index_that_says_something_else_is_made_anew(repo: Repo, memory: Memory, spoil: str) -> None:
    memory.list()
    with sqlite3.connect(repo.root / ".git/git-memory/index.sqlite3") as connection:
        connection.execute(spoil)
    connection.close()
    found = memory.examine()
    assert "index-differs" in codes(found)
    after = memory.repair()
    assert codes(after) == []
    assert after.repairs[0].code == "index-differs"
    assert memory.get("BUG-1").title == "Login fails"


def test_a_number_that_only_the_index_knows_survives_its_rebuilding(
    repo: Repo, memory: Memory, by_hand: ByHand
) -> None:
    memory.record(Kind.DECISION, "Removed by hand")
    memory.list()  # the index has seen it
    by_hand(lambda tree: tree.git("rm", "-q", "decisions/0002-removed-by-hand.md") and None)
    memory.list()
    with sqlite3.connect(repo.root / ".git/git-memory/index.sqlite3") as connection:
        connection.execute("DELETE FROM files")
    connection.close()
    assert memory.repair().is_healthy
    assert memory.record(Kind.DECISION, "Next").label == "ADR-0003"


# remotes -----------------------------------------------------------------------------------------------
def test_how_it_stands_to_its_remotes_without_asking_them(memory: Memory, repo: Repo, tmp_path: Path) -> None:
    hub = Repo(tmp_path / "hub.git")
    hub.root.mkdir()
    hub.git("init", "-q", "--bare")
    repo.git("remote", "add", "origin", str(hub.root))
    assert codes(memory.examine()) == ["not-shared"]
    memory.sync("origin")
    assert codes(memory.examine()) == []
    memory.record(Kind.BUG, "Another")
    found = memory.examine()
    assert codes(found) == ["out-of-step"]
    assert "1 to send" in found.findings[0].message
    # The remote is rewritten and fetched by hand; then it is gone, and nobody asks it.
    first = repo.git("rev-list", "--max-parents=0", "memory")
    hub.git("branch", "-f", "memory", first)
    repo.git("fetch", "-q", "origin", "+refs/heads/memory:refs/remotes/origin/memory")
    hub.root.rename(tmp_path / "gone")
    found = memory.examine()
    assert codes(found) == ["remote-rewritten"]
    assert "keeps all that is here" in found.findings[0].advice


def test_a_remote_that_began_apart(memory: Memory, repo: Repo) -> None:
    repo.git("remote", "add", "origin", "/nowhere")
    repo.git("update-ref", "refs/remotes/origin/memory", repo.git("rev-parse", "main"))
    assert codes(memory.examine()) == ["unrelated-remote"]


# what is around it -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("core.hooksPath", "/nowhere/hooks", "hooks-path"),
        ("core.fsyncMethod", "writeout-only", "not-durable"),
        ("memory.sync", "on", "syncs-nowhere"),
        ("branch.memory.remote", "gone", "no-such-remote"),
    ],
)
def test_a_setting_that_stands_in_the_way(
    memory: Memory, repo: Repo, key: str, value: str, code: str
) -> None:
    repo.git("config", key, value)
    assert codes(memory.examine()) == [code]


def test_two_memories(memory: Memory, repo: Repo) -> None:
    repo.git("config", "memory.branch", "elsewhere")
    assert codes(memory.examine()) == ["no-memory", "two-memories"]


def test_a_hook_that_may_refuse_writes(memory: Memory, repo: Repo) -> None:
    repo.write(".git/hooks/reference-transaction", "#!/bin/sh\n").chmod(0o755)
    found = memory.examine()
    assert codes(found) == ["reference-transaction"]
    assert found.findings[0].severity is Severity.NOTE


def test_a_person_without_a_name(memory: Memory, home: Path, repo: Repo) -> None:
    (home / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    assert codes(memory.examine()) == ["no-name"]


def test_a_clock_that_is_wrong(memory: Memory, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(time.time() + 86_400))
    monkeypatch.setenv("GIT_COMMITTER_DATE", later)
    monkeypatch.setenv("GIT_AUTHOR_DATE", later)
    with Memory.open(repo.root) as another:
        another.record(Kind.BUG, "From tomorrow")
        assert codes(another.examine()) == ["clock"]


def test_a_bare_repository(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--bare", str(repo.root), str(tmp_path / "bare.git"))
    with Memory.open(tmp_path / "bare.git") as memory:
        memory.initialise()
        memory.record(Kind.BUG, "Login fails")
        assert codes(memory.examine()) == ["not-shared"]
