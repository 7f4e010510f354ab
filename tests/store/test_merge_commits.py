"""Commits with two parents, objects put in place without reading them, and moves without a commit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import Repo

from lsp_server.errors import NotFoundError, RefusedError, StoreError, UsageError
from lsp_server.store.base import Advance, Blob, ChangeSet, Difference
from lsp_server.store.git_store import GitStore
from lsp_server.store.repository import PROPOSAL_FILE, Repository

SIDE = "refs/heads/memory-proposals/side"


@pytest.fixture
def store(repo: Repo) -> Iterator[GitStore]:
    made = GitStore(Repository.begin(repo.root).wait())
    made.initialise(None, {"memory.yaml": b"format: 1\n"}, "start")
    made.commit(lambda _: ChangeSet("base", {"a.md": b"a\n", "old/b.md": b"b\n"}))
    repo.git("branch", "memory-proposals/side", "memory")
    yield made
    made.close()


def test_a_merge_has_both_parents_and_takes_objects_as_they_are(store: GitStore, repo: Repo) -> None:
    side = store.on(SIDE)
    theirs = side.commit(lambda _: ChangeSet("theirs", {"new/c.md": b"c\n"}, deletes=["a.md"]))
    ours = store.commit(lambda _: ChangeSet("ours", {"d.md": b"d\n"}))
    base = store.merge_bases(ours, theirs)
    brought = {d.path: d.new for d in store.differences(base[0], theirs) if d.new}
    merged = store.commit(lambda _: ChangeSet("merge", copies=brought, deletes=["a.md"], merges=[theirs]))
    assert repo.git("log", "-1", "--format=%P", "memory").split() == [ours, theirs]
    assert repo.git("ls-tree", "-r", "--name-only", "memory").split() == [
        "d.md",
        "memory.yaml",
        "new/c.md",
        "old/b.md",
    ]
    assert store.contains(merged, theirs)
    assert not store.contains(theirs, merged)


@pytest.mark.parametrize("count", [3, 150])
def test_a_merge_that_puts_many_files_in_place_is_one_pack(store: GitStore, repo: Repo, count: int) -> None:
    theirs = store.on(SIDE).commit(
        lambda _: ChangeSet("theirs", {f"new/{n}.md": b"%d\n" % n for n in range(count)})
    )
    ours = store.commit(lambda _: ChangeSet("ours", {"new/mine.md": b"mine\n"}))
    packs = set(repo.root.glob(".git/objects/pack/*.pack"))
    brought = {d.path: d.new for d in store.differences(store.merge_bases(ours, theirs)[0], theirs) if d.new}
    store.commit(lambda _: ChangeSet("merge", copies=brought, merges=[theirs]))
    assert len(set(repo.root.glob(".git/objects/pack/*.pack")) - packs) == (count > 100)
    assert repo.git("fsck", "--strict", "--no-dangling") == ""


def test_a_merge_that_changes_no_file_is_still_made(store: GitStore, repo: Repo) -> None:
    theirs = store.on(SIDE).commit(lambda _: ChangeSet("same", {"c.md": b"c\n"}))
    ours = store.commit(lambda _: ChangeSet("same too", {"c.md": b"c\n"}))
    store.commit(lambda _: ChangeSet("merge", merges=[theirs]))
    assert repo.git("log", "-1", "--format=%P", "memory").split() == [ours, theirs]


def test_how_two_versions_are_related_is_told_as_git_tells_it(store: GitStore, repo: Repo) -> None:
    side = store.on(SIDE)
    base = store.snapshot().version
    one = store.commit(lambda _: ChangeSet("one", {"one": b"1\n"}))
    other = side.commit(lambda _: ChangeSet("other", {"other": b"2\n"}))
    assert store.related(one, other) == (1, 1, [base], False)
    assert store.related(one, one) == (0, 0, [one], False)
    assert store.related(base, one) == (0, 1, [base], False)
    # Each takes the other's first version in: crosswise.
    mine = store.commit(lambda _: ChangeSet("merge", merges=[other]))
    yours = side.commit(lambda _: ChangeSet("merge", merges=[one]))
    assert store.related(mine, yours) == (1, 1, sorted([one, other]), True)
    assert store.parents(mine) == [one, other]
    # A third parent of old days beside the best ancestor.
    last = store.commit(lambda _: ChangeSet("merge", {"y": b"y\n"}, merges=[base]))
    ahead = side.commit(lambda _: ChangeSet("merge", {"z": b"z\n"}, merges=[mine]))
    assert store.related(last, ahead) == (1, 2, [mine], True)
    tree = repo.git("rev-parse", f"{base}^{{tree}}")
    stranger = repo.git("commit-tree", "-m", "somebody else's", tree)
    assert store.related(last, stranger)[1:] == (1, [], True)


def test_what_is_known_to_contain_another_is_not_asked_for_again(store: GitStore, repo: Repo) -> None:
    base = store.snapshot().version
    theirs = store.on(SIDE).commit(lambda _: ChangeSet("theirs", {"c": b"c\n"}))
    ours = store.commit(lambda _: ChangeSet("ours", {"d": b"d\n"}))
    store.related(ours, theirs)
    merged = store.commit(lambda _: ChangeSet("merge", merges=[theirs]))
    repo.root.joinpath(".git/HEAD").rename(repo.root / ".git/HEAD.away")  # git says no to every question now
    assert all(store.contains(merged, version) for version in (merged, ours, theirs, base))
    with pytest.raises(NotFoundError):
        store.contains(theirs, ours)


def test_a_file_may_take_a_folders_place_in_a_merge_and_nowhere_else(store: GitStore, repo: Repo) -> None:
    theirs = store.on(SIDE).commit(lambda _: ChangeSet("theirs", {"x": b"x\n"}))
    with pytest.raises(RefusedError, match="is a folder"):
        store.commit(lambda _: ChangeSet("no", {"old": b"file\n"}, deletes=["old/b.md"]))
    store.commit(lambda _: ChangeSet("yes", {"old": b"file\n"}, deletes=["old/b.md"], merges=[theirs]))
    assert repo.git("show", "memory:old") == "file"


def test_symbolic_links_and_modes_are_carried(store: GitStore, repo: Repo) -> None:
    blob = repo.git("hash-object", "-w", "--stdin", input="target")
    store.commit(
        lambda _: ChangeSet("link", copies={"link": Blob("120000", blob), "run": Blob("100755", blob)})
    )
    assert repo.git("ls-tree", "memory", "link", "run").splitlines() == [
        f"120000 blob {blob}\tlink",
        f"100755 blob {blob}\trun",
    ]


def test_what_is_there_already_is_not_committed_again(store: GitStore) -> None:
    tip = store.tip()
    entry = store.snapshot().entry("a.md")
    assert entry is not None
    copies = {"a.md": Blob("100644", entry.object_id)}
    assert store.commit(lambda _: ChangeSet("nothing", copies=copies)) == tip


def test_a_path_outside_of_the_tree_is_refused_for_copies_too(store: GitStore) -> None:
    entry = store.snapshot().entry("a.md")
    assert entry is not None
    for path in ("../a.md", ".git/config", "x//y", "/a.md"):
        with pytest.raises(UsageError):
            store.commit(lambda _, at=path: ChangeSet("no", copies={at: Blob("100644", entry.object_id)}))


def test_the_branch_is_moved_forward_without_a_commit(store: GitStore) -> None:
    theirs = store.on(SIDE).commit(lambda _: ChangeSet("theirs", {"c.md": b"c\n"}))
    assert store.commit(lambda _: Advance(theirs)) == theirs
    assert store.tip() == theirs


def test_the_branch_is_never_moved_to_what_does_not_contain_it(store: GitStore) -> None:
    theirs = store.on(SIDE).commit(lambda _: ChangeSet("theirs", {"c.md": b"c\n"}))
    ours = store.commit(lambda _: ChangeSet("ours", {"d.md": b"d\n"}))
    with pytest.raises(StoreError, match="moved forward"):
        store.commit(lambda _: Advance(theirs))
    assert store.tip() == ours


def test_changes_can_be_put_onto_another_history(store: GitStore, repo: Repo) -> None:
    theirs = store.on(SIDE).commit(lambda _: ChangeSet("theirs", {"c.md": b"c\n"}, deletes=["a.md"]))
    store.commit(lambda _: ChangeSet("ours", {"d.md": b"d\n"}))
    store.commit(lambda _: ChangeSet("again", {"d.md": b"d\n"}, onto=theirs))
    assert repo.git("log", "-1", "--format=%P", "memory") == theirs
    assert "a.md" not in repo.git("ls-tree", "-r", "--name-only", "memory").split()


def test_differences_tell_both_sides(store: GitStore) -> None:
    old = store.tip()
    entry = store.snapshot().entry("a.md")
    assert entry is not None
    new = store.commit(lambda _: ChangeSet("x", {"c.md": b"c\n"}, deletes=["a.md"]))
    gone, come = store.differences(old, new)
    assert gone == Difference("a.md", Blob("100644", entry.object_id), None)
    assert come.path == "c.md"
    assert come.old is None
    assert come.new is not None
    assert [d.path for d in store.differences(None, new)] == ["c.md", "memory.yaml", "old/b.md"]


def test_versions_that_are_not_there_are_said(store: GitStore) -> None:
    tip = store.tip()
    assert tip is not None
    for ask in (store.merge_bases, store.contains, store.differences):
        with pytest.raises(NotFoundError):
            ask(tip, "0" * 39 + "1")


def test_a_worktrees_proposal_is_what_its_store_writes_to_and_a_proposal_that_is_gone_is_never_replaced(
    store: GitStore, repo: Repo
) -> None:
    before = repo.git("rev-parse", "memory")
    (repo.root / ".git" / PROPOSAL_FILE).write_text("side\n")
    store.commit(lambda _: ChangeSet("proposed", {"p.md": b"p\n"}))
    assert repo.git("show", "memory-proposals/side:p.md") == "p"
    assert repo.git("rev-parse", "memory") == before
    tip = repo.git("rev-parse", "memory-proposals/side")
    repo.git("branch", "-D", "memory-proposals/side")
    with pytest.raises(RefusedError, match=f"deleted here, .*`git branch memory-proposals/side {tip[:10]}`"):
        store.commit(lambda _: ChangeSet("proposed", {"q.md": b"q\n"}))
    repo.git("branch", "memory-proposals/side", tip)
    store.remove(tip, "proposal ends")
    with pytest.raises(RefusedError, match="adopted or withdrawn"):
        store.commit(lambda _: ChangeSet("proposed", {"q.md": b"q\n"}))
    assert repo.git("rev-parse", "memory") == before
