"""A draft is a file: saved with a title it is committed, as a commit message is, and once."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import (
    GitMemoryError,
    NotFoundError,
    NotInitialisedError,
    RefusedError,
    SecretError,
    UsageError,
)
from lsp_server.memory import CodeRange, Kind
from lsp_server.records.model import MARKDOWN_KINDS


def fill(path: Path, title: str, **sections: str) -> str:
    text = path.read_text("utf-8").replace("\n# \n", f"\n# {title}\n", 1)
    for heading, words in sections.items():
        head, _, rest = text.partition(f" {heading.replace('_', ' ')}\n\n<!-- ")
        text = f"{head} {heading.replace('_', ' ')}\n\n{words}{rest.partition('-->')[2]}"
    path.write_text(text, "utf-8")
    return text


def test_a_draft_lies_outside_the_work_tree_and_knows_its_place(memory: Memory, repo: Repo) -> None:
    before = repo.git("status", "--porcelain")
    draft = memory.draft(Kind.DECISION, at=[CodeRange("src/auth.py", 5, 7)])
    text = draft.path.read_text("utf-8")
    assert "/.git/git-memory/drafts/" in draft.path.as_posix()
    assert f"id: {draft.id}" in text
    assert "path: src/auth.py\n    lines: 5-7" in text
    assert "\n# \n" in text
    assert repo.git("status", "--porcelain") == before


def test_an_untouched_draft_is_never_committed(memory: Memory) -> None:
    before = memory.version()
    for kind in MARKDOWN_KINDS:
        draft = memory.draft(kind, title="Even with a title")
        saved = memory.save_draft(draft.path)
        assert (saved.record, saved.changed) == (None, False)
        assert "nothing" in saved.reason
    assert memory.version() == before


def test_a_draft_without_a_title_waits(memory: Memory) -> None:
    draft = memory.draft(Kind.LEARNING)
    fill(draft.path, "", Lesson="Something.")
    saved = memory.save_draft(draft.path)
    assert saved.record is None
    assert "title" in saved.reason
    assert "Something." in draft.path.read_text("utf-8")


@pytest.mark.parametrize("kind", MARKDOWN_KINDS)
def test_a_saved_draft_is_a_record_without_the_hints(memory: Memory, repo: Repo, kind: Kind) -> None:
    draft = memory.draft(kind, at=[CodeRange("src/auth.py", 5, 7)])
    fill(draft.path, "A title")
    saved = memory.save_draft(draft.path)
    assert saved.record is not None
    assert (saved.record.id, saved.record.title, saved.changed) == (draft.id, "A title", True)
    text = memory.text(draft.id)
    assert "<!--" not in text
    assert "##" not in text
    assert saved.record.anchors[0].range == CodeRange("src/auth.py", 5, 7)
    assert memory.broken_files() == []
    assert repo.git("log", "-1", "--format=%s", "memory").startswith(
        f"{kind.value}: record {saved.record.label}"
    )


def test_what_was_written_in_a_section_stays_and_the_empty_ones_go(memory: Memory) -> None:
    draft = memory.draft(Kind.DECISION)
    fill(draft.path, "Use JWT", Rationale="It scales.")
    record = memory.save_draft(draft.path).record
    assert record is not None
    assert record.fields == {"rationale": "It scales."}
    assert "### Rationale\n\nIt scales.\n" in record.body
    assert "Considered Options" not in record.body


def test_a_later_save_amends_the_same_record(memory: Memory) -> None:
    draft = memory.draft(Kind.DECISION)
    fill(draft.path, "Use JWT", Rationale="It scales.")
    first = memory.save_draft(draft.path).record
    draft.path.write_text(draft.path.read_text("utf-8").replace("It scales.", "It scales well."), "utf-8")
    second = memory.save_draft(draft.path).record
    assert first is not None
    assert second is not None
    assert (first.id, first.label) == (second.id, second.label)
    assert memory.get("ADR-1").fields["rationale"] == "It scales well."
    assert len(memory.list()) == 1


def test_saving_again_without_a_change_is_no_commit(memory: Memory) -> None:
    draft = memory.draft(Kind.BUG)
    fill(draft.path, "It fails")
    memory.save_draft(draft.path)
    before = memory.version()
    assert memory.save_draft(draft.path).changed is False
    assert memory.version() == before


def test_two_servers_that_see_one_save_commit_once(memory: Memory, repo: Repo) -> None:
    draft = memory.draft(Kind.DECISION)
    fill(draft.path, "Use JWT")
    others = [Memory.for_draft(draft.path) for _ in range(4)]
    threads = [threading.Thread(target=other.save_draft, args=(draft.path,)) for other in others if other]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(threads) == 4
    assert len(memory.list()) == 1
    assert repo.git("rev-list", "--count", "memory") == "2"


def test_the_repository_is_told_from_the_drafts_path(memory: Memory, repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "other"))
    with Memory.open(tmp_path / "other") as other:
        draft = other.draft(Kind.DECISION)
    found = Memory.for_draft(draft.path)
    assert found is not None
    assert found.root == tmp_path / "other"
    assert Memory.for_draft(repo.root / "src/auth.py") is None
    assert Memory.for_draft(tmp_path / "git-memory/drafts/main/x.md") is None


def test_a_draft_with_broken_front_matter_is_kept_and_its_line_named(memory: Memory) -> None:
    draft = memory.draft(Kind.DECISION)
    text = fill(draft.path, "Use JWT").replace("kind: decision", "kind: [")
    draft.path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match="line 3"):
        memory.save_draft(draft.path)
    assert [problem.line for problem in memory.check_draft(draft.path, text)] == [2]
    assert draft.path.read_text("utf-8") == text


def test_a_fresh_draft_has_nothing_wrong_with_it(memory: Memory) -> None:
    for kind in MARKDOWN_KINDS:
        draft = memory.draft(kind)
        assert memory.check_draft(draft.path, draft.path.read_text("utf-8")) == []


def test_a_draft_needs_a_memory(repo: Repo) -> None:
    with Memory.open(repo.root) as memory, pytest.raises(NotInitialisedError):
        memory.draft(Kind.DECISION)


def test_a_draft_that_cannot_be_committed_is_still_there(memory: Memory, repo: Repo, tmp_path: Path) -> None:
    draft = memory.draft(Kind.DECISION)
    text = fill(draft.path, "Use JWT")
    repo.git("worktree", "add", "-q", str(tmp_path / "reading"), "memory")
    with pytest.raises(GitMemoryError):
        memory.save_draft(draft.path)
    assert draft.path.read_text("utf-8") == text
    repo.git("worktree", "remove", str(tmp_path / "reading"))
    assert memory.save_draft(draft.path).record is not None


def test_a_draft_that_supersedes_marks_and_links_the_old_decision_in_one_commit(
    memory: Memory, repo: Repo
) -> None:
    old = memory.record(Kind.DECISION, "Use sessions", status="accepted")
    draft = memory.draft(Kind.DECISION, supersedes="ADR-1")
    assert memory.get("ADR-1").status == "accepted"
    fill(draft.path, "Use JWT")
    new = memory.save_draft(draft.path).record
    assert new is not None
    assert (memory.get("ADR-1").status, new.status) == ("superseded", "accepted")
    assert [link.target for link in memory.get("ADR-1").links] == [new.id]
    assert [link.target for link in memory.get("ADR-2").links] == [old.id]
    assert repo.git("rev-list", "--count", "memory") == "3"
    with pytest.raises(RefusedError):
        memory.draft(Kind.DECISION, supersedes="ADR-1")


def test_what_was_typed_after_a_crash_between_the_commit_and_the_state_is_committed(memory: Memory) -> None:
    draft = memory.draft(Kind.DECISION).path
    state = draft.parent / ".state" / f"{draft.name}.json"
    fill(draft, "Use JWT", Rationale="It scales.")
    before = state.read_bytes()
    memory.save_draft(draft)
    values = json.loads(state.read_text("utf-8"))
    values["committed"] = False  # what stood there while git committed
    state.write_text(json.dumps(values), "utf-8")
    memory.mark("ADR-1", "accepted")
    draft.write_text(draft.read_text("utf-8").replace("It scales.", "It scales well."), "utf-8")
    assert memory.save_draft(draft).changed
    assert memory.get("ADR-1").fields["rationale"] == "It scales well."
    assert memory.get("ADR-1").status == "accepted"
    assert memory.save_draft(draft).changed is False
    state.write_bytes(before)  # and where not even that was left
    draft.write_text(draft.read_text("utf-8").replace("It scales well.", "It does scale."), "utf-8")
    assert memory.save_draft(draft).changed
    assert memory.get("ADR-1").fields["rationale"] == "It does scale."
    assert len(memory.list()) == 1


def test_a_draft_that_is_not_utf_8_is_refused_at_its_line_and_kept(memory: Memory) -> None:
    memory.record(Kind.LEARNING, "Emails differ by case")
    record = memory.list()[0]
    view, draft = memory.view(record.id).path, memory.draft(Kind.DECISION).path
    fill(draft, "Use JWT")
    for path in (view, draft):
        data = path.read_bytes() + b"\ncaf\xe9\n"
        path.write_bytes(data)
        with pytest.raises(UsageError, match=f"line {data.count(10)} .*UTF-8"):
            memory.save_draft(path)
        assert path.read_bytes() == data
    draft.write_bytes(draft.read_bytes().replace(b"# Use JWT", b"# caf\xe9"))
    with pytest.raises(UsageError, match="UTF-8"):
        memory.save_draft(draft)


def test_a_redacted_save_takes_the_secret_out_of_the_draft_too(memory: Memory) -> None:
    secret = "ghp_" + "9aZ8bY7cX6dW5eV4fU3gT2hS1iR0jQ9kP8oN"
    draft = memory.draft(Kind.DECISION).path
    fill(draft, "Use JWT", Rationale=f"The token was {secret}")
    with pytest.raises(SecretError):
        memory.save_draft(draft)
    assert secret in draft.read_text("utf-8")
    for words in ("The token was", "The new one is"):
        text = draft.read_text("utf-8")
        draft.write_text(f"{text}\n{words} {secret}\n", "utf-8")
        assert memory.save_draft(draft, redact=True).changed
        assert f"{words} [redacted: " in memory.text("ADR-1")
        assert draft.read_text("utf-8") == memory.text("ADR-1")
        assert memory.save_draft(draft).changed is False
        there = [path.read_bytes() for path in draft.parent.rglob("*") if path.is_file()]
        assert not any(secret.encode() in data for data in there)


def test_a_file_that_is_no_draft_is_refused_and_nothing_is_made_beside_it(
    memory: Memory, tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/x.md").write_text("# Mine\n")
    with pytest.raises(NotFoundError):
        memory.save_draft(tmp_path / "notes/x.md")
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["x.md"]
