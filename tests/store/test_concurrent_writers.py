"""Writers at the same moment: every acknowledged write is kept, every lost race is built again."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from support import Repo

from lsp_server.store.base import ChangeSet, Snapshot
from lsp_server.store.git_store import GitStore
from lsp_server.store.repository import Repository

PROJECT = Path(__file__).parents[2]

# Each write adds a line to a shared file, as a number given inside the swap would: a stale tree shows.
WRITER = """
import sys
from lsp_server.store.base import ChangeSet
from lsp_server.store.git_store import GitStore
from lsp_server.store.repository import Repository

store = GitStore(Repository.begin(sys.argv[1]).wait())
for i in range(int(sys.argv[3])):
    name = f"{sys.argv[2]}-{i}"
    def build(tip):
        counted = (tip.read("count") or b"") + name.encode() + b"\\n"
        return ChangeSet(f"learning: {name}", {f"n/{name}": b"x", "count": counted})
    print(store.commit(build), flush=True)
store.close()
"""


def start_writer(repo: Repo, name: str, writes: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(repo.root), name, str(writes)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_eight_processes_of_ten_writes_keep_all_eighty(repo: Repo, store: GitStore) -> None:
    writers = [start_writer(repo, f"w{i}", 10) for i in range(8)]
    acknowledged: list[str] = []
    for writer in writers:
        out, err = writer.communicate(timeout=120)
        assert (writer.returncode, err) == (0, "")
        acknowledged += out.split()
    assert len(set(acknowledged)) == 80
    assert len(list(store.snapshot().files("n"))) == 80
    assert len(set((store.snapshot().read("count") or b"").split())) == 80
    assert set(acknowledged) <= {commit.version for commit in store.history()}
    assert repo.git("fsck", "--strict") == ""


def test_threads_of_one_store_and_of_several_keep_all(repo: Repo, store: GitStore) -> None:
    others = [GitStore(Repository.begin(repo.root).wait()) for _ in range(2)]
    failed: list[BaseException] = []

    def write(target: GitStore, name: str) -> None:
        def build(tip: Snapshot) -> ChangeSet:
            return ChangeSet(name, {"count": (tip.read("count") or b"") + name.encode() + b"\n"})

        try:
            for _ in range(4):
                target.commit(build)
        except BaseException as error:
            failed.append(error)

    targets = [store, store, store, *others]
    threads = [threading.Thread(target=write, args=(t, f"t{i}")) for i, t in enumerate(targets)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert failed == []
    assert sorted((store.snapshot().read("count") or b"").decode().split()) == [
        f"t{i}" for i in range(5) for _ in range(4)
    ]


def by_hand(repo: Repo, path: str) -> str:
    """A commit on the memory branch by somebody who does not know our lock."""
    blob = repo.git("hash-object", "-w", "--stdin", input="by hand")
    listing = repo.git("ls-tree", "memory") + f"\n100644 blob {blob}\t{path}\n"
    commit = repo.git("commit-tree", "-m", "by hand", "-p", "memory", repo.git("mktree", input=listing))
    repo.git("update-ref", "refs/heads/memory", commit)
    return commit


def test_a_lost_race_is_built_again_on_the_new_tip(repo: Repo, store: GitStore) -> None:
    seen: list[tuple[str, bool]] = []

    def build(tip: Snapshot) -> ChangeSet:
        seen.append((tip.version, tip.read("theirs") is not None))
        if len(seen) == 1:
            by_hand(repo, "theirs")
        return ChangeSet("ours", {"ours": f"{len(seen)}".encode()})

    first = store.tip()
    version = store.commit(build)
    theirs = repo.git("rev-parse", "memory~1")
    assert seen == [(first, False), (theirs, True)]
    assert [f.path for f in store.at(version).files()] == ["memory.yaml", "ours", "theirs"]
    assert store.at(version).read("ours") == b"2"


def test_what_was_rewound_does_not_come_back(repo: Repo, store: GitStore) -> None:
    kept = store.commit(lambda _: ChangeSet("kept", {"kept": b"x"}))
    store.commit(lambda _: ChangeSet("purged", {"purged": b"a secret"}))
    rewound = False

    def build(tip: Snapshot) -> ChangeSet:
        nonlocal rewound
        if not rewound:
            rewound = True
            repo.git("update-ref", "refs/heads/memory", kept)
        return ChangeSet("new", {"new": b"x"})

    store.commit(build)
    assert repo.git("rev-parse", "memory~1") == kept
    assert [f.path for f in store.snapshot().files()] == ["kept", "memory.yaml", "new"]


def test_two_who_initialise_at_once_make_one_branch(repo: Repo) -> None:
    script = (
        "import sys; from lsp_server.store.git_store import GitStore\n"
        "from lsp_server.store.repository import Repository\n"
        "s = GitStore(Repository.begin(sys.argv[1]).wait())\n"
        "print(s.initialise(None, {'memory.yaml': b'format: 1\\n'}, 'memory: begin')[0]); s.close()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", script, str(repo.root)]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert sorted(p.communicate(timeout=60)[0].strip() for p in both) == ["False", "False", "False", "True"]
    assert repo.git("rev-list", "--count", "memory") == "1"
