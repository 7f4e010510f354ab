"""Pointing at lines: what an anchor stores, and clear words where there is nothing to point at."""

import os
import sys

import pytest

from lsp_server.code.anchoring import anchor_of
from lsp_server.code.file_view import CodeFiles
from lsp_server.code.line_map import map_lines
from lsp_server.errors import UsageError
from lsp_server.records.anchors import UNCOMMITTED, Birth, CodeRange


def test_an_anchor_keeps_the_births_and_the_text_of_its_lines(repo):
    first = repo.commit(a="one\ntwo\nthree\n")
    second = repo.commit(a="one\ntwo\nnew\nthree\n")
    anchor = repo.anchor("a.py", 2, 4)
    assert anchor.range == CodeRange("a.py", 2, 4)
    assert anchor.births == (
        Birth(first, "a.py", 2, 2),
        Birth(second, "a.py", 3, 3),
        Birth(first, "a.py", 3, 3),
    )
    assert anchor.text == ("two", "new", "three")


def test_births_are_the_same_whether_the_whole_file_was_blamed_before_or_not(repo):
    repo.commit(a="".join(f"line {n}\n" for n in range(30)))
    repo.commit(a="".join(f"line {n}\n" if n % 4 else f"LINE {n}\n" for n in range(30)))
    lines = repo.files.worktree_text("a.py")
    whole = repo.files.births("a.py").runs
    same = map_lines(lines, lines)
    for start in range(1, 28, 5):
        quick = CodeFiles(repo, repo.root).anchor(CodeRange("a.py", start, start + 3))
        assert quick == anchor_of(quick.range, lines, same, whole) == repo.anchor("a.py", start, start + 3)


def test_lines_that_are_not_committed_say_so_beside_those_that_are(repo):
    first = repo.commit(a="one\ntwo\nthree\n")
    repo.write("a.py", "zero\none\nTWO\nthree\n")
    assert repo.anchor("a.py", 1, 4).births == (
        Birth(UNCOMMITTED, "a.py", 1, 1),
        Birth(first, "a.py", 1, 1),
        Birth(UNCOMMITTED, "a.py", 3, 3),
        Birth(first, "a.py", 3, 3),
    )


def test_staging_a_change_does_not_make_it_committed(repo):
    repo.commit(a="one\n")
    repo.write("a.py", "one\ntwo\n")
    repo.git("add", "a.py")
    assert repo.anchor("a.py", 2).births == (Birth(UNCOMMITTED, "a.py", 2, 2),)


def test_without_a_commit_everything_is_uncommitted(repo):
    repo.write("a.py", "one\ntwo\n")
    assert repo.anchor("a.py", 1, 2).births == (Birth(UNCOMMITTED, "a.py", 1, 2),)


def test_untracked_and_ignored_files_can_be_anchored(repo):
    repo.write(".gitignore", "*.log\n")
    repo.commit()
    repo.write("notes.log", "one\n")
    repo.write("new.py", "one\n")
    for path in ("notes.log", "new.py"):
        assert repo.anchor(path, 1).births == (Birth(UNCOMMITTED, path, 1, 1),)


def test_a_crlf_checkout_of_lf_lines_is_committed_and_its_text_has_no_line_ends(repo):
    first = repo.commit(a="one\ntwo\n")
    repo.git("config", "core.autocrlf", "true")
    repo.write("a.py", "one\r\ntwo\r\n")
    anchor = repo.anchor("a.py", 1, 2)
    assert (anchor.births, anchor.text) == ((Birth(first, "a.py", 1, 2),), ("one", "two"))


def test_crlf_that_is_committed_is_no_part_of_the_text_either(repo):
    first = repo.commit(a=b"one\r\ntwo\r\n")
    anchor = repo.anchor("a.py", 2)
    assert (anchor.births, anchor.text) == ((Birth(first, "a.py", 2, 2),), ("two",))


def test_form_feeds_and_unicode_separators_do_not_end_a_line(repo):
    repo.commit(a="a\x0cb\nc\u2028d\u2029e\x0b\x1c\x85\nlast\n")
    assert repo.anchor("a.py", 2).text == ("c\u2028d\u2029e\x0b\x1c\x85",)
    assert repo.anchor("a.py", 3).text == ("last",)


def test_bytes_that_are_not_utf_8_are_replaced_the_same_way_each_time(repo):
    first = repo.commit(a=b"caf\xe9 au lait\nnext\n")
    anchor = repo.anchor("a.py", 1)
    assert (anchor.births, anchor.text) == ((Birth(first, "a.py", 1, 1),), ("caf\ufffd au lait",))
    anchor.text[0].encode("utf-8")
    assert repo.locate(anchor).ranges == (CodeRange("a.py", 1, 1),)


def test_a_byte_order_mark_is_no_part_of_the_first_line(repo):
    repo.commit(a=b"\xef\xbb\xbfone\n")
    assert repo.anchor("a.py", 1).text == ("one",)


def test_files_in_directories_are_named_from_the_top(repo):
    repo.write("src/deep/a.py", "one\n")
    first = repo.commit()
    for spelling in ("src/deep/a.py", "./src//deep/a.py", "src/other/../deep/a.py"):
        assert repo.anchor(spelling, 1).births == (Birth(first, "src/deep/a.py", 1, 1),)


def test_a_link_inside_the_repository_means_the_file_it_leads_to(repo):
    repo.write("src/a.py", "one\n")
    (repo.root / "link.py").symlink_to("src/a.py")
    (repo.root / "lib").symlink_to("src")
    first = repo.commit()
    for path in ("link.py", "lib/a.py"):
        assert repo.anchor(path, 1).births == (Birth(first, "src/a.py", 1, 1),)


def test_a_linked_worktree_anchors_its_own_files(repo):
    first = repo.commit(a="one\n")
    repo.git("worktree", "add", "-q", "../tree", "-b", "tree")
    tree = type(repo)(repo.root.parent / "tree", repo.environment)
    tree.write("a.py", "new\none\n")
    assert tree.anchor("a.py", 2).births == (Birth(first, "a.py", 1, 1),)


@pytest.fixture
def full(repo):
    """A repository with everything in it that cannot be anchored to."""
    repo.write("src/a.py", "".join(f"{n}\n" for n in range(12)))
    repo.write("one.py", "x\n")
    repo.write("empty.py", "")
    repo.write("binary.py", b"a\n\0\n")
    repo.write("../outside.py", "x\n")
    repo.commit()
    (repo.root / "away.py").symlink_to("../outside.py")
    (repo.root / "loop.py").symlink_to("loop.py")
    (repo.root / "into.py").symlink_to(".git/config")
    os.mkfifo(repo.root / "pipe.py")
    inner = type(repo)(repo.root / "inner", repo.environment)
    inner.root.mkdir()
    inner.git("init", "-q")
    inner.commit(a="x\n")
    return repo


@pytest.mark.parametrize(
    ("path", "start", "end", "words"),
    [
        ("src/a.py", 13, 13, "src/a.py has 12 lines"),
        ("src/a.py", 12, 13, "src/a.py has 12 lines"),
        ("one.py", 2, 2, "one.py has 1 line"),
        ("empty.py", 1, 1, "empty.py is empty"),
        ("src/a.py", 0, 1, "lines count from 1"),
        ("src/a.py", -3, 1, "lines count from 1"),
        ("src/a.py", 5, 4, "run backwards; did you mean 4-5?"),
        ("src/b.py", 1, 1, "src/b.py does not exist"),
        ("src/a.py/b.py", 1, 1, "src/a.py/b.py does not exist"),
        ("src/A.py", 1, 1, "src/A.py does not exist; there is src/a.py"),
        ("src", 1, 1, "src is a folder"),
        (".", 1, 1, ". is a folder"),
        ("", 1, 1, "an empty path"),
        ("binary.py", 1, 1, "binary.py is binary"),
        ("../outside.py", 1, 1, "../outside.py is outside the repository"),
        ("src/../../outside.py", 1, 1, "is outside the repository"),
        ("/etc/passwd", 1, 1, "/etc/passwd is outside the repository"),
        ("away.py", 1, 1, "away.py leads outside the repository"),
        ("loop.py", 1, 1, "loop.py cannot be read"),
        (".git/config", 1, 1, "inside git's own directory"),
        (".GIT/config", 1, 1, "inside git's own directory"),
        ("into.py", 1, 1, "inside git's own directory"),
        ("inner/a.py", 1, 1, "belongs to another repository, inner"),
        ("inner", 1, 1, "belongs to another repository, inner"),
        ("pipe.py", 1, 1, "pipe.py is not a regular file"),
        ("a\0b", 1, 1, "NUL"),
        ("x" * 5000, 1, 1, "cannot be read: File name too long"),
        ("bad\n\x1b\udcff", 1, 1, r"bad\n\x1b\xff does not exist"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="the names of this test need a strict file system")
def test_what_cannot_be_anchored_to_is_refused_in_clear_words(full, path, start, end, words):
    with pytest.raises(UsageError) as refused:
        full.anchor(path, start, end)
    assert words in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    str(refused.value).encode("utf-8")


def test_a_submodule_is_a_repository_of_its_own(repo, new_repo):
    library = new_repo("library")
    library.commit(a="one\n")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.root), "lib")
    repo.commit()
    with pytest.raises(UsageError, match="belongs to another repository, lib"):
        repo.anchor("lib/a.py", 1)
    inside = type(repo)(repo.root / "lib", repo.environment)
    assert inside.anchor("a.py", 1).births[0].commit != UNCOMMITTED


def test_a_bare_repository_says_what_head_does_not_have(repo):
    repo.commit(a="one\n")
    bare = repo.clone("bare.git", "--bare")
    with pytest.raises(UsageError, match=r"b\.py does not exist at HEAD"):
        bare.anchor("b.py", 1)


def test_anchoring_leaves_the_index_as_it_is(repo):
    repo.commit(a="one\n")
    place = repo.write("a.py", "one\n")
    os.utime(place, (1, 1))  # a refresh would note the new time
    index = (repo.root / ".git" / "index").read_bytes()
    repo.locate(repo.anchor("a.py", 1))
    assert (repo.root / ".git" / "index").read_bytes() == index
