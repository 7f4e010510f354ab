"""What is on the branch and no record merges by its path."""

from __future__ import annotations

import pytest
from memory.merging.clones import Clone

from lsp_server.errors import RefusedError
from lsp_server.memory import Kind
from lsp_server.memory.merging import merge_into

Text = str | bytes


def both(pair: tuple[Clone, Clone], path: str, one: Text, other: Text, *, base: Text | None = None) -> None:
    a, b = pair
    if base is not None:
        a.change({path: base})
        b.merge(a)
    a.change({path: one})
    b.change({path: other})


def test_paragraphs_edited_on_two_sides_are_both_kept(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    base = "One.\n\nTwo.\n\nThree.\n"
    both(pair, "notes.md", base.replace("One", "ONE"), base.replace("Three", "THREE"), base=base)
    merge = b.merge(a)
    assert merge is not None
    assert merge.remarks == ()
    assert b.read("notes.md") == "ONE.\n\nTwo.\n\nTHREE."


@pytest.mark.parametrize("theirs", [True, False])
def test_a_mode_changed_on_one_side_holds_for_a_text_merged_from_both(
    pair: tuple[Clone, Clone], *, theirs: bool
) -> None:
    a, b = pair
    base = "One.\n\nTwo.\n\nThree.\n"
    both(pair, "run.sh", base.replace("One", "ONE"), base.replace("Three", "THREE"), base=base)
    changing = a if theirs else b
    listing = changing.repo.git("ls-tree", "-r", "memory").splitlines()
    entries = [line.replace("100644", "100755") if line.endswith("run.sh") else line for line in listing]
    changing.commit_entries(entries, "make it run", changing.tip)
    b.merge(a)
    assert b.read("run.sh") == "ONE.\n\nTwo.\n\nTHREE."
    assert b.repo.git("ls-tree", "memory", "run.sh").startswith("100755 ")


def test_a_text_in_conflict_keeps_both_and_is_told(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    both(pair, "notes.md", "Theirs.\n", "Mine.\n", base="One.\n")
    merge = b.merge(a)
    assert merge is not None
    assert merge.remarks == ("notes.md was changed on both sides: both texts are kept in it",)
    assert {"Theirs.", "Mine."} <= set(b.read("notes.md").splitlines())


def test_of_two_binary_files_one_keeps_the_path_and_the_other_stands_beside_it(
    pair: tuple[Clone, Clone],
) -> None:
    a, b = pair
    both(pair, "artifacts/logo.png", b"\x89PNG\0one", b"\x89PNG\0other")
    before = a.tip
    b.merge(a)
    files = [path for path in b.files() if path.startswith("artifacts/")]
    assert len(files) == 2
    beside = files[0] if files[1] == "artifacts/logo.png" else files[1]
    blob = b.repo.git("rev-parse", f"memory:{beside}")
    assert beside == f"artifacts/logo.{blob[:8]}.png"
    assert before in b.repo.git("rev-list", "memory")


def test_deleted_on_one_side_and_changed_on_the_other_is_kept(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.change({"notes.md": "One.\n"})
    b.merge(a)
    a.change({}, ["notes.md"])
    b.change({"notes.md": "Edited.\n"})
    merge = b.merge(a)
    assert merge is not None
    assert b.read("notes.md") == "Edited."
    assert "notes.md was deleted on one side and changed on the other" in merge.remarks[0]


def test_modes_links_and_submodules_are_carried_as_they_are(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.change({"run.sh": "true\n", "link": "notes.md", "b.md": "B\n"})
    entries = [line for line in a.repo.git("ls-tree", "-r", "memory").splitlines() if line]
    entries = [
        line.replace("100644", "100755") if line.endswith("\trun.sh") else
        line.replace("100644", "120000") if line.endswith("\tlink") else line
        for line in entries
    ]  # fmt: skip
    entries.append(f"160000 commit {a.repo.git('rev-parse', 'HEAD')}\tmodule")
    a.commit_entries(entries, "by hand", a.tip)
    b.memory.record(Kind.LEARNING, "Other")
    b.merge(a)
    listed = {
        line.split("\t")[1]: line.split()[0] for line in b.repo.git("ls-tree", "-r", "memory").splitlines()
    }
    assert (listed["run.sh"], listed["link"], listed["module"]) == ("100755", "120000", "160000")


def test_a_file_on_one_side_and_a_folder_on_the_other_are_both_kept(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.change({"notes": "A file.\n"})
    b.change({"notes/today.md": "In a folder.\n"})
    theirs, mine = a.tip, b.tip
    b.merge(a)
    files = [path for path in b.files() if path.startswith("notes")]
    assert len(files) == 2
    assert {b.read(path) for path in files} == {"A file.", "In a folder."}
    a.repo.git("fetch", "-q", str(b.repo.root), mine)
    assert a.tip == theirs
    merge_into(a.core, a.core.store, mine, source="b", yielding="younger")
    assert a.tree() == b.tree()


def test_a_folder_that_one_side_made_of_a_file_takes_its_place(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.change({"notes": "A file.\n"})
    b.merge(a)
    a.change({"notes/today.md": "In a folder.\n"}, ["notes"])
    b.memory.record(Kind.LEARNING, "Other")
    b.merge(a)
    assert [path for path in b.files() if path.startswith("notes")] == ["notes/today.md"]
    b.change({"notes": "Again.\n"}, ["notes/today.md"])
    a.memory.record(Kind.LEARNING, "Another")
    a.merge(b)
    assert [path for path in a.files() if path.startswith("notes")] == ["notes"]


def test_the_format_file_never_holds_a_conflict(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    both(pair, "memory.yaml", "# theirs\nformat: 1\n", "# mine\nformat: 1\n")
    b.merge(a)
    assert b.read("memory.yaml") in ("# theirs\nformat: 1", "# mine\nformat: 1")


def test_an_allowance_given_on_both_sides_is_one(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    text = "fingerprint: 0123456789\nwho: {}\nwhen: 2026-01-0{}T00:00:00+00:00\n"
    both(pair, "allowed-secrets/0123456789.yaml", text.format("A", 2), text.format("B", 1))
    b.merge(a)
    assert "who: B" in b.read("allowed-secrets/0123456789.yaml")


@pytest.mark.parametrize("ahead", [True, False])
def test_a_path_that_leaves_the_tree_is_refused(pair: tuple[Clone, Clone], ahead: bool) -> None:
    a, b = pair
    blob = a.repo.git("hash-object", "-w", "--stdin", input="evil")
    memory = a.repo.git("rev-parse", "memory:memory.yaml")
    inner = a.repo.git("mktree", input=f"100644 blob {blob}\tpwned\n")
    raw = b"40000 ..\0" + bytes.fromhex(inner) + b"100644 memory.yaml\0" + bytes.fromhex(memory)
    (a.repo.root / "raw").write_bytes(raw)
    tree = a.repo.git("hash-object", "-t", "tree", "--literally", "-w", "raw")
    evil = a.repo.git("commit-tree", tree, "-p", a.tip, "-m", "evil")
    a.repo.git("update-ref", "refs/heads/memory", evil)
    if not ahead:
        b.memory.record(Kind.LEARNING, "Mine")
    before = b.tip
    with pytest.raises(RefusedError, match=r"\.\./pwned"):
        b.merge(a)
    assert b.tip == before
