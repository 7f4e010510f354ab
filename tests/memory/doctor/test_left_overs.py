"""What killed processes left is taken away where it is nobody's, and drafts are kept."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from memory.doctor.findings import codes, mended
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind


# left-overs --------------------------------------------------------------------------------------------
def test_what_killed_writers_left_is_taken_away(memory: Memory, repo: Repo) -> None:
    private = repo.root / ".git/git-memory"
    (private / "retired-0a1b2c3d" / "0a").mkdir(parents=True)
    (private / "lock").write_text(
        json.dumps({"since": 0, "incoming": str(private / "incoming-0"), "pid": 2**30})
    )
    theirs = repo.root / ".git/objects/tmp_objdir-git-memory-00"
    theirs.mkdir()
    fresh = repo.root / ".git/objects/tmp_objdir-git-memory-11"
    fresh.mkdir()
    os.utime(theirs, (time.time() - 7200,) * 2)
    after = memory.repair()
    assert len(after.repairs) == 3
    assert codes(after) == []
    assert not theirs.exists()
    assert fresh.is_dir()  # somebody may be at work in it
    assert memory.repair().repairs == ()


def test_what_any_command_clears_up_is_told_once_and_gone(memory: Memory, repo: Repo) -> None:
    private = repo.root / ".git/git-memory"
    (private / "retired-0a1b2c3d").mkdir()
    (private / "incoming-0a1b2c3d.in-use").mkdir()
    (private / "half-0a1b2c3d").write_text("{")
    found = memory.examine()
    assert codes(found) == ["abandoned-directory", "half-written"]
    assert not any(finding.fixable for finding in found.findings)
    assert codes(memory.examine()) == []
    assert not list(private.glob("*0a1b2c3d*"))


def test_half_a_file_in_the_users_own_directory(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    half = tmp_path / "git-memory/half-0a1b2c3d"
    half.parent.mkdir()
    half.write_text("{")
    with Memory.open(repo.root) as memory:
        memory.initialise()
        mended(memory, "half-written")
    assert not half.exists()


def test_what_is_left_is_told_also_where_there_is_no_memory(repo: Repo) -> None:
    private = repo.root / ".git/git-memory"
    private.mkdir()
    (private / "half-0a1b2c3d").write_text("{")
    with Memory.open(repo.root) as memory:
        assert codes(memory.repair()) == ["no-memory"]
    assert not list(private.iterdir())


def test_a_lock_that_is_nobodys_we_know_is_only_told(memory: Memory, repo: Repo) -> None:
    lock = repo.root / ".git/refs/heads/memory.lock"
    lock.touch()
    os.utime(lock, (time.time() - 600,) * 2)
    found = memory.repair()
    assert codes(found) == ["stale-lock"]
    assert "10 minutes" in found.findings[0].message
    assert lock.exists()


def test_a_draft_that_was_never_recorded_is_named_and_kept(memory: Memory) -> None:
    draft = memory.draft(Kind.LEARNING)
    assert codes(memory.examine()) == []  # nothing was written in it
    draft.path.write_text(draft.path.read_text() + "\nSome thoughts.\n")
    found = memory.repair()
    assert codes(found) == ["draft-waiting"]
    assert found.is_healthy
    assert str(draft.path) in found.findings[0].message
    assert f"`git memory edit {draft.path}`" in found.findings[0].advice
    assert draft.path.exists()


def test_drafts_in_the_users_own_directory_are_named_where_they_belong(
    memory: Memory, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    drafts = tmp_path / "state/git-memory/drafts"
    for name in ("here", "other"):
        draft = memory.draft(Kind.LEARNING)
        text = draft.path.read_text()
        (drafts / ".state").mkdir(parents=True, exist_ok=True)
        (drafts / f"{name}.md").write_text(f"{text}\nSome thoughts.\n")
        state = draft.path.parent / ".state" / f"{draft.path.name}.json"
        (drafts / ".state" / f"{name}.md.json").write_bytes(state.read_bytes())
        draft.path.unlink()
    head = repo.git("rev-parse", "HEAD")
    assert head in (drafts / "other.md").read_text()
    (drafts / "other.md").write_text((drafts / "other.md").read_text().replace(head, "1" * 40))
    with Memory.open(repo.root) as again:
        (finding,) = again.examine().findings
    assert finding.code == "draft-waiting"
    assert finding.where == str(drafts / "here.md")
    assert "in your own directory" in finding.message
