"""``git memory checkpoint --snapshot``, ``restore`` and ``checkpoint prune``, as a person types them."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

SNAPSHOT_KEYS = {"name", "label", "title", "commit", "base", "created", "size", "not_kept"}


@pytest.fixture
def label(repo: Repo) -> str:
    """A checkpoint with a snapshot; since then one file was changed, one was deleted, one was made."""
    (repo.path / "src" / "auth.py").write_text("then\n")
    (repo.path / "notes.txt").write_text("then\n")
    label = repo.json("checkpoint", "Then", "--snapshot")["label"]
    (repo.path / "src" / "auth.py").write_text("since\n")
    (repo.path / "notes.txt").unlink()
    (repo.path / "mine.txt").write_text("mine\n")
    return str(label)


def test_a_checkpoint_says_that_the_work_tree_is_kept_and_what_is_not(repo: Repo) -> None:
    repo.git("init", "-q", "inside")
    (repo.path / "inside" / "x").write_text("x")
    out = repo.do("checkpoint", "Here", "--snapshot")
    assert re.search(r"\n  the work tree is kept, \d+ B; git memory restore CHECK-[0-9a-f]{8}\n", out)
    assert out.endswith("  without inside: a repository of its own\n")


def test_a_checkpoint_warns_where_a_push_would_send_its_snapshot(repo: Repo) -> None:
    assert repo.run("checkpoint", "Here", "--snapshot").err == ""
    repo.git("remote", "add", "--mirror=push", "hub", "../hub.git")
    repo.git("remote", "add", "other", "../other.git")
    repo.git("config", "remote.other.push", "+refs/*:refs/*")
    assert repo.run("checkpoint", "Here", "--snapshot").err.splitlines() == [
        "warning: `git push hub` sends snapshots, too, untracked files included (remote.hub.mirror); "
        "`git config remote.hub.mirror false` stops that",
        "warning: `git push other` sends snapshots, too, untracked files included (remote.other.push); "
        "`git config --add remote.other.push '^refs/memory/*'` stops that",
    ]
    assert repo.run("checkpoint", "Here").err == ""
    repo.git("config", "remote.hub.mirror", "false")
    repo.git("config", "--add", "remote.other.push", "^refs/memory/*")
    assert repo.run("checkpoint", "Here", "--snapshot").err == ""


def test_a_checkpoint_s_json_tells_of_its_snapshot(repo: Repo) -> None:
    document = repo.json("checkpoint", "Here", "--snapshot")
    assert set(document["snapshot"]) == SNAPSHOT_KEYS
    assert document["snapshot"]["name"] == document["id"]
    assert "snapshot" not in repo.json("checkpoint", "Without")


def test_show_says_that_the_work_tree_is_kept_here(repo: Repo, label: str) -> None:
    assert f"kept in this clone; git memory restore {label}\n" in repo.do("show", label)
    repo.do("checkpoint", "prune", "--keep", "0", "--days", "0")
    assert "kept in this clone" not in repo.do("show", label)


def test_snapshot_and_edit_exclude_each_other_and_prune_is_no_title(repo: Repo) -> None:
    assert "exclude each other" in repo.fails("checkpoint", "--snapshot", "--edit", code=2)
    assert "prune comes first" in repo.fails("checkpoint", "--json", "prune", code=2)


def test_without_a_name_the_snapshots_are_listed(repo: Repo, label: str) -> None:
    assert re.fullmatch(rf"{label}  \d{{4}}-\d\d-\d\d \d\d:\d\d  [\d.]+ K?i?B  Then\n", repo.do("restore"))
    (listed,) = repo.json("restore")
    assert set(listed) == SNAPSHOT_KEYS
    assert listed["label"] == label


def test_where_there_is_no_snapshot_it_says_how_to_take_one(repo: Repo) -> None:
    answer = repo.run("restore")
    assert (answer.code, answer.out) == (1, "")
    assert "git memory checkpoint --snapshot" in answer.err
    assert repo.json("restore") == []


def test_by_itself_a_branch_is_made(repo: Repo, label: str) -> None:
    out = repo.do("restore", label)
    assert out.startswith(f"The branch restored/{label} is the work tree at {label} Then.\n")
    assert repo.git("show", f"restored/{label}:notes.txt") == "then"
    assert not (repo.path / "notes.txt").exists()
    document = repo.json("restore", label, "--branch", "mine")
    assert (document["branch"], document["created"], document["worktree"]) == ("mine", True, None)


def test_a_worktree_from_a_subdirectory(repo: Repo, label: str) -> None:
    out = repo.do("restore", label, "--worktree", "../../then", cwd=repo.path / "src")
    assert f"It is checked out in {repo.path.parent / 'then'}." in out
    assert (repo.path.parent / "then" / "notes.txt").read_text() == "then\n"


def test_in_place_shows_first_then_says_where_the_state_before_is(repo: Repo, label: str) -> None:
    out = repo.do("restore", label, "--in-place", "--yes")
    shown = (
        "  add notes.txt\n"
        "  replace src/auth.py\n"
        "  stays mine.txt: not in the snapshot, and not followed by git\n"
    )
    assert out.startswith(shown)
    kept = re.search(r"The state before is kept as (before-\S+), [\d.]+ K?i?B; the way back:\n", out)
    assert kept
    assert f"\n  git memory restore {kept[1]} --in-place\n" in out
    assert out.endswith(f"2 files changed: the work tree is as it was at {label} Then.\n")
    assert (repo.path / "src" / "auth.py").read_text() == "then\n"
    assert (repo.path / "mine.txt").read_text() == "mine\n"

    document = repo.json("restore", kept[1], "--in-place", "--yes")
    assert [change["path"] for change in document["changes"]] == ["notes.txt", "src/auth.py"]
    assert set(document["before"]) == SNAPSHOT_KEYS
    assert (repo.path / "src" / "auth.py").read_text() == "since\n"
    assert not (repo.path / "notes.txt").exists()


def test_a_dry_run_only_shows(repo: Repo, label: str) -> None:
    out = repo.do("restore", label, "--in-place", "--dry-run")
    assert out.startswith("  would add notes.txt\n  would replace src/auth.py\n")
    document = repo.json("restore", label, "--in-place", "-n")
    assert [change["step"] for change in document["changes"]] == ["add", "replace"]
    assert (document["staying"], document["head_moved_to"]) == (["mine.txt"], None)
    assert (repo.path / "src" / "auth.py").read_text() == "since\n"
    assert len(repo.json("restore")) == 1


def test_without_anybody_to_ask_nothing_is_done(repo: Repo, label: str) -> None:
    answer = repo.run("restore", label, "--in-place")
    assert answer.code == 1
    assert answer.out.startswith("  add notes.txt\n")
    assert answer.err.startswith("error: nothing was done: there is nobody to ask, so say --yes")
    assert "say --yes" in repo.fails("restore", label, "--in-place", "--json")
    assert (repo.path / "src" / "auth.py").read_text() == "since\n"


@pytest.mark.parametrize(("typed", "text"), [(b"y\n", "then\n"), (b"n\n", "since\n"), (b"\n", "since\n")])
def test_on_a_terminal_it_asks(repo: Repo, label: str, typed: bytes, text: str) -> None:
    ours, theirs = pty.openpty()
    program = repo.environment["PATH"].split(os.pathsep)[0] + "/git-memory"
    running = subprocess.Popen(
        [program, "restore", label, "--in-place"],
        cwd=repo.path,
        env=repo.environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    while b"[y/N]" not in seen and select.select([ours], [], [], 20)[0]:
        seen += os.read(ours, 4096)
    assert b"Change 2 files of this work tree? [y/N]" in seen
    assert (repo.path / "src" / "auth.py").read_text() == "since\n", "nothing is done before the answer"
    os.write(ours, typed)
    code = running.wait(timeout=20)
    os.close(ours)
    assert code == (0 if text == "then\n" else 1)
    assert (repo.path / "src" / "auth.py").read_text() == text


def test_when_head_moved_the_error_says_what_can_be_done(repo: Repo, label: str) -> None:
    repo.git("commit", "-q", "--allow-empty", "-m", "Moved")
    answer = repo.run("restore", label, "--in-place", "--yes")
    assert answer.code == 1
    assert re.match(r"error: HEAD moved: it is at [0-9a-f]{10}, and was at [0-9a-f]{10} when", answer.err)
    assert answer.err.count("\n") == 1
    repo.do("restore", label, "--in-place", "--yes", "--force")
    assert (repo.path / "src" / "auth.py").read_text() == "then\n"


def test_a_dry_run_says_that_there_is_nothing_to_do(repo: Repo) -> None:
    label = repo.json("checkpoint", "Now", "--snapshot")["label"]
    told = f"The work tree is as it was at {label} Now already.\n"
    assert repo.do("restore", label, "--in-place", "--dry-run") == told
    assert repo.do("restore", label, "--in-place", "--yes") == told


def test_a_dry_run_says_that_a_moved_head_is_refused(repo: Repo, label: str) -> None:
    head = repo.commit("More", more="1\n")
    refused = f"  refused without --force: HEAD is at {head[:10]} now\n"
    assert repo.do("restore", label, "--in-place", "--dry-run").endswith(refused)
    assert refused not in repo.do("restore", label, "--in-place", "--dry-run", "--force")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--yes"],
        ["--force"],
        ["--dry-run"],
        ["--in-place", "--branch", "b"],
        ["--in-place", "--worktree", "w"],
    ],
)
def test_options_that_do_not_go_together(repo: Repo, label: str, arguments: list[str]) -> None:
    repo.fails("restore", label, *arguments, code=2)
    repo.fails("restore", "--in-place", code=2)


def test_pruning_tells_what_goes_and_what_stays(repo: Repo, label: str) -> None:
    later = repo.json("checkpoint", "Later", "--snapshot")["label"]
    out = repo.do("checkpoint", "prune", "--keep", "1", "--days", "0", "--dry-run")
    assert re.match(r"Would let go of 1 snapshot, [\d.]+ K?i?B that only they need:\n", out)
    assert "Would keep 1 snapshot:\n" in out
    document = repo.json("checkpoint", "prune", "--keep", "1", "--days", "0")
    assert [one["label"] for one in document["removed"]] == [label]
    assert [one["label"] for one in document["kept"]] == [later]
    assert (document["dry_run"], set(document)) == (False, {"removed", "kept", "freed", "dry_run"})
    assert [one["label"] for one in repo.json("restore")] == [later]
    assert repo.do("checkpoint", "prune", "--keep", "0", "--days", "0").startswith("Let go of 1 snapshot")
    assert repo.run("checkpoint", "prune").code == 1


def test_what_was_pruned_is_brought_back_by_the_commit_that_was_told(repo: Repo, label: str) -> None:
    told = repo.do("checkpoint", "prune", "--keep", "0", "--days", "0").splitlines()
    name, commit, *_ = told[1].split()
    assert name == label
    assert "`git branch NAME COMMIT`" in told[2]
    repo.git("branch", "back", commit)
    assert repo.git("show", "back:src/auth.py").startswith("then")


def test_help_of_prune_names_it_as_it_is_typed(repo: Repo) -> None:
    assert repo.do("checkpoint", "prune", "-h").startswith("Usage: git memory checkpoint prune [OPTIONS]\n")
    assert "[OPTIONS] [MESSAGE]" in repo.do("checkpoint", "-h").splitlines()[0]


def test_snapshots_and_prune_are_completed(repo: Repo, label: str) -> None:
    completing = {"_GIT_MEMORY_COMPLETE": "1"}
    assert repo.run("restore", "che", env=completing).out == f"plain\t{label}\tThen\n"
    assert "plain\tprune\t" in repo.run("checkpoint", "pr", env=completing).out
    assert "plain\t--dry-run\t" in repo.run("checkpoint", "prune", "--dr", env=completing).out
    assert "plain\t--snapshot\t" in repo.run("checkpoint", "A title", "--sn", env=completing).out
