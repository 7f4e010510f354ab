"""Every command works on every kind of repository that git works on, and leaves all else alone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from matrix.walking import WALKED, Place, has, look_round, walk
from support import Repo

from lsp_server.cli.group import COMMANDS

Code = Callable[..., Repo]
At = Callable[..., Place]


def test_every_command_has_its_steps() -> None:
    assert set(COMMANDS) == WALKED


def test_a_normal_repository(code: Code, place: At) -> None:
    made = code()
    made.write("src/staged.py", "staged\n")
    made.git("add", "src/staged.py")
    made.write("src/staged.py", "staged, then changed\n")
    made.write("src/new.py", "untracked\n")
    walk(place(made.root, real=True))


def test_a_linked_worktree(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    made.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    walk(place(tmp_path / "linked", watched=(made.root,)))
    assert "ADR-0004" in place(made.root).do("list")


def test_worktrees_with_configuration_of_their_own(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    made.git("config", "extensions.worktreeConfig", "true")
    made.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked")
    linked.git("config", "--worktree", "user.name", "Linked Developer")
    look_round(place(linked.root, watched=(made.root,)))
    assert set(linked.git("log", "--format=%an", "memory").splitlines()) == {"Linked Developer"}


def test_a_bare_repository(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    made.git("clone", "-q", "--bare", str(made.root), str(tmp_path / "bare.git"))
    walk(place(tmp_path / "bare.git", lines=False))


@pytest.mark.parametrize("where", ["inside", "above"])
def test_a_submodule_and_its_superproject(code: Code, place: At, where: str) -> None:
    # A git directory elsewhere, as a linked worktree's, which is walked through whole.
    inner, above = code("inner"), code("above")
    above.git("submodule", "--quiet", "add", str(inner.root), "sub")
    above.git("commit", "-q", "-m", "Add a submodule")
    sub = above.root / "sub"
    here, other = (sub, above.root) if where == "inside" else (above.root, sub)
    look_round(place(here, watched=(other,)))
    assert Repo(other).git("branch", "--list", "memory") == ""
    assert above.git("status", "--porcelain") == ""


def test_a_shallow_clone(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    made.git("clone", "-q", "--depth=1", f"file://{made.root}", str(tmp_path / "shallow"))
    walk(place(tmp_path / "shallow"))


def test_a_partial_clone_whose_remote_is_out_of_reach(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    made.git("config", "uploadpack.allowFilter", "true")
    made.git("clone", "-q", "--filter=blob:none", f"file://{made.root}", str(tmp_path / "partial"))
    made.root.rename(tmp_path / "gone")
    packs = _packs(tmp_path / "partial")
    walk(place(tmp_path / "partial"))
    assert _packs(tmp_path / "partial") == packs


def test_a_repository_with_sha256(code: Code, place: At) -> None:
    made = code("project", "--object-format=sha256")
    walk(place(made.root))
    assert len(made.git("rev-parse", "memory")) == 64


def test_a_repository_with_reftable(code: Code, place: At, git_version: tuple[int, int]) -> None:
    if git_version < (2, 45):
        pytest.skip("this git has no reftable (2.45 has)")
    walk(place(code("project", "--ref-format=reftable").root))


def test_packed_refs_and_collected_objects(code: Code, place: At) -> None:
    made = code()
    at = place(made.root)
    at.do("init")
    made.git("pack-refs", "--all")
    made.git("gc", "-q", "--prune=now")
    look_round(at)
    made.git("gc", "-q", "--prune=now")
    assert "ADR-0001" in at.do("list")


def test_a_detached_head(code: Code, place: At) -> None:
    made = code()
    made.git("checkout", "-q", "--detach")
    walk(place(made.root))


def test_an_unborn_branch(new_repo: Code, place: At) -> None:
    made = new_repo("unborn")
    made.write("src/auth.py", "".join(f"line {n}\n" for n in range(10)))
    walk(place(made.root, commits=False))


@pytest.mark.parametrize(
    ("name", "how"),
    [('-mein Projekt – Übung, "100 %" \\ $HOME', walk), ("with\nnewline", look_round), (b"\xff", look_round)],
)
def test_a_directory_of_any_name(
    code: Code, place: At, name: str | bytes, how: Callable[[Place], None], tmp_path: Path
) -> None:
    called = os.fsdecode(name)
    try:
        (tmp_path / called).mkdir()
        (tmp_path / called).rmdir()
    except OSError:
        pytest.skip("this file system does not take the name")
    how(place(code(called).root))


def test_hooks_of_the_user_are_not_run(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    hooks = tmp_path / "hooks of the team"
    hooks.mkdir()
    for name in ("pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "post-index-change",
                 "post-checkout", "post-merge", "post-rewrite", "pre-auto-gc"):  # fmt: skip
        _script(hooks / name, f'echo {name} >> "{tmp_path}/ran"\nexit 1')
    made.git("config", "core.hooksPath", str(hooks))
    walk(place(made.root, hooks=False))
    assert not (tmp_path / "ran").exists()


def test_a_hooks_path_that_leads_nowhere(code: Code, place: At) -> None:
    made = code()
    made.git("config", "core.hooksPath", "/nowhere/hooks")
    look_round(place(made.root))


def test_no_file_system_monitor_is_started(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    monitor = _script(tmp_path / "monitor", f'echo "$@" >> "{tmp_path}/ran"\nprintf "x\\0/\\0"')
    made.git("config", "core.fsmonitor", str(monitor))
    made.git("update-index", "--fsmonitor")
    (tmp_path / "ran").unlink(missing_ok=True)
    at = place(made.root)
    # git itself, asked for the fingerprint, reads no work tree: the monitor would be ours.
    walk(at)
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()


@pytest.mark.skipif(not has("ssh-keygen"), reason="ssh-keygen is not here to sign with")
def test_commits_are_signed_where_the_user_signs(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (tmp_path / "allowed").write_text(f"developer@example.org {key.with_suffix('.pub').read_text()}")
    for setting in (
        ("gpg.format", "ssh"),
        ("user.signingKey", str(key)),
        ("gpg.ssh.allowedSignersFile", str(tmp_path / "allowed")),
        ("commit.gpgSign", "true"),
    ):
        made.git("config", *setting)
    walk(place(made.root))
    marks = made.git("log", "--format=%G? %an", "memory").splitlines()
    assert len(marks) > 10
    assert set(marks) == {"G A Developer"}
    made.git("verify-commit", "memory")


def test_branches_below_the_name_of_the_memory(code: Code, place: At) -> None:
    made = code()
    made.git("branch", "memory/x")
    at = place(made.root)
    assert "git memory init --branch git-memory" in at.fails("init")
    at.do("init", "--branch", "git-memory")
    at.branch = "git-memory"
    walk(at)


def test_a_repository_shared_by_a_group(code: Code, place: At) -> None:
    made = code("project", "--shared=group")
    look_round(place(made.root))
    folders = [p for p in (made.root / ".git" / "objects").iterdir() if p.is_dir()]
    assert [p for p in folders if not p.stat().st_mode & 0o020] == []


def test_filters_and_line_endings_of_the_user(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    filtering = _script(tmp_path / "filter", f'echo "$@" >> "{tmp_path}/ran"\ncat')
    made.git("config", "core.autocrlf", "true")
    made.git("config", "i18n.commitEncoding", "latin1")
    made.write(".git/info/attributes", "*.md text eol=crlf filter=loud\n*.yaml ident\n")
    for name in ("clean", "smudge"):
        made.git("config", f"filter.loud.{name}", f"{filtering} {name} %f")
    made.git("config", "filter.loud.required", "true")
    look_round(place(made.root))
    # The state of the work tree is asked for, as `git status` would: its own files pass the filter.
    ran = (tmp_path / "ran").read_text().split() if (tmp_path / "ran").exists() else []
    assert {name for name in ran if name not in ("clean", "smudge")} <= {"README.md"}
    paths = made.git("ls-tree", "-r", "--name-only", "memory").splitlines()
    assert all("\r" not in made.git("cat-file", "blob", f"memory:{path}") for path in paths)


def test_objects_borrowed_from_another_repository(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    made.git("clone", "-q", "--shared", str(made.root), str(tmp_path / "borrower"))
    look_round(place(tmp_path / "borrower", watched=(made.root,)))


def test_a_repository_inside_anothers_work_tree(code: Code, place: At) -> None:
    outer, inner = code("outer"), code("outer/vendor/inner")
    look_round(place(inner.root, watched=(outer.root,)))
    assert outer.git("branch", "--list", "memory") == ""


def test_ceiling_directories_end_the_search(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    at = place(made.root, environment={"GIT_CEILING_DIRECTORIES": str(tmp_path)})
    look_round(at)
    below = place(made.root / "src", environment={"GIT_CEILING_DIRECTORIES": str(made.root)})
    assert "not inside a git repository" in below.fails("list")


def test_replaced_and_grafted_commits(code: Code, place: At) -> None:
    made = code()
    made.git("replace", "--graft", "HEAD")
    at = place(made.root)
    at.do("init")
    root = made.git("rev-parse", "memory")
    made.git("replace", root, made.git("rev-parse", "HEAD"))
    look_round(at)
    # The replacement hides the first commit from git's own commands only.
    assert made.git("--no-replace-objects", "log", "--format=%H", "memory").splitlines()[-1] == root


def test_variables_inherited_from_another_git(code: Code, place: At, tmp_path: Path) -> None:
    made, other = code(), code("other")
    inherited = {
        "GIT_DIR": str(made.root / ".git"),
        "GIT_WORK_TREE": str(made.root),
        "GIT_INDEX_FILE": str(tmp_path / "no index"),
        "GIT_OBJECT_DIRECTORY": str(tmp_path / "no objects"),
        "GIT_PREFIX": "src/",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "memory.branch",
        "GIT_CONFIG_VALUE_0": "elsewhere",
    }
    walk(place(made.root, environment=inherited, watched=(other.root,)))
    assert not (tmp_path / "no index").exists()
    assert not (tmp_path / "no objects").exists()
    assert other.git("branch", "--list", "memory") == ""


def test_a_git_directory_kept_elsewhere(code: Code, place: At, tmp_path: Path) -> None:
    look_round(place(code("project", f"--separate-git-dir={tmp_path / 'elsewhere'}").root))


def test_a_sparse_checkout_with_a_split_index_and_an_untracked_cache(code: Code, place: At) -> None:
    made = code()
    made.git("config", "core.untrackedCache", "true")
    made.git("update-index", "--split-index", "--untracked-cache")
    made.git("sparse-checkout", "set", "src")
    look_round(place(made.root))


def test_a_symbolic_link_to_the_repository(code: Code, place: At, tmp_path: Path) -> None:
    made = code()
    (tmp_path / "link").symlink_to(made.root)
    look_round(place(tmp_path / "link", watched=(made.root,)))


def _script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def _packs(root: Path) -> list[Path]:
    return sorted((root / ".git" / "objects").rglob("*.pack"))
