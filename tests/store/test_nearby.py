"""What a few commits tell of how two versions are related is what git tells, or nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product

from support import Repo

from lsp_server.store.ancestry import Related, related
from lsp_server.store.git_store import GitStore
from lsp_server.store.nearby import related_nearby
from lsp_server.store.repository import Repository


def grow(repo: Repo, shape: Sequence[Sequence[int]]) -> list[str]:
    """Commits with these parents, by their places in the list."""
    made: list[str] = []
    tree = repo.git("rev-parse", "HEAD^{tree}")
    for number, parents in enumerate(shape):
        options = [word for parent in parents for word in ("-p", made[parent])]
        made.append(repo.git("commit-tree", tree, "-m", f"commit {number}", *options))
    return made


def shape_of(chance: random.Random, size: int) -> list[list[int]]:
    """Two in three histories begin once; their commits come from late ones, and merge now and then."""
    shape: list[list[int]] = [[]]
    for number in range(1, size):
        earlier = range(max(0, number - 4), number)
        many = 0 if chance.random() < 0.03 else 2 if len(earlier) > 1 and chance.random() < 0.3 else 1
        shape.append(chance.sample(earlier, many))
    return shape


def test_a_few_commits_tell_what_git_tells(repo: Repo) -> None:
    chance = random.Random(12)
    repository = Repository.begin(repo.root).wait()
    told = 0
    for _ in range(12):
        shape = shape_of(chance, 14)
        commits = grow(repo, shape)
        parents = {commit: [commits[one] for one in shape[at]] for at, commit in enumerate(commits)}
        for one, other in chance.sample(list(product(commits, repeat=2)), 20):
            found = related_nearby(parents.get, one, other)
            told += found is not None
            assert found in (None, related(repository.git, one, other)), (shape, one, other)
    assert told > 100


def test_what_was_merged_long_after_it_was_shared_is_nobodys_own(repo: Repo) -> None:
    shape = [[], [0], [1], [2], [2, 1], [2, 0]]
    commits = grow(repo, shape)
    parents = {commit: [commits[one] for one in shape[at]] for at, commit in enumerate(commits)}
    repository = Repository.begin(repo.root).wait()
    for one, other in ((3, 4), (3, 5), (4, 5)):
        assert related(repository.git, commits[one], commits[other]) == (1, 1, [commits[2]], True)
        found = related_nearby(parents.get, commits[one], commits[other])
        assert found in (None, Related(1, 1, [commits[2]], True))


def test_what_parted_long_ago_is_asked_of_git(repo: Repo) -> None:
    commits = grow(repo, [[], *([number] for number in range(40)), [0]])
    store = GitStore(Repository.begin(repo.root).wait())
    assert store.related(commits[40], commits[41]) == (40, 1, [commits[0]], False)
    assert store.related(commits[40], commits[38]) == (2, 0, [commits[38]], False)
    store.close()


def test_in_a_shallow_clone_git_says_where_history_begins(repo: Repo) -> None:
    commits = grow(repo, [[], [0], [1], [1]])
    repo.git("update-ref", "refs/heads/x", commits[3])
    (repo.root / ".git/shallow").write_text(f"{commits[2]}\n{commits[3]}\n")
    store = GitStore(Repository.begin(repo.root).wait())
    assert store.related(commits[2], commits[3]) == (1, 1, [], False)
    store.close()
