"""Where nothing may be written: one clear line, the text kept, the branch as it was; reading goes on."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from matrix.walking import READING, WRITING, Place
from support import Repo

Code = Callable[..., Repo]
At = Callable[..., Place]

# Each would change the memory that `remembering` makes.
WRITES = (
    ["decide", "New decision"],
    ["learn", "New learning"],
    ["bug", "New bug"],
    ["checkpoint", "New checkpoint"],
    ["import", "adr", "{adrs}"],
    ["artifact", "add", "{adrs}/0001-use-git.md"],
    ["note", "patterns/anti-patterns", "New pattern"],
    ["set", "project/version", "2"],
    ["value", "set", "user:1", "2"],
    ["mark", "ADR-1", "accepted"],
    ["outcome", "ADR-1", "success"],
    ["supersede", "ADR-1", "New decision"],
    ["close", "BUG-1", "--learning", "New learning"],
    ["edit", "ADR-1"],
    ["anchor", "ADR-1", "--remove", "src/auth.py:4"],
    ["delete", "BUG-1"],
)
KEEP_A_TEXT = ("decide", "learn", "bug", "checkpoint", "supersede", "close", "edit")


# These write elsewhere: into branches of the code, and beside the memory's branch.
NOT_REFUSED = {"restore", "session", "event", "errors"}


def test_every_command_that_writes_is_among_them() -> None:
    assert {write[0] for write in WRITES} == {step.command for step in WRITING} - NOT_REFUSED


@pytest.fixture
def remembering(code: Code, place: At) -> Place:
    """A place with a decision, a bug, a checkpoint and a document in its memory."""
    at = place(code().root)
    at.do("init")
    at.do("decide", "Use sessions", "--at", "src/auth.py:4")
    at.do("bug", "Login fails")
    at.do("checkpoint", "Half way")
    at.do("note", "patterns/anti-patterns", "Mutable default arguments")
    at.do("value", "set", "üser:1", "1")
    at.do("event", "error", "Zeitüberschreitung")
    at.do("event", "metric", "GET /zeit", "--meta", "ms=12")
    return at


def _all_refused(at: Place, *words: str, doctor: int = 1) -> None:
    """Every write is refused with these words; reads answer; nothing has changed."""
    tip, before = at.repo.git("rev-parse", "refs/heads/memory"), at.fingerprint()
    for write in WRITES:
        said = at.fails(*(word.format(adrs=at.adrs) for word in write))
        assert all(word in said for word in words), said
        assert "Mutable" not in said  # of a document only what was to be added is the person's
        if write[0] in KEEP_A_TEXT:
            kept = re.search(r"your text is kept in (.+\.md)$", said.strip())
            assert kept, said
            text = Path(kept[1]).read_text(encoding="utf-8")
            assert "# " in text
    at.do("event", "error", "New event")
    answer = at.run("session", "end", "New session", "--next", "Newer ones")
    assert answer.code == 1, answer
    assert all(word in answer.err for word in words), answer
    assert answer.err.endswith("here it is:\nNew session\n\n## Next steps\n\n- Newer ones\n\n"), answer
    for step in READING:
        if step.command != "doctor":
            at.step(step)
    assert at.run("doctor").code == doctor
    assert at.repo.git("rev-parse", "refs/heads/memory") == tip
    assert at.fingerprint() == before


def test_while_a_linked_worktree_has_the_branch_checked_out(remembering: Place, tmp_path: Path) -> None:
    remembering.repo.git("worktree", "add", "-q", str(tmp_path / "reading room"), "memory")
    _all_refused(remembering, "checked out in", str(tmp_path / "reading room"))
    assert Repo(tmp_path / "reading room").git("status", "--porcelain") == ""


def test_while_the_branch_is_head(remembering: Place, place: At) -> None:
    remembering.repo.git("checkout", "-q", "memory")
    at = place(remembering.root, lines=False)
    _all_refused(at, "checked out in", str(at.root))
    at.repo.git("checkout", "-q", "main")
    assert "New" in at.do("learn", "New learning")


def test_in_a_branch_of_a_newer_format(remembering: Place) -> None:
    repo = remembering.repo
    repo.git("checkout", "-q", "memory")
    found = (repo.root / "memory.yaml").read_text()
    repo.write("memory.yaml", re.sub(r"(?m)^format: .*$", "format: 99", found))
    repo.commit("A newer program was here")
    repo.git("checkout", "-q", "main")
    _all_refused(remembering, "newer Git Memory", "format 99", "update")


def test_where_a_reference_transaction_hook_says_no(remembering: Place) -> None:
    # git's one hook that `update-ref` runs: what it refuses did not happen, and no text is lost.
    hook = remembering.repo.write(
        ".git/hooks/reference-transaction",
        '#!/bin/sh\n[ "$1" = prepared ] || exit 0\ngrep -q refs/heads/memory || exit 0\n'
        'echo "this branch is frozen" >&2\nexit 1\n',
    )
    hook.chmod(0o755)
    _all_refused(
        remembering, "hook 'reference-transaction' refused the write: this branch is frozen", doctor=0
    )
    hook.unlink()
    assert "New" in remembering.do("learn", "New learning")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to another user")
def test_a_repository_of_another_user(remembering: Place) -> None:
    before = remembering.fingerprint()
    for path in (remembering.root, remembering.root / ".git"):
        os.chown(path, 12345, 12345)
    if remembering.repo.git("rev-parse", "--git-dir", check=False):
        pytest.skip("this git does not look at who owns a repository (2.34.2 and 2.35.2 do)")
    for command in (["list"], ["learn", "T"], ["init"], ["log"]):
        said = remembering.fails(*command)
        assert "dubious ownership" in said or "unsafe repository" in said
        assert str(remembering.root) in said
    config = Path(os.environ["HOME"]) / ".gitconfig"
    config.write_text(config.read_text() + f"[safe]\n\tdirectory = {remembering.root}\n")
    assert "Use sessions" in remembering.do("list")
    assert remembering.fingerprint() == before


def test_a_memory_whose_texts_a_partial_clone_does_not_have(
    remembering: Place, place: At, tmp_path: Path
) -> None:
    repo = remembering.repo
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repo.git("clone", "-q", "--filter=blob:none", f"file://{repo.root}", str(tmp_path / "partial"))
    packs = sorted((tmp_path / "partial/.git/objects").rglob("*.pack"))
    at = place(tmp_path / "partial")
    for command in (["init"], ["list"], ["show", "ADR-1"], ["search", "sessions"], ["learn", "T"]):
        said = at.fails(*command) if command != ["init"] else at.run("init").err
        assert "partial clone" in said or command == ["init"], said
    assert sorted((tmp_path / "partial/.git/objects").rglob("*.pack")) == packs


def test_a_repository_that_was_taken_away(remembering: Place) -> None:
    shutil.rmtree(remembering.root / ".git")
    assert "not inside a git repository" in remembering.fails("list")
    assert "not inside a git repository" in remembering.fails("learn", "T")
