"""Keyed values on their way between clones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from clones import Shared, tree
from support import Repo

from lsp_server import Memory
from lsp_server.memory.keyed.git_storage import GitStorage
from lsp_server.memory.keyed.manager import MemoryManager
from lsp_server.store.keyvalue.branch_files import value_path


def test_two_clones_that_changed_one_key_agree_without_a_conflict(shared: Shared) -> None:
    a, one, b, two = shared
    first, second = MemoryManager(GitStorage(one)), MemoryManager(GitStorage(two))
    first.store("user:1", "preferences", {"theme": "dark"})
    one.sync()
    two.sync()
    first.update("user:1", "preferences", {"theme": "light", "tags": ["a"]})
    second.update("user:1", "preferences", {"language": "en", "tags": ["b"]})
    second.store("user:2", "preferences", {})
    one.sync()
    done = two.sync()
    assert [list(merge.conflicts) for merge in done.merges] == [[]]
    one.sync()
    assert tree(a) == tree(b)
    value = first.retrieve("user:1:preferences")
    assert value == second.retrieve("user:1:preferences")
    assert value == {"theme": "light", "language": "en", "tags": ["a", "b"]}
    assert first.keys() == ["user:1:preferences", "user:2:preferences"]


def test_values_written_while_others_sync_are_all_there(shared: Shared) -> None:
    a, one, b, two = shared
    storages = GitStorage(one), GitStorage(two)

    def write(number: int) -> None:
        for count in range(8):
            storages[number].put(f"{number}:{count}", count)

    def sync(memory: Memory) -> None:
        for _ in range(4):
            memory.sync()

    with ThreadPoolExecutor(4) as pool:
        for done in [*(pool.submit(write, number) for number in (0, 1)), pool.submit(sync, one)]:
            done.result()
    for memory in (one, two, one):
        memory.sync()
    assert tree(a) == tree(b)
    assert len(storages[0].scan()) == len(storages[1].scan()) == 16


def test_a_secret_in_a_value_that_comes_in_is_told(shared: Shared) -> None:
    a, one, _, two = shared
    secret = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
    GitStorage(one).put("user:1", {"settings": {"token": "harmless"}})
    path = value_path("user:1")
    by_hand(a, path, secret)
    one.sync()
    done = two.sync()
    line = next(n for n, text in enumerate(a.git("show", f"memory:{path}").splitlines(), 1) if secret in text)
    assert [(found.path, found.line) for found in done.secrets] == [(path, line)]
    assert list(two.scan_secrets()) == list(done.secrets)


def by_hand(repo: Repo, path: str, secret: str) -> None:
    """Somebody writes a secret into a value with git alone."""
    place = repo.root.parent / "by-hand"
    repo.git("worktree", "add", "-q", str(place), "memory")
    (place / path).write_text((place / path).read_text().replace("harmless", secret))
    repo.git("-C", str(place), "commit", "-qam", "by hand")
    repo.git("worktree", "remove", str(place))
