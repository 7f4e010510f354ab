"""``sync``, ``propose`` and ``adopt`` from inside of git's hooks, with all that git sets for itself there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

COMMANDS = """
git memory learn "From $hook"
git memory propose "p-$hook"
git memory decide "Proposed in $hook"
git memory propose --end
git memory sync REMOTE
git memory adopt "p-$hook"
git memory sync REMOTE
"""


def hook(git_dir: Path, name: str, log: Path, remote: str, before: str = "") -> None:
    """A hook that exchanges the memory; what it says and any failure are in ``log``."""
    commands = COMMANDS.strip().replace("REMOTE", remote).replace("\n", " &&\n")
    path = git_dir / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"""#!/bin/sh
hook=$(basename "$0")
test -z "$IN_A_HOOK" || exit 0  # a push of ours must not begin all over again
export IN_A_HOOK=1
{before}
exec >>"{log}" 2>&1 </dev/null
{{ {commands}; }} && echo "$hook is done"
exit 0
"""
    )
    path.chmod(0o755)


@pytest.fixture
def hub(repo: Repo, hub: Path) -> Path:
    repo.do("sync")
    return hub


def titles(repo: Repo, where: Path) -> str:
    return repo.git("-C", where, "log", "--format=%s", "memory")


@pytest.mark.parametrize("name", ["pre-commit", "post-commit", "pre-push"])
def test_in_hooks_of_a_commit_and_a_push_all_goes_where_it_does_elsewhere(
    name: str, repo: Repo, hub: Path, tmp_path: Path
) -> None:
    hook(repo.path / ".git", name, tmp_path / "log", "origin")
    (repo.path / "one").write_text("one\n")
    (repo.path / "src" / "auth.py").write_text("changed\n")
    repo.git("add", "one")
    repo.git("commit", "-qm", "Only that file", "src/auth.py")  # git works with an index of its own here
    repo.git("push", "-q", "origin", "main")
    assert (tmp_path / "log").read_text().endswith(f"{name} is done\n"), (tmp_path / "log").read_text()
    assert f"From {name}" in titles(repo, hub)
    assert f"Proposed in {name}" in titles(repo, hub)
    assert repo.git("status", "--porcelain") == "A  one"
    assert repo.git("show", "--format=", "--name-only", "HEAD") == "src/auth.py"
    assert repo.git("fsck", "--no-dangling") == ""


@pytest.mark.parametrize("name", ["pre-receive", "update", "post-receive"])
def test_in_hooks_of_a_server_that_receives_a_push_all_goes_where_it_does_elsewhere(
    name: str, repo: Repo, hub: Path, tmp_path: Path
) -> None:
    repo.git("init", "-q", "--bare", tmp_path / "backup.git")
    repo.git("-C", hub, "remote", "add", "backup", tmp_path / "backup.git")
    # In pre-receive what is pushed is in quarantine still, and no ref may move for git's own commands.
    hook(hub, name, tmp_path / "log", "backup", before="export GIT_NAMESPACE=elsewhere")
    repo.git("push", "-q", "origin", "main")
    assert (tmp_path / "log").read_text().endswith(f"{name} is done\n"), (tmp_path / "log").read_text()
    for place in (hub, tmp_path / "backup.git"):
        assert f"From {name}" in titles(repo, place)
        assert f"Proposed in {name}" in titles(repo, place)
        assert repo.git("-C", place, "fsck", "--no-dangling") == ""
        assert not list(place.glob("objects/*tmp_objdir*"))
    assert repo.git("-C", hub, "rev-parse", "main") == repo.git("rev-parse", "main")


def test_what_a_ci_run_inherits_leads_nowhere_else(repo: Repo, hub: Path, tmp_path: Path) -> None:
    repo.git("init", "-q", "--bare", tmp_path / "elsewhere.git")
    inherited = {
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_OBJECT_DIRECTORY": str(tmp_path / "objects"),
        "GIT_CONFIG_PARAMETERS": f"'remote.origin.url={tmp_path / 'elsewhere.git'}'",
        "GIT_CEILING_DIRECTORIES": os.fspath(repo.path.parent),
        "GIT_NAMESPACE": "other",
    }
    repo.do("--proposal", "use-jwt", "decide", "Use JWT", env=inherited)
    repo.do("sync", env=inherited)
    repo.do("adopt", "use-jwt", env=inherited)
    assert repo.do("sync", env=inherited) == "Pushed 1 commit to origin/memory.\n"
    assert repo.git("-C", hub, "rev-parse", "memory") == repo.git("rev-parse", "memory")
    assert repo.git("-C", tmp_path / "elsewhere.git", "for-each-ref") == ""
    assert not (tmp_path / "index").exists()
    assert not (tmp_path / "objects").exists()
