"""The checkpoint that a commit was prepared with, named in its message by the hooks, by real commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hooked import change, commit, git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Repo


def test_the_message_names_the_checkpoint_that_the_commit_was_prepared_with(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    assert commit(hooked, "Nothing to name") == "Nothing to name"
    (hooked.path / "src" / "auth.py").write_text("half way\n")
    label = hooked.label("checkpoint", "Half way")
    hooked.git("add", "src/auth.py")
    assert commit(hooked, "Sign in") == f"Sign in\n\nMemory-Checkpoint: {label}"
    assert commit(hooked, "The next one") == "The next one"
    assert label in hooked.do("show", hooked.git("rev-parse", "HEAD~1"))


def test_a_checkpoint_of_a_clean_work_tree_is_not_of_the_commit_that_follows(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    hooked.do("checkpoint", "All done so far")
    assert commit(hooked, "Something else") == "Something else"


def test_an_amendment_keeps_its_trailer_and_gets_no_second_one(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    change(hooked)
    label = hooked.label("checkpoint", "Half way")
    hooked.git("commit", "-qm", "Sign in")
    hooked.git("commit", "-q", "--amend", "--no-edit")
    assert hooked.git("log", "-1", "--format=%B") == f"Sign in\n\nMemory-Checkpoint: {label}"


@pytest.mark.parametrize(("comment", "options"), [("#", ()), (";", ("-v",))])
def test_a_message_that_is_left_empty_in_the_editor_still_ends_the_commit(
    comment: str, options: tuple[str, ...], hooked: Repo
) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    hooked.git("config", "core.commentChar", comment)
    change(hooked)
    label = hooked.label("checkpoint", "Half way")
    done = git(hooked, "commit", *options, GIT_EDITOR="true")
    assert done.returncode == 1
    assert "Aborting commit due to empty commit message" in done.stderr
    typed = hooked.editor('{ echo "Sign in"; cat "$1"; } >"$1.new" && mv "$1.new" "$1"')
    done = git(hooked, "commit", *options, GIT_EDITOR=typed)
    assert done.returncode == 0, done.stderr
    assert hooked.git("log", "-1", "--format=%B") == f"Sign in\n\nMemory-Checkpoint: {label}"


def test_a_template_that_was_not_filled_in_still_ends_the_commit(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    (hooked.path.parent / "template").write_text("Subject\n\nWhy:\n")
    hooked.git("config", "commit.template", "../template")
    change(hooked)
    hooked.do("checkpoint", "Half way")
    done = git(hooked, "commit", GIT_EDITOR="true")
    assert done.returncode == 1
    assert "you did not edit the message" in done.stderr


@pytest.fixture
def prepared(hooked: Repo) -> tuple[Repo, str]:
    """A change that a checkpoint was made of, ready to be committed; the checkpoint's label."""
    hooked.git("config", "memory.hooks.trailer", "true")
    change(hooked)
    return hooked, hooked.label("checkpoint", "Half way")


@pytest.mark.parametrize(
    ("cleanup", "comment", "message"),
    [
        ("default", "#", "#123 sign in"),
        ("scissors", "#", "#123\n\nSigning in\n\n#124 is the next one"),
        ("whitespace", ";", ";-) sign in"),
        ("verbatim", "auto", "#123 sign in"),
    ],
)
def test_a_line_like_a_comment_in_a_message_that_is_given_is_text(
    cleanup: str, comment: str, message: str, prepared: tuple[Repo, str]
) -> None:
    repo, label = prepared
    repo.git("config", "core.commentChar", comment)
    repo.git("config", "commit.cleanup", cleanup)
    assert commit(repo, message) == f"{message}\n\nMemory-Checkpoint: {label}"
    trailer = repo.git("log", "-1", "--format=%(trailers:key=Memory-Checkpoint,valueonly)")
    assert trailer == label


@pytest.mark.parametrize("by_option", [True, False])
def test_where_git_strips_comments_a_message_of_nothing_else_still_ends_the_commit(
    by_option: bool, prepared: tuple[Repo, str]
) -> None:
    repo, label = prepared
    if not by_option:
        repo.git("config", "commit.cleanup", "strip")
    options = ("--cleanup=strip",) if by_option else ()
    done = git(repo, "commit", *options, "-m", "#123 sign in")
    assert done.returncode == 1
    assert "Aborting commit due to empty commit message" in done.stderr
    assert git(repo, "commit", *options, "-m", "#123", "-m", "Sign in").returncode == 0
    assert repo.git("log", "-1", "--format=%B") == f"Sign in\n\nMemory-Checkpoint: {label}"


@pytest.mark.parametrize("cleanup", ["whitespace", "verbatim", "scissors"])
def test_a_line_like_a_comment_from_the_editor_is_text_where_git_keeps_it(
    cleanup: str, prepared: tuple[Repo, str]
) -> None:
    repo, label = prepared
    repo.git("config", "commit.cleanup", cleanup)
    typed = repo.editor('echo "#123 sign in" >"$1"')
    assert git(repo, "commit", GIT_EDITOR=typed).returncode == 0
    assert repo.git("log", "-1", "--format=%B") == f"#123 sign in\n\nMemory-Checkpoint: {label}"


def test_a_line_like_a_comment_from_the_editor_is_none_of_the_message_where_git_strips_it(
    prepared: tuple[Repo, str],
) -> None:
    repo, _ = prepared
    done = git(repo, "commit", GIT_EDITOR=repo.editor('echo "#123 sign in" >"$1"'))
    assert done.returncode == 1
    assert "Aborting commit due to empty commit message" in done.stderr


@pytest.mark.parametrize("options", [("--no-verify",), ("--signoff",), ("--no-verify", "-v", "-s")])
def test_without_a_word_of_the_persons_there_is_no_commit(
    options: tuple[str, ...], prepared: tuple[Repo, str]
) -> None:
    repo, _ = prepared
    head = repo.git("rev-parse", "HEAD")
    done = git(repo, "commit", *options, GIT_EDITOR="true")
    assert done.returncode == 1
    assert "Aborting commit due to empty commit message" in done.stderr
    done = git(repo, "commit", *options, "-m", "")
    assert done.returncode == 1
    assert repo.git("rev-parse", "HEAD") == head


def test_no_verify_has_the_trailer_where_the_message_is_given(prepared: tuple[Repo, str]) -> None:
    repo, label = prepared
    assert commit(repo, "Sign in", "--no-verify") == f"Sign in\n\nMemory-Checkpoint: {label}"


def test_what_one_message_was_to_get_no_later_one_gets(prepared: tuple[Repo, str]) -> None:
    repo, _ = prepared
    typed = repo.editor('echo "In the editor" >"$1"')
    assert git(repo, "commit", "--no-verify", GIT_EDITOR=typed).returncode == 0
    assert repo.git("log", "-1", "--format=%B") == "In the editor"
    change(repo, "other\n", "other.txt")
    assert git(repo, "commit", GIT_EDITOR=typed).returncode == 0
    assert repo.git("log", "-1", "--format=%B") == "In the editor"
    assert not (repo.path / ".git" / "git-memory-trailer").exists()


@pytest.mark.parametrize("by_editor", [True, False])
def test_a_line_of_dashes_in_a_message_is_no_end_of_it(by_editor: bool, prepared: tuple[Repo, str]) -> None:
    repo, label = prepared
    message = "Sign in\n\nBefore\n---\nAfter"
    if by_editor:
        (repo.path.parent / "typed").write_text(message + "\n")
        typed = repo.editor(f'cat "{repo.path.parent}/typed" "$1" >"$1.new" && mv "$1.new" "$1"')
        assert git(repo, "commit", "-v", GIT_EDITOR=typed).returncode == 0
    else:
        repo.git("commit", "-q", "-m", message)
    assert repo.git("log", "-1", "--format=%B") == f"{message}\n\nMemory-Checkpoint: {label}"
    trailer = repo.git("log", "-1", "--format=%(trailers:key=Memory-Checkpoint,valueonly)")
    assert trailer == label


def test_a_comment_character_that_git_chooses_is_found(prepared: tuple[Repo, str]) -> None:
    repo, label = prepared
    repo.git("config", "core.commentChar", "auto")
    typed = repo.editor('{ echo "Sign in"; echo; echo "#12"; cat "$1"; } >"$1.new" && mv "$1.new" "$1"')
    (repo.path.parent / "before").write_text("#11 is done, too\n")
    assert git(repo, "commit", "-v", "-e", "-F", "../before", GIT_EDITOR=typed).returncode == 0
    message = repo.git("log", "-1", "--format=%B")
    assert message == f"Sign in\n\n#12\n#11 is done, too\n\nMemory-Checkpoint: {label}"


def test_a_checkpoint_of_another_worktree_is_not_named(hooked: Repo, tmp_path: Path) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    hooked.git("worktree", "add", "-q", "-b", "side", tmp_path / "side")
    (tmp_path / "side" / "src" / "auth.py").write_text("half way on the side\n")
    label = hooked.label("checkpoint", "On the side", cwd=tmp_path / "side")
    (hooked.path / "src" / "auth.py").write_text("on main\n")
    hooked.git("add", "src/auth.py")
    assert commit(hooked, "On main") == "On main"
    hooked.git("-C", tmp_path / "side", "commit", "-qam", "Sign in")
    assert hooked.git("log", "-1", "--format=%B", "side") == f"Sign in\n\nMemory-Checkpoint: {label}"


def test_a_checkpoint_of_changes_that_were_dropped_is_not_named(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    (hooked.path / "src" / "auth.py").write_text("half way\n")
    hooked.do("checkpoint", "Half way")
    hooked.git("checkout", "src/auth.py")
    assert commit(hooked, "Something else") == "Something else"


def test_a_persons_own_trailers_are_not_carried_out(prepared: tuple[Repo, str]) -> None:
    repo, label = prepared
    repo.git("config", "trailer.sign.key", "Signed-off-by")
    repo.git("config", "trailer.sign.command", "echo nobody")
    repo.git("config", "trailer.where", "start")
    assert commit(repo, "Sign in") == f"Sign in\n\nMemory-Checkpoint: {label}"
