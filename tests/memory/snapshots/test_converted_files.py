"""Files that git keeps as other bytes than their own: line ends, filters, Git LFS."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo
from work_trees import empty, picture, take, users_own

from lsp_server import Memory
from lsp_server.errors import RefusedError, StoreError

Open = Callable[[Repo], Memory]


def comes_back(repo: Repo, memory: Memory, tmp_path: Path) -> None:
    """In place and in a new worktree, byte for byte."""
    status = repo.git("status", "--porcelain")
    before, own = picture(repo.root), users_own(repo)
    snapshot = take(memory)
    memory.restore_to_worktree(snapshot.name, tmp_path / "elsewhere")
    assert picture(tmp_path / "elsewhere") == before
    assert Repo(tmp_path / "elsewhere").git("status", "--porcelain") == ""
    repo.git("worktree", "remove", "--force", str(tmp_path / "elsewhere"))
    repo.git("branch", "-qD", f"restored/{snapshot.label}")
    empty(repo.root)
    memory.restore_in_place(snapshot.name)
    assert picture(repo.root) == before
    assert {k: v for k, v in users_own(repo).items() if k != "others"} == {
        k: v for k, v in own.items() if k != "others"
    }
    assert repo.git("status", "--porcelain") == status


@pytest.mark.parametrize("autocrlf", ["false", "true", "input"])
@pytest.mark.parametrize("attributes", ["", "* text=auto\n", "*.txt text eol=crlf\n", "*.txt text eol=lf\n"])
def test_line_ends_come_back_as_they_were(
    repo: Repo, memory: Memory, tmp_path: Path, autocrlf: str, attributes: str
) -> None:
    repo.git("config", "core.autocrlf", autocrlf)
    repo.git("config", "core.safecrlf", "true")  # which refuses `git add` of what cannot be converted back
    repo.write(".gitattributes", attributes)
    for name, text in {"lf": "1\n2\n", "crlf": "1\r\n2\r\n", "mixed": "1\r\n2\n", "cr": "1\r2\r"}.items():
        repo.write(f"{name}.txt", text)
    repo.git("-c", "core.safecrlf=false", "add", ".")
    repo.git("-c", "core.safecrlf=false", "commit", "-qm", "Line ends")
    repo.write("new.txt", "3\r\n4\n")
    comes_back(repo, memory, tmp_path)


def test_line_ends_do_not_show_as_changes_of_the_snapshot(repo: Repo, memory: Memory) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.write("a.txt", "1\r\n")
    repo.commit("As on Windows")
    repo.write("b.txt", "2\r\n")
    snapshot = take(memory)
    assert repo.git("diff", "--stat", "HEAD", snapshot.commit).splitlines()[0].split()[0] == "b.txt"
    assert repo.git("cat-file", "blob", f"{snapshot.commit}:b.txt") == "2"


def test_a_filter_that_loses_something_loses_nothing_here(repo: Repo, memory: Memory, tmp_path: Path) -> None:
    # As filters do that take a notebook's results out before it is committed.
    repo.git("config", "filter.strip.clean", "grep -v ^result; true")
    repo.git("config", "filter.strip.smudge", "cat")
    repo.write(".gitattributes", "*.ipynb filter=strip\n")
    repo.write("a.ipynb", "cell\nresult of hours\n")
    repo.commit("Notebook")
    assert repo.git("show", "HEAD:a.ipynb") == "cell"
    comes_back(repo, memory, tmp_path)


def test_encodings_and_keywords(repo: Repo, memory: Memory, tmp_path: Path) -> None:
    repo.write(".gitattributes", "*.u16 text working-tree-encoding=UTF-16\n*.id ident\n")
    repo.write("a.u16", "grün\r\n".encode("utf-16"))
    repo.write("b.id", "$Id$\n")
    repo.commit("Both")
    repo.git("checkout", "HEAD~0", "--", ".")
    repo.write("c.id", "$Id: by hand $\n")
    comes_back(repo, memory, tmp_path)


def test_a_filter_that_fails_is_named_and_nothing_is_kept(repo: Repo, memory: Memory) -> None:
    repo.git("config", "filter.broken.clean", "false")
    repo.git("config", "filter.broken.required", "true")
    repo.write(".gitattributes", "*.bin filter=broken\n")
    repo.write("a.bin", "1\n")
    record = memory.checkpoint("Recorded")
    with pytest.raises(RefusedError, match=r"a\.bin"):
        memory.keep_snapshot(record.id)
    assert not memory.has_snapshot(record.id)


@pytest.fixture
def large_files(repo: Repo, tmp_path: Path) -> Repo:
    """What Git LFS does, as a few lines of shell: the file goes beside, a pointer is committed."""
    store = repo.root / ".git" / "lfs" / "objects"
    clean = tmp_path / "clean"
    clean.write_text(f"""#!/bin/sh
t=$(mktemp); cat > $t; h=$(sha256sum $t | cut -d' ' -f1)
d={store}/$(echo $h | cut -c1-2)/$(echo $h | cut -c3-4)
mkdir -p $d; n=$(wc -c < $t); mv $t $d/$h
printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize %d\\n' $h $n
""")
    smudge = tmp_path / "smudge"
    smudge.write_text(f"""#!/bin/sh
h=$(sed -n 's/^oid sha256://p'); cat {store}/$(echo $h | cut -c1-2)/$(echo $h | cut -c3-4)/$h
""")
    for script in (clean, smudge):
        script.chmod(0o755)
    repo.git("config", "filter.lfs.clean", str(clean))
    repo.git("config", "filter.lfs.smudge", str(smudge))
    repo.git("config", "filter.lfs.required", "true")
    repo.write(".gitattributes", "*.psd filter=lfs diff=lfs merge=lfs -text\n")
    repo.write("a.psd", b"picture" * 1000)
    repo.write("b.psd", b"another" * 1000)
    repo.commit("Pictures")
    return repo


def test_large_files_of_git_lfs_come_back(large_files: Repo, memory: Memory, tmp_path: Path) -> None:
    large_files.write("a.psd", b"changed" * 1000)
    comes_back(large_files, memory, tmp_path)


def test_a_committed_large_file_is_not_kept_twice(large_files: Repo, memory: Memory) -> None:
    large_files.write("a.psd", b"changed" * 1000)
    snapshot = take(memory)
    assert snapshot.size is not None
    pointer = large_files.git("cat-file", "blob", f"{snapshot.commit}:a.psd")
    assert pointer.splitlines()[1] == "oid sha256:" + hashlib.sha256(b"changed" * 1000).hexdigest()
    beside = large_files.git("ls-tree", "-r", f"refs/memory/exact/{snapshot.name}").splitlines()
    assert len(beside) == 2  # what is told of it, and the one that is not committed


def test_a_large_file_that_is_not_here_stops_before_anything_is_done(
    large_files: Repo, memory: Memory
) -> None:
    snapshot = take(memory)
    large_files.write("b.psd", b"other" * 1000)
    large_files.write("README.md", "changed\n")
    sha256 = hashlib.sha256(b"another" * 1000).hexdigest()
    (large_files.root / ".git/lfs/objects" / sha256[:2] / sha256[2:4] / sha256).unlink()
    before = picture(large_files.root)
    with pytest.raises(StoreError, match=r"b\.psd is kept by Git LFS and is not in this clone"):
        memory.restore_in_place(snapshot.name)
    assert picture(large_files.root) == before
    assert [one.is_before_restore for one in memory.snapshots()] == [False]
