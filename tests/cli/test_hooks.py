"""``git memory hooks``: put in beside what is there, taken out without a trace, printed where not ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lsp_server.hook_script import HOOKS, KEPT

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def put(path: Path, text: str, mode: int = 0o755) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def everything_in(folder: Path) -> dict[str, tuple[int, bytes | str]]:
    """Names, rights and bytes of all files; where a link leads."""
    return {
        path.name: (path.lstat().st_mode, str(path.readlink()) if path.is_symlink() else path.read_bytes())
        for path in sorted(folder.iterdir())
        if not path.is_dir()
    }


def states(document: Any) -> dict[str, str]:
    return {hook["name"]: hook["state"] for hook in document["hooks"]}


def test_install_puts_every_hook_in_and_status_tells_them(repo: Repo) -> None:
    assert states(repo.run("hooks", "status", "--json").json) == dict.fromkeys(HOOKS, "absent")
    assert repo.run("hooks", "status").code == 1
    out = repo.do("hooks", "install")
    assert out.splitlines()[0] == f"hooks in {repo.path / '.git' / 'hooks'}"
    assert states(repo.json("hooks", "status")) == dict.fromkeys(HOOKS, "installed")
    assert "post-commit" in repo.do("hooks", "status")


def test_remove_leaves_the_folder_as_it_was(repo: Repo) -> None:
    folder = repo.path / ".git" / "hooks"
    folder.mkdir(exist_ok=True)
    before = everything_in(folder)
    repo.do("hooks", "install")
    assert everything_in(folder) != before
    repo.do("hooks", "remove")
    assert everything_in(folder) == before
    repo.do("hooks", "remove")  # saying it twice is harmless


def test_hooks_that_were_there_are_back_with_their_bytes_and_rights(repo: Repo) -> None:
    folder = repo.path / ".git" / "hooks"
    put(folder / "post-commit", "#!/bin/sh\r\nexit 0 # \xff\r\n", 0o750)
    put(folder / "pre-push", "#!/bin/sh\nexit 1\n", 0o644)  # git runs none that is not executable
    put(repo.path / "scripts" / "check", "#!/bin/sh\nexit 0\n")
    (folder / "commit-msg").symlink_to("../../scripts/check")
    (folder / "post-rewrite").symlink_to("nowhere")
    kept = folder.with_name(f"hooks{KEPT}")
    before = everything_in(folder)
    for _ in range(2):
        repo.do("hooks", "install")
    assert (kept / "commit-msg").is_symlink()
    assert repo.json("hooks", "status")["hooks"][0]["chained"] is True
    repo.do("hooks", "remove")
    assert everything_in(folder) == before
    assert not kept.exists()


def test_a_hook_that_somebody_changed_is_neither_overwritten_nor_removed(repo: Repo) -> None:
    repo.do("hooks", "install")
    mine = repo.path / ".git" / "hooks" / "post-commit"
    changed = mine.read_text().replace("exit 0\n", "make tags\nexit 0\n")
    mine.write_text(changed)
    assert repo.run("hooks", "install").code == 1
    answer = repo.run("hooks", "remove")
    assert answer.code == 1
    assert str(mine) in answer.err
    assert mine.read_text() == changed
    assert not (mine.parent / "pre-push").exists()


def test_a_hook_that_replaced_ours_is_not_taken_for_ours(repo: Repo) -> None:
    folder = repo.path / ".git" / "hooks"
    put(folder / "pre-push", "#!/bin/sh\nexit 3\n")
    repo.do("hooks", "install")
    put(folder / "pre-push", "#!/bin/sh\nexit 4\n")
    assert states(repo.json("hooks", "status"))["pre-push"] == "foreign"
    assert repo.run("hooks", "install").code == 1
    repo.do("hooks", "remove")
    assert (folder / "pre-push").read_text() == "#!/bin/sh\nexit 4\n"
    assert (folder.with_name(f"hooks{KEPT}") / "pre-push").read_text() == "#!/bin/sh\nexit 3\n"


def test_hooks_of_a_git_memory_that_is_gone_are_told_and_brought_up_to_date(repo: Repo) -> None:
    repo.do("hooks", "install")
    hook = repo.path / ".git" / "hooks" / "post-commit"
    from lsp_server.store.hook_files import State, install, look

    gone = ("/nowhere/bin/python", "-c", "pass")
    hook.unlink()
    install(look(hook.parent, "post-commit", gone), gone)
    assert look(hook.parent, "post-commit", (sys.executable,)).state is State.BROKEN
    assert states(repo.run("hooks", "status", "--json").json)["post-commit"] == "broken"
    assert "The Git Memory that post-commit would start is gone" in repo.run("doctor").out
    repo.do("hooks", "install")
    assert states(repo.json("hooks", "status"))["post-commit"] == "installed"


def test_an_install_that_was_killed_in_the_middle_is_finished_or_undone(repo: Repo) -> None:
    folder = repo.path / ".git" / "hooks"
    put(folder / "post-commit", "#!/bin/sh\nexit 0\n")
    before = everything_in(folder)
    for command in ("install", "remove"):
        folder.with_name(f"hooks{KEPT}").mkdir(exist_ok=True)
        os.link(folder / "post-commit", folder.with_name(f"hooks{KEPT}") / "post-commit")
        repo.do("hooks", command)
        repo.do("hooks", "remove")
        assert everything_in(folder) == before


# where nothing is written ---------------------------------------------------------------------------
def configure(repo: Repo, kind: str) -> list[Path]:
    """Let a project keep its hooks by a tool; the files that it keeps them in."""
    top = repo.path
    if kind == "husky 9":
        put(top / ".husky" / "_" / "post-commit", "#!/bin/sh\n. h\n")
        repo.git("config", "core.hooksPath", ".husky/_")
        return [top / ".husky" / hook for hook in HOOKS]
    if kind == "husky 8":
        put(top / ".husky" / "pre-commit", "#!/bin/sh\nnpm test\n")
        repo.git("config", "core.hooksPath", ".husky")
        return [top / ".husky" / hook for hook in HOOKS]
    if kind == "husky, not set up yet":
        put(top / ".husky" / "pre-commit", "npm test\n")
        return [top / ".husky" / hook for hook in HOOKS]
    if kind == "a hooks path in the tree":
        put(top / "tools" / "hooks" / "pre-commit", "#!/bin/sh\nmake lint\n")
        repo.git("config", "core.hooksPath", "tools/hooks")
        return [top / "tools" / "hooks" / hook for hook in HOOKS]
    if kind == "a hooks path for all repositories":
        put(top.parent / "all hooks" / "pre-commit", "#!/bin/sh\nmake lint\n")
        repo.git("config", "core.hooksPath", str(top.parent / "all hooks"))
        return [top.parent / "all hooks" / hook for hook in HOOKS]
    if kind == "lefthook":
        put(top / "lefthook.yml", "pre-commit:\n  jobs:\n    - run: make lint\n", 0o644)
        return [top / "lefthook.yml"]
    put(top / ".pre-commit-config.yaml", "repos: []\n", 0o644)
    return [top / ".pre-commit-config.yaml"]


KINDS = [
    "husky 9",
    "husky 8",
    "husky, not set up yet",
    "a hooks path in the tree",
    "a hooks path for all repositories",
    "lefthook",
    "pre-commit",
]


@pytest.mark.parametrize("kind", KINDS)
def test_where_hooks_are_not_ours_nothing_is_written_and_the_line_to_add_is_printed(
    kind: str, repo: Repo
) -> None:
    files = configure(repo, kind)
    folders = {repo.path / ".git" / "hooks", *(file.parent for file in files)}
    before = {folder: everything_in(folder) for folder in folders if folder.is_dir()}
    answer = repo.run("hooks", "install")
    assert answer.code == 1
    assert answer.out.startswith("nothing was written: ")
    for file in files:
        assert f"{'add to' if file.exists() else 'make'} {file}\n" in answer.out
    for hook in HOOKS:
        if kind != "pre-commit" or hook != "post-rewrite":
            assert f"git-memory hook {hook}" in answer.out
    ours_alone = kind == "a hooks path for all repositories"
    if "Files that are made" in answer.out:
        assert ("commit them for the whole team" in answer.out) is not ours_alone
    assert not ours_alone or "\nFiles that are made have to be executable.\n" in answer.out
    assert {folder: everything_in(folder) for folder in folders if folder.is_dir()} == before


def test_where_hooks_are_switched_off_nothing_is_written(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", "/dev/null")
    answer = repo.run("hooks", "install")
    assert answer.code == 1
    assert answer.out == "nothing was written: core.hooksPath names /dev/null, so git runs no hooks at all\n"
    assert repo.run("hooks", "status", "--json").json["hooks"] == []


def test_an_empty_hooks_path_is_named_as_what_is_wrong(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", "")
    for command in ("install", "status", "remove"):
        assert "core.hooksPath is set to nothing" in repo.fails("hooks", command)


def test_a_line_that_was_added_is_recognised(repo: Repo) -> None:
    for file in configure(repo, "husky 9"):
        put(file, f'git-memory hook {file.name} "$@" || true\n')
    document = repo.json("hooks", "install")
    assert [hook["added"] for hook in document["hooks"]] == [True] * len(HOOKS)
    assert "there already: post-commit" in repo.do("hooks", "install")
    assert repo.run("hooks", "status").code == 0


def test_a_line_that_was_commented_out_is_not_there(repo: Repo) -> None:
    for file in configure(repo, "husky 9"):
        put(file, f'# git-memory hook {file.name} "$@" || true\n')
    document = repo.run("hooks", "install", "--json").json
    assert [hook["added"] for hook in document["hooks"]] == [False] * len(HOOKS)


@pytest.mark.parametrize("kind", ["lefthook", "pre-commit"])
def test_here_writes_into_this_clones_own_folder_beside_a_tool(kind: str, repo: Repo) -> None:
    configure(repo, kind)
    repo.do("hooks", "install", "--here")
    assert (repo.path / ".git" / "hooks" / "post-commit").is_file()
    repo.do("hooks", "remove")
    assert not (repo.path / ".git" / "hooks" / "post-commit").exists()


def test_remove_also_finds_those_that_git_does_not_run_any_more(repo: Repo) -> None:
    folder = repo.path / ".git" / "hooks"
    put(folder / "pre-push", "#!/bin/sh\nexit 3\n")
    before = everything_in(folder)
    repo.do("hooks", "install")
    configure(repo, "husky 9")
    said = " ".join(repo.do("hooks", "remove").split())
    assert everything_in(folder) == before
    assert said.startswith(
        f"all hooks of Git Memory's are out of {folder} where git looks for hooks, nothing of"
    )


def test_remove_leaves_those_that_other_worktrees_have(repo: Repo, tmp_path: Path) -> None:
    folder, other = repo.path / ".git" / "hooks", tmp_path / "other"
    repo.do("hooks", "install")
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("worktree", "add", "-q", other)
    repo.git("-C", other, "config", "--worktree", "core.hooksPath", tmp_path / "shared")
    before = everything_in(folder)
    said = " ".join(repo.do("hooks", "remove", cwd=other).split())
    assert everything_in(folder) == before
    assert "nothing of ours was written: core.hooksPath names" in said
    assert f"those in {folder} stay: other worktrees of this repository have their hooks from there" in said
    assert repo.json("hooks", "remove", cwd=other)["left_in"] == str(folder)
    # Only that worktree was left with another folder: its own answer is no reason to keep them any more.
    repo.git("config", "core.hooksPath", tmp_path / "shared")
    assert repo.json("hooks", "remove", cwd=other)["also_out_of"] == str(folder)
    assert not [name for name in everything_in(folder) if not name.endswith(".sample")]


# kinds of repository --------------------------------------------------------------------------------
def test_linked_worktrees_share_the_hooks(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", tmp_path / "other")
    repo.do("hooks", "install", cwd=tmp_path / "other")
    assert (repo.path / ".git" / "hooks" / "post-commit").is_file()
    assert states(repo.json("hooks", "status")) == dict.fromkeys(HOOKS, "installed")


def test_a_bare_repository_has_them_in_its_own_folder(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--bare", repo.path, tmp_path / "bare.git")
    repo.do("-C", tmp_path / "bare.git", "hooks", "install")
    assert (tmp_path / "bare.git" / "hooks" / "post-commit").is_file()


def test_a_submodule_has_its_own(repo: Repo, tmp_path: Path) -> None:
    shutil.copytree(repo.path, tmp_path / "inner")
    outer = tmp_path / "outer"
    repo.git("init", "-q", outer)
    repo.git(
        "-C",
        outer,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        tmp_path / "inner",
        "sub",
    )
    repo.do("init", cwd=outer / "sub")
    repo.do("hooks", "install", cwd=outer / "sub")
    assert (outer / ".git" / "modules" / "sub" / "hooks" / "post-commit").is_file()
    assert not (outer / ".git" / "hooks" / "post-commit").exists()


def test_a_folder_that_cannot_be_written_is_told_in_one_line(repo: Repo) -> None:
    folder = repo.path / ".git" / "hooks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("a file\n")
    assert str(folder) in repo.fails("hooks", "install")


def test_the_script_is_plain_shell_for_every_shell_there_is() -> None:
    from lsp_server.hook_script import script

    for shell in ("dash", "bash", "busybox"):
        if shutil.which(shell) is None:
            continue
        for hook in HOOKS:
            text = script(hook, ("/py thon's", "-c", "pass"), chained=True)
            arguments = [shell, *(["sh"] if shell == "busybox" else []), "-n"]
            done = subprocess.run(arguments, input=text, text=True, capture_output=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
