"""Reading versions: any path, any size, the tree as it was."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from support import Repo

from lsp_server.errors import NotFoundError, NotInitialisedError, StoreError, UsageError
from lsp_server.store.base import ChangedPath, ChangeSet, Entry
from lsp_server.store.git_store import GitStore

ODD = [
    "with space.md",
    "new\nline.md",
    'quo"te\\.md',
    "tab\t.md",
    "ünï.md",
    os.fsdecode(b"\xff\xfe.md"),
    "-rf",
    "a:b*?[c]",
]


def put(store: GitStore, message: str = "learning: write", /, **files: bytes) -> str:
    return store.commit(lambda _: ChangeSet(message, {k.replace("__", "/"): v for k, v in files.items()}))


def test_what_was_written_is_read_from_its_version_for_ever(store: GitStore) -> None:
    first = put(store, a=b"one", d__b=b"two")
    second = put(store, a=b"changed")
    assert store.at(first).read("a") == b"one"
    assert store.at(second).read("a") == b"changed"
    assert store.snapshot().version == second == store.tip()
    assert store.snapshot().read("d/b") == b"two"


@pytest.mark.parametrize("path", ["nothing", "d", "a/below", "d/nothing", "d/e/f"])
def test_a_path_without_a_file_reads_as_none(store: GitStore, path: str) -> None:
    put(store, a=b"", d__b=b"")
    assert store.snapshot().read(path) is None


def test_a_directory_is_listed_by_name(store: GitStore) -> None:
    put(store, d__b=b"x", d__a__c=b"y", z=b"z")
    snapshot = store.snapshot()
    assert [(e.name, e.is_directory) for e in snapshot.list("")] == [
        ("d", True),
        ("memory.yaml", False),
        ("z", False),
    ]
    assert [e.name for e in snapshot.list("d")] == ["a", "b"]
    assert list(snapshot.list("nothing")) == list(snapshot.list("z")) == []
    assert isinstance(snapshot.list("d")[0], Entry)


def test_all_files_come_in_path_order_with_their_content(store: GitStore) -> None:
    put(store, d__b=b"b", d__a__c=b"c", e=b"e")
    snapshot = store.snapshot()
    assert [f.path for f in snapshot.files()] == ["d/a/c", "d/b", "e", "memory.yaml"]
    assert [f.path for f in snapshot.files("d/a")] == ["d/a/c"]
    assert list(snapshot.files("nothing")) == []
    ids = [f.object_id for f in snapshot.files("d")]
    assert list(store.contents(ids)) == [(ids[0], b"c"), (ids[1], b"b")]


@pytest.mark.parametrize("path", ODD)
def test_a_path_may_have_any_characters(store: GitStore, path: str) -> None:
    path = "odd/" + path
    version = store.commit(lambda _: ChangeSet("learning: odd", {path: b"text"}))
    assert store.snapshot().read(path) == b"text"
    assert [f.path for f in store.snapshot().files("odd")] == [path]
    assert [c.version for c in store.history(path)] == [version]
    assert [c.path for c in store.changed(None, version)] == ["memory.yaml", path]
    store.commit(lambda _: ChangeSet("learning: gone", deletes=[path]))
    assert store.snapshot().read(path) is None


def test_symbolic_links_and_submodules_are_no_files(repo: Repo, store: GitStore) -> None:
    target = repo.git("hash-object", "-w", "--stdin", input="/etc/passwd")
    listing = (
        repo.git("ls-tree", "memory") + f"\n120000 blob {target}\tlink\n160000 commit {'1' * 40}\tmodule\n"
    )
    before = store.tip()
    assert before
    tree = repo.git("mktree", "--missing", input=listing)
    after = repo.git("commit-tree", "-m", "by hand", "-p", before, tree)
    repo.git("update-ref", "refs/heads/memory", after)
    snapshot = store.snapshot()
    assert snapshot.read("link") is None
    assert [e.name for e in snapshot.list("")] == [f.path for f in snapshot.files()] == ["memory.yaml"]
    assert list(store.changed(before, after)) == []
    assert store.changed(None, after) == store.changed(None, before)


def test_thousands_of_files_stream_and_may_be_left_early(store: GitStore) -> None:
    files = {f"n/{i % 7}/{i:05}": b"x" * i for i in range(3000)}
    store.commit(lambda _: ChangeSet("learning: many", files))
    ids = [f.object_id for f in store.snapshot().files("n")]
    assert sorted(len(data) for _, data in store.contents(ids)) == list(range(3000))
    stream = store.contents(iter(ids))
    next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator, as the next test of the process shows
    assert list(store.contents([])) == []


def test_a_large_file_of_any_bytes_comes_back(store: GitStore) -> None:
    big = bytes(range(256)) * 20_000
    put(store, big=big)
    assert store.snapshot().read("big") == big


def test_the_reading_process_sees_what_others_write_and_pack(repo: Repo, store: GitStore) -> None:
    put(store, a=b"one")
    assert store.snapshot().read("a") == b"one"
    blob = repo.git("hash-object", "-w", "--stdin", input="by hand")
    assert list(store.contents([blob])) == [(blob, b"by hand")]
    repo.git("gc", "-q", "--prune=now")
    put(store, a=b"two")
    assert store.snapshot().read("a") == b"two"


def test_a_reading_process_that_was_killed_is_started_again(store: GitStore) -> None:
    put(store, a=b"one")
    store.snapshot().read("a")
    process = store._objects._process
    assert process
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert store.snapshot().read("a") == b"one"


def test_closing_ends_the_reading_process_and_may_be_said_twice(store: GitStore) -> None:
    store.snapshot()
    process = store._objects._process
    assert process
    store.close()
    store.close()
    assert process.returncode is not None


def test_many_threads_read_at_once(store: GitStore) -> None:
    store.commit(lambda _: ChangeSet("learning: many", {f"f{i}": f"{i}".encode() * 1000 for i in range(40)}))
    snapshot = store.snapshot()
    wrong: list[int] = []

    def read_all() -> None:
        wrong.extend(i for i in range(40) if snapshot.read(f"f{i}") != f"{i}".encode() * 1000)

    threads = [threading.Thread(target=read_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_what_changed_between_two_versions_has_no_renames(store: GitStore) -> None:
    first = put(store, a=b"same text here\n" * 9, b=b"b")
    second = store.commit(lambda _: ChangeSet("x", {"c": b"same text here\n" * 9, "b": b"B"}, ["a"]))
    changed = {c.path: c.object_id for c in store.changed(first, second)}
    assert changed["a"] is None
    assert sorted(changed) == ["a", "b", "c"]
    assert list(store.contents([str(changed["b"])])) == [(changed["b"], b"B")]
    assert store.changed(second, second) == []
    assert isinstance(store.changed(None, first)[0], ChangedPath)


@pytest.mark.parametrize("version", ["1" * 40, "main", "--help", "", "memory~1"])
def test_an_unknown_version_is_not_found(store: GitStore, version: str) -> None:
    tip = store.tip()
    assert tip
    for ask in (
        store.at,
        store.diff,
        lambda v: store.changed(v, tip),
        lambda v: store.changed(None, v),
    ):
        with pytest.raises(NotFoundError):
            ask(version)


def test_history_is_newest_first_with_its_trailers(store: GitStore) -> None:
    put(store, "decision: one\n\nWhy: because.\n\nMemory-Id: 1\nCode-Commit: abc\n", a=b"1")
    last = put(store, "bug: two\n\nMemory-Id: 2\nMemory-Id: 3", b=b"2")
    newest, older, oldest = store.history()
    assert (newest.version, newest.subject, newest.body) == (last, "bug: two", "")
    assert newest.trailers == {"Memory-Id": "2\n3"}
    assert (older.subject, older.body) == ("decision: one", "Why: because.")
    assert older.trailers == {"Memory-Id": "1", "Code-Commit": "abc"}
    assert (oldest.subject, oldest.body, oldest.trailers) == ("memory: begin", "", {})
    assert (newest.author, newest.email) == ("A Developer", "developer@example.org")
    assert newest.when.utcoffset() == timedelta(0)


def test_history_can_be_limited_and_kept_to_one_path(store: GitStore) -> None:
    put(store, "one", a=b"1")
    put(store, "two", b=b"2")
    put(store, "three", a=b"3")
    assert [c.subject for c in store.history(limit=2)] == ["three", "two"]
    assert [c.subject for c in store.history("a")] == ["three", "one"]
    assert store.history("nothing") == []
    assert store.history(limit=0) == []
    with pytest.raises(UsageError):
        store.history("../up")


def test_a_diff_reads_as_a_reviewer_expects_whatever_the_users_settings(repo: Repo, store: GitStore) -> None:
    for key, value in {
        "diff.noprefix": "true",
        "diff.external": "false",
        "color.ui": "always",
        "diff.renames": "copies",
    }.items():
        repo.git("config", key, value)
    put(store, a="é\n".encode())
    version = put(store, a=b"two\n")
    old, new = (repo.git("rev-parse", f"{at}:a")[:7] for at in (f"{version}~1", version))
    changes = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-é\n+two\n"
    assert store.diff(version) == f"diff --git a/a b/a\nindex {old}..{new} 100644\n{changes}"
    first = store.history()[-1].version
    assert "+format: 1" in store.diff(first)


def test_a_repository_without_a_memory_says_so(repo: Repo, open_store: Callable[..., GitStore]) -> None:
    bare = open_store(repo.root, initialise=False)
    assert bare.tip() is None
    for ask in (bare.snapshot, bare.history, lambda: bare.commit(lambda _: None)):
        with pytest.raises(NotInitialisedError, match="git memory init"):
            ask()


def test_a_branch_of_that_name_that_is_somebodys_code_is_not_read_as_memory(
    repo: Repo, open_store: Callable[..., GitStore]
) -> None:
    repo.git("branch", "memory")
    store = open_store(repo.root, initialise=False)
    with pytest.raises(NotInitialisedError, match="holds something else"):
        store.snapshot()
    before = repo.git("rev-parse", "memory")
    with pytest.raises(NotInitialisedError):
        put(store, a=b"x")
    assert repo.git("rev-parse", "memory") == before


def test_an_object_that_is_not_here_is_a_clear_error(store: GitStore) -> None:
    with pytest.raises(StoreError, match="does not have the object 111111111111"):
        list(store.contents(["1" * 40]))
    with pytest.raises(StoreError, match="does not have the object"):
        list(store.contents(["1" * 40] * 100))
