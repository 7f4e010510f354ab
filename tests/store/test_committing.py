"""Committing: all or nothing, on the very tip that was built from, and nothing else is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo

from lsp_server.errors import NotInitialisedError, RefusedError, StoreError, UsageError
from lsp_server.store.base import ChangeSet
from lsp_server.store.git_store import GitStore


def one(path: str, content: bytes = b"text", message: str = "learning: write") -> Callable[..., ChangeSet]:
    return lambda _: ChangeSet(message, {path: content})


def giving(changes: ChangeSet) -> Callable[..., ChangeSet]:
    return lambda _: changes


def objects_of(repo: Repo) -> set[str]:
    return {p.name for p in (repo.root / ".git/objects").rglob("*") if p.is_file()}


def test_a_commit_is_ordinary_git(repo: Repo, store: GitStore) -> None:
    before = store.tip()
    version = store.commit(one("d/a.md", b"text", "decision: use JWT\n\nBecause.\n\nMemory-Id: 7"))
    assert repo.git("rev-parse", "memory", "memory~1").split() == [version, before]
    assert repo.git("log", "-1", "--format=%B", "memory") == "decision: use JWT\n\nBecause.\n\nMemory-Id: 7"
    assert repo.git("show", "memory:d/a.md") == "text"
    assert repo.git("reflog", "-1", "--format=%gs", "memory") == "memory: decision: use JWT"
    assert repo.git("fsck", "--strict") == ""


def test_nothing_of_the_users_is_touched(repo: Repo, store: GitStore) -> None:
    repo.write("src/auth.py", "changed\n")
    repo.git("add", "src/auth.py")
    repo.write("README.md", "changed, not added\n")
    repo.write("untracked", "x")
    before, status = repo.fingerprint(), repo.git("--no-optional-locks", "status", "--porcelain")
    store.commit(one("a"))
    store.commit(lambda _: ChangeSet("x", {"b": b"b"}, ["a"]))
    store.snapshot().read("b")
    store.history()
    store.diff(store.snapshot().version)
    list(store.snapshot().files())
    assert repo.fingerprint() == before
    assert repo.git("--no-optional-locks", "status", "--porcelain") == status


def test_deletes_and_writes_go_together(store: GitStore) -> None:
    store.commit(lambda _: ChangeSet("x", {"a": b"a", "d/b": b"b"}))
    store.commit(lambda _: ChangeSet("x", {"a/now/a/folder": b"c"}, ["a", "d/b", "never there"]))
    assert [f.path for f in store.snapshot().files()] == ["a/now/a/folder", "memory.yaml"]


def test_nothing_to_do_makes_no_commit(store: GitStore) -> None:
    tip = store.commit(one("a"))
    assert store.commit(lambda _: None) == tip
    assert store.commit(lambda _: ChangeSet("empty")) == tip
    assert store.commit(one("a")) == tip, "the same text again"
    assert store.commit(lambda _: ChangeSet("x", deletes=["never there"])) == tip


def give_mode(repo: Repo, mode: str) -> None:
    """Let every file on the branch have this mode, by git alone."""
    listing = repo.git("ls-tree", "memory").replace("100644 blob", f"{mode} blob")
    by_hand = repo.git("commit-tree", "-m", "x", "-p", "memory", repo.git("mktree", input=listing + "\n"))
    repo.git("update-ref", "refs/heads/memory", by_hand)


def test_a_files_mode_is_kept(repo: Repo, store: GitStore) -> None:
    store.commit(one("run.sh"))
    give_mode(repo, "100755")
    store.commit(one("run.sh", b"changed"))
    assert repo.git("ls-tree", "memory", "run.sh").startswith("100755 blob")
    store.commit(lambda _: ChangeSet("x", {"run.sh": b"changed"}, modes={"run.sh": "100644"}))
    assert repo.git("ls-tree", "memory", "run.sh").startswith("100644 blob")


def test_a_file_with_a_mode_of_very_old_gits_can_be_written(repo: Repo, store: GitStore) -> None:
    store.commit(one("old.md"))
    give_mode(repo, "100664")
    store.commit(one("old.md", b"changed"))
    assert repo.git("show", "memory:old.md") == "changed"


@pytest.mark.parametrize(
    "path", ["", "/etc/x", "../x", "a/../b", "a//b", "a/", "./a", ".git/config", "d/.GIT/x", "a\0b"]
)
def test_a_path_outside_of_the_tree_is_refused(store: GitStore, path: str) -> None:
    tip = store.tip()
    with pytest.raises(UsageError, match="not a path inside the memory"):
        store.commit(one(path))
    with pytest.raises(UsageError, match="not a path inside the memory"):
        store.commit(lambda _: ChangeSet("x", deletes=[path]))
    assert store.tip() == tip


def test_a_file_never_silently_takes_the_place_of_a_folder(store: GitStore) -> None:
    tip = store.commit(one("d/a"))
    for changes in (
        ChangeSet("x", {"d": b""}),
        ChangeSet("x", {"d/a/b": b""}),
        ChangeSet("x", deletes=["d"]),
    ):
        with pytest.raises(RefusedError, match="d"):
            store.commit(giving(changes))
    with pytest.raises(UsageError, match="file and a folder at once"):
        store.commit(lambda _: ChangeSet("x", {"n": b"", "n/m": b""}))
    assert store.tip() == tip


@pytest.mark.parametrize(
    "message",
    ["x" * 10_000, "--amend", "\u202eright to left", "🎉", "data 5\nfrom nowhere\ndone\n", "half \ud83d"],
)
def test_any_message_is_committed_as_it_is(repo: Repo, store: GitStore, message: str) -> None:
    store.commit(one("a", b"x", message))
    assert repo.git("log", "-1", "--format=%B", "memory").strip() == message.strip().replace("\ud83d", "?")


def test_a_message_with_a_nul_is_refused(store: GitStore) -> None:
    with pytest.raises(UsageError, match="NUL"):
        store.commit(one("a", b"x", "a\0b"))


def test_content_that_looks_like_the_stream_is_only_content(store: GitStore) -> None:
    content = b"\ndone\ncommit refs/heads/main\nM 100644 inline x\ndata 3\n\0\r\n"
    store.commit(one("a", content))
    assert store.snapshot().read("a") == content
    assert store.snapshot().read("x") is None


def test_a_refused_or_failed_build_leaves_nothing(repo: Repo, store: GitStore) -> None:
    before, objects = store.tip(), objects_of(repo)

    def fails(_: object) -> ChangeSet:
        raise RefusedError("an impossible status")

    with pytest.raises(RefusedError, match="impossible status"):
        store.commit(fails)
    assert (store.tip(), objects_of(repo)) == (before, objects)
    store.commit(one("a"))


def test_a_write_may_be_made_while_another_is_built(store: GitStore) -> None:
    def build(snapshot: object) -> ChangeSet:
        if store.snapshot().read("inner") is None:
            store.commit(one("inner"))
        return ChangeSet("outer", {"outer": b"x"})

    store.commit(build)
    assert [f.path for f in store.snapshot().files()] == ["inner", "memory.yaml", "outer"]


def test_a_newer_format_is_read_but_not_written(repo: Repo, store: GitStore) -> None:
    store.commit(lambda _: ChangeSet("x", {"memory.yaml": b"# ours\nformat: 2   # later\n", "a": b"kept"}))
    assert store.snapshot().read("a") == b"kept"
    with pytest.raises(RefusedError, match="written by a newer Git Memory"):
        store.commit(one("b"))


def test_a_memory_that_does_not_say_its_format_is_not_written(store: GitStore) -> None:
    store.commit(one("memory.yaml", b"something else\n"))
    with pytest.raises(StoreError, match="does not say"):
        store.commit(one("b"))


def test_the_branch_checked_out_anywhere_is_refused_and_named(
    repo: Repo, store: GitStore, tmp_path: Path
) -> None:
    linked = tmp_path / "linked here"
    repo.git("worktree", "add", "-q", str(linked), "memory")
    tip = store.tip()
    with pytest.raises(RefusedError, match=f"'memory' is checked out in {linked}"):
        store.commit(one("a"))
    assert store.tip() == tip
    repo.git("-C", str(linked), "checkout", "-q", "--detach")
    store.commit(one("a"))
    repo.git("checkout", "-q", "memory")
    with pytest.raises(RefusedError, match=f"checked out in {repo.root}"):
        store.commit(one("b"))


def test_a_branch_that_is_checked_out_while_a_write_is_built_is_refused(repo: Repo, store: GitStore) -> None:
    def build(_: object) -> ChangeSet:
        repo.git("checkout", "-q", "memory")
        return ChangeSet("x", {"a": b"x"})

    tip = store.tip()
    with pytest.raises(RefusedError, match="checked out"):
        store.commit(build)
    assert store.tip() == tip
    assert repo.git("status", "--porcelain") == ""


def test_a_worktree_in_the_middle_of_a_rebase_or_bisect_of_the_branch_counts(
    repo: Repo, store: GitStore
) -> None:
    for text in (b"1", b"2", b"3"):
        store.commit(one("a", text))
    repo.git("checkout", "-q", "memory")
    stop = {**os.environ, "GIT_SEQUENCE_EDITOR": "sed -i 1s/pick/edit/"}
    subprocess.run(
        ["git", "rebase", "-q", "-i", "HEAD~2"], cwd=repo.root, env=stop, check=False, capture_output=True
    )
    assert repo.git("symbolic-ref", "-q", "HEAD", check=False) == ""
    with pytest.raises(RefusedError, match="checked out"):
        store.commit(one("b"))
    repo.git("rebase", "--abort")
    repo.git("bisect", "start", "memory", "memory~2")
    with pytest.raises(RefusedError, match="checked out"):
        store.commit(one("b"))
    repo.git("bisect", "reset")
    repo.git("checkout", "-q", "main")
    store.commit(one("b"))


def test_a_lock_that_somebody_else_holds_is_waited_for_then_named(repo: Repo, store: GitStore) -> None:
    lock = repo.root / ".git/refs/heads/memory.lock"
    lock.write_text("")
    with pytest.raises(StoreError, match=r"locked by another git: .*memory\.lock exists"):
        store.commit(one("a"))
    assert lock.exists(), "it is not ours to remove"
    lock.unlink()
    store.commit(one("a"))


def test_a_reference_hook_that_says_no_is_an_error_not_a_lost_write(repo: Repo, store: GitStore) -> None:
    hook = repo.root / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n[ $1 != prepared ]\n")
    hook.chmod(0o755)
    with pytest.raises(StoreError, match="hook"):
        store.commit(one("a"))
    hook.unlink()
    assert store.snapshot().read("a") is None


def test_a_deleted_branch_does_not_come_back(repo: Repo, store: GitStore) -> None:
    store.commit(one("a"))

    def build(_: object) -> ChangeSet:
        repo.git("branch", "-D", "memory")
        return ChangeSet("x", {"b": b"x"})

    with pytest.raises(NotInitialisedError):
        store.commit(build)
    assert repo.git("branch", "--list", "memory") == ""


@pytest.mark.skipif(
    os.getuid() == 0 and shutil.which("setpriv") is None, reason="root writes anywhere; setpriv is not here"
)
def test_a_read_only_repository_is_a_clear_error_with_nothing_half_written(
    repo: Repo, store: GitStore, tmp_path: Path
) -> None:
    tip = store.commit(one("a"))
    store.close()
    script = (
        "import sys\n"
        "from lsp_server.store.git_store import GitStore; from lsp_server.store.base import ChangeSet\n"
        "from lsp_server.store.repository import Repository; from lsp_server.errors import StoreError\n"
        "store = GitStore(Repository.begin(sys.argv[1]).wait())\n"
        "assert store.snapshot().read('a') == b'text'\n"
        "try: store.commit(lambda _: ChangeSet('x', {'b': b'x'}))\n"
        "except StoreError as error: print(error)\n"
        "store.close()\n"
    )
    places = [repo.root, *repo.root.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    objects = objects_of(repo)
    command = [sys.executable, "-c", script, str(repo.root)]
    if os.getuid() == 0:
        for above in (tmp_path, *tmp_path.parents):
            if above.stat().st_uid == 0 and str(above).startswith(("/tmp/", "/dev/shm/")):
                above.chmod(0o755)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    environment = {**os.environ, "GIT_CONFIG_COUNT": "0", "PYTHONPATH": str(Path(__file__).parents[2])}
    trusting = tmp_path / "trusting"
    trusting.write_text("[safe]\n\tdirectory = *\n[user]\n\tname = A\n\temail = a@example.org\n")
    trusting.chmod(0o644)
    environment["GIT_CONFIG_GLOBAL"] = str(trusting)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd="/")
    for place in places:
        place.chmod(0o755 if place.is_dir() else 0o644)
    cannot_start = ("Permission denied", "cannot open shared object file")
    if not done.stdout and "python" in done.stderr and any(words in done.stderr for words in cannot_start):
        pytest.skip("an unprivileged user cannot run this interpreter")
    assert done.stdout.startswith("the repository cannot be written to: "), done.stderr
    assert objects_of(repo) == objects
    assert store.tip() == tip


def test_a_commit_costs_two_processes_of_ours_and_a_tip_none(
    repo: Repo, store: GitStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lsp_server.store.git_process import Git

    store.commit(one("a"))
    started: list[str] = []
    start = Git.start

    def counted(self: Git, arguments: list[str], **options: object) -> object:
        started.append(next(a for a in arguments if not a.startswith("-") and "=" not in a))
        return start(self, arguments, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Git, "start", counted)
    store.commit(one("b"))
    assert started == ["fast-import", "update-ref"]
    started.clear()
    store.tip()
    store.snapshot().read("b")
    assert started == []


@pytest.mark.parametrize("count", [1, 250])
def test_few_files_become_loose_objects_and_many_one_pack(repo: Repo, store: GitStore, count: int) -> None:
    store.commit(lambda _: ChangeSet("x", {f"d/{i}": f"{i}".encode() for i in range(count)}))
    packs = list((repo.root / ".git/objects/pack").glob("*.pack"))
    assert len(packs) == (count > 100)
    assert list((repo.root / ".git/objects/pack").glob("*.keep")) == []
    assert [p for p in (repo.root / ".git/git-memory").glob("incoming-*/**/*") if p.is_file()] == []
    assert store.snapshot().read("d/0") == b"0"
    assert repo.git("fsck", "--strict") == ""


def test_no_throw_away_ref_is_ever_seen(repo: Repo, store: GitStore) -> None:
    store.commit(one("a"))
    refs = repo.git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/git-memory/incoming").split()
    assert sorted(refs) == ["refs/heads/main", "refs/heads/memory"]


def test_a_repository_below_a_link_to_another_file_system_still_works(repo: Repo, store: GitStore) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == repo.root.stat().st_dev:
        pytest.skip("there is no second file system here")
    moved = other / f"git-memory-test-{os.getpid()}"
    shutil.move(repo.root / ".git/objects", moved)
    try:
        (repo.root / ".git/objects").symlink_to(moved)
        store.commit(one("a"))
        assert store.snapshot().read("a") == b"text"
        assert [p.name for p in moved.iterdir() if p.name.startswith("tmp_")] == []
    finally:
        shutil.rmtree(moved)
