"""What was taken out of a remote's history does not come back with what only we have."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping

import pytest
from clones import Shared, tree
from support import Repo

from lsp_server.memory import Kind


def commit(repo: Repo, onto: str, files: Mapping[str, str | None], *parents: str) -> str:
    """A commit of a version's tree with some files otherwise (None: not there)."""
    lines = repo.git("ls-tree", "-r", onto).splitlines()
    kept = [line for line in lines if line.split("\t")[1] not in files]
    for path, text in files.items():
        if text is not None:
            kept.append(f"100644 blob {repo.git('hash-object', '-w', '--stdin', input=text)}\t{path}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_INDEX_FILE", str(repo.root / ".git" / "scratch-index"))
        repo.git("read-tree", "--empty")
        repo.git("update-index", "--index-info", input="".join(f"{line}\n" for line in kept))
        tree_id = repo.git("write-tree")
    flags = [word for parent in parents for word in ("-p", parent)]
    return repo.git("commit-tree", tree_id, *flags, "-m", "by hand")


def rewrite(a: Repo, files: Mapping[str, str | None]) -> None:
    """Publish the memory as one commit with some files otherwise, as a person does to take out a secret."""
    a.git("fetch", "-q", "origin", "memory")
    done = commit(a, "FETCH_HEAD", files, a.git("rev-list", "--max-parents=0", "memory"))
    a.git("push", "-q", "--force", "origin", f"{done}:refs/heads/memory")


def put(repo: Repo, files: Mapping[str, str | None]) -> None:
    """Write files to the memory with git alone."""
    repo.git("update-ref", "refs/heads/memory", commit(repo, "memory", files, "memory"))


def test_a_number_that_was_purged_is_not_given_again(hub: Repo, shared: Shared) -> None:
    a, one, b, two = shared
    for title in ("First", "The secret itself", "Third"):
        one.record(Kind.BUG, title)
    one.record(Kind.DECISION, "Deleted, and the secret itself")
    one.delete("ADR-1")
    one.sync()
    two.sync()
    two.delete("BUG-2")
    gone = ("bugs/0002-the-secret-itself.md", "bugs/0003-third.md", "deleted/decisions/0001.yaml")
    rewrite(a, dict.fromkeys(gone))
    done = two.sync(accept_rewrite=True)
    told = "taken out there, and their numbers are not given again: BUG-2, BUG-3, ADR-0001"
    assert told in done.merges[0].remarks
    assert two.record(Kind.BUG, "Next").label == "BUG-4"
    assert two.record(Kind.DECISION, "Next").label == "ADR-0002"
    assert b.git("grep", "-i", "-l", "secret itself", "memory", check=False) == ""
    two.sync()
    one.sync(accept_rewrite=True)
    assert tree(a) == tree(b) == tree(hub)
    assert one.record(Kind.BUG, "Another").label == "BUG-5"


def test_a_tombstone_stays_where_the_deleted_record_was_edited_here(hub: Repo, shared: Shared) -> None:
    a, one, b, two = shared
    bug = one.record(Kind.BUG, "Slow", fields={"description": "It is slow."})
    one.sync()
    two.sync()
    stone = f"label: BUG-1\nid: {bug.id}\ntitle: x\ndeleted: 2026-01-01T00:00:00+00:00\n"
    rewrite(a, {bug.path: None, "deleted/bugs/0001.yaml": stone})
    two.amend("BUG-1", two.text("BUG-1").replace("It is slow.", "It is very slow."))
    done = two.sync(accept_rewrite=True)
    assert done.merges[0].revived == []
    assert b.git("show", "memory:deleted/bugs/0001.yaml") + "\n" == stone
    assert two.record(Kind.BUG, "Next").label == "BUG-2"


def test_what_was_blacked_out_of_a_record_does_not_come_back_through_an_edit_of_it(
    hub: Repo, shared: Shared
) -> None:
    a, one, b, two = shared
    word = "hunter" + "2hunter2"
    text = f"First.\n\nThe word is {word}.\n\nLast."
    bugs = [one.record(Kind.BUG, title, text=text) for title in ("Here", "There")]
    one.sync()
    two.sync()
    files = {bug.path: one.text(bug.id).replace(word, "[redacted]") for bug in bugs}
    rewrite(a, files)
    for bug, old, new in ((bugs[0], f"is {word}", f"was {word}"), (bugs[1], "Last.", "At last.")):
        two.amend(bug.id, two.text(bug.id).replace(old, new))
    mine = two.text(bugs[0].id)
    done = two.sync(accept_rewrite=True)
    assert two.text(bugs[0].id) == files[bugs[0].path]
    assert two.text(bugs[1].id) == files[bugs[1].path].replace("Last.", "At last.")
    (told,) = [remark for remark in done.merges[0].remarks if "BUG-1" in remark]
    assert told.startswith(
        "BUG-1 was changed in origin/memory: your change to it has words that were taken out"
    )
    shown = subprocess.run(
        shlex.split(told.split("`")[1]), cwd=b.root, capture_output=True, text=True, check=True
    )
    assert shown.stdout == mine
    assert done.merges[0].conflicts == []
    assert word not in b.git("log", "-p", "memory")
    assert b.git("rev-parse", "memory") == hub.git("rev-parse", "memory")


def test_what_does_not_touch_what_was_taken_out_is_merged_and_told_as_ever(shared: Shared) -> None:
    a, one, _, two = shared
    bug = one.record(Kind.BUG, "Slow", text="First.\n\nLast.")
    one.sync()
    two.sync()
    text = one.text(bug.id)
    rewrite(a, {bug.path: text.replace("First.", "First. One more."), "learnings/x.txt": "x\n"})
    two.amend(bug.id, text.replace("First.", "First. And another."))
    done = two.sync(accept_rewrite=True)
    (conflict,) = done.merges[0].conflicts
    assert conflict.id == bug.id
    assert {"First. One more.", "First. And another."} <= set(two.text(bug.id).splitlines())


def test_other_files_that_were_purged_or_blacked_out_do_not_come_back_either(shared: Shared) -> None:
    a, one, b, two = shared
    names = ("clean.md", "gone.md", "logo.png")
    put(a, {f"artifacts/{name}": "One.\n\nhunter2.\n" for name in names})
    one.sync()
    two.sync()
    put(b, {f"artifacts/{name}": "One.\n\nmy hunter2.\n" for name in names[:2]})
    put(b, {"artifacts/logo.png": "PNG\0my hunter2"})
    rewrite(
        a,
        {
            "artifacts/gone.md": None,
            "artifacts/clean.md": "One.\n\n[redacted]\n",
            "artifacts/logo.png": "PNG\0",
        },
    )
    done = two.sync(accept_rewrite=True)
    assert b.git("ls-tree", "-r", "--name-only", "memory", "artifacts").splitlines() == [
        "artifacts/clean.md",
        "artifacts/logo.png",
    ]
    assert b.git("grep", "-a", "-l", "hunter2", "memory", check=False) == ""
    told = {remark.split(" ")[0]: remark for remark in done.merges[0].remarks}
    for name in names:
        command = shlex.split(told[f"artifacts/{name}"].split("`")[1])
        shown = subprocess.run(command, cwd=b.root, capture_output=True, check=True)
        assert b"my hunter2" in shown.stdout
