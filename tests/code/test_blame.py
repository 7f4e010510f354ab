"""Where the lines of a file were born."""

import pytest

from lsp_server.code.blame import BlameCache, BlamedFile, FileBirths
from lsp_server.code.git import unquote_path
from lsp_server.records.anchors import Birth


def born(births):
    return [
        (run.start, run.birth.commit, run.birth.path, run.birth.start, run.birth.end) for run in births.runs
    ]


def test_every_line_has_the_commit_path_and_number_it_was_born_with(repo):
    first = repo.commit(a="one\ntwo\nthree\n")
    second = repo.commit(a="zero\none\ntwo\nthree\nfour\n")
    assert born(repo.files.births("a.py")) == [
        (1, second, "a.py", 1, 1),
        (2, first, "a.py", 1, 3),
        (5, second, "a.py", 5, 5),
    ]


def test_one_line_is_asked_for_by_its_number(repo):
    first = repo.commit(a="one\ntwo\n")
    repo.commit(a="new\none\ntwo\n")
    births = repo.files.births("a.py")
    assert births.of(3) == Birth(first, "a.py", 2, 2)
    assert list(births.lines_born(first, "a.py", 2)) == [3]
    for outside in (0, 4):
        with pytest.raises(IndexError):
            births.of(outside)


def test_births_follow_a_file_through_its_renames(repo):
    first = repo.commit(a="one\ntwo\nthree\nfour\n")
    repo.git("mv", "a.py", "b.py")
    second = repo.commit(b="one\ntwo\nthree\nfour\nfive\n")
    assert born(repo.files.births("b.py")) == [(1, first, "a.py", 1, 4), (5, second, "b.py", 5, 5)]
    assert repo.files.births("b.py").keys == {(first, "a.py"), (second, "b.py")}


def test_lines_of_both_sides_of_a_merge_keep_their_births(repo):
    base = repo.commit(a="one\ntwo\nthree\nfour\nfive\n")
    repo.git("switch", "-q", "-c", "side")
    side = repo.commit(a="one\ntwo\nthree\nfour\nfive\nside\n")
    repo.git("switch", "-q", "main")
    ours = repo.commit(a="ours\none\ntwo\nthree\nfour\nfive\n")
    repo.git("merge", "-q", "-m", "Merge", "side")
    assert born(repo.files.births("a.py")) == [
        (1, ours, "a.py", 1, 1),
        (2, base, "a.py", 1, 5),
        (7, side, "a.py", 6, 6),
    ]


def test_lines_that_one_commit_bore_in_two_files_keep_their_own(repo):
    one, two = "one\ntwo\nthree\nfour\n", "ONE\nTWO\nTHREE\nFOUR\n"
    base = repo.commit(a=one, b=two)
    repo.git("switch", "-q", "-c", "side")
    repo.git("rm", "-q", "a.py")
    repo.git("mv", "b.py", "c.py")
    repo.commit()
    repo.git("switch", "-q", "main")
    repo.git("rm", "-q", "b.py")
    repo.git("mv", "a.py", "c.py")
    repo.commit()
    repo.git("merge", "-q", "-s", "ours", "-m", "Merge", "side")
    repo.write("c.py", "one\ntwo\nONE\nTWO\nthree\nfour\nTHREE\nFOUR\nfilename x.py\nboundary\n")
    repo.git("commit", "-q", "-a", "--amend", "-m", "boundary\n\nfilename y.py")
    merge = repo.git("rev-parse", "HEAD")
    assert born(repo.files.births("c.py")) == [
        (1, base, "a.py", 1, 2),
        (3, base, "b.py", 1, 2),
        (5, base, "a.py", 3, 4),
        (7, base, "b.py", 3, 4),
        (9, merge, "c.py", 9, 10),
    ]


def test_a_users_configuration_does_not_change_births(repo):
    first = repo.commit(a="one\ntwo\n")
    second = repo.commit(a="one\nTWO\n")
    repo.write("ignored", f"{second}\n")
    for name, value in {
        "blame.ignoreRevsFile": "ignored",
        "blame.showRoot": "true",
        "blame.blankBoundary": "true",
        "blame.coloring": "highlightRecent",
        "color.ui": "always",
        "diff.algorithm": "patience",
        "diff.renameLimit": "1",
        "core.quotePath": "true",
    }.items():
        repo.git("config", name, value)
    assert repo.git("blame", "-s", "a.py").count(second[:7]) == 0  # git itself is misled
    births = repo.files.births("a.py")
    assert born(births) == [(1, first, "a.py", 1, 1), (2, second, "a.py", 2, 2)]
    assert all(run.known for run in births.runs)


def test_a_configuration_that_git_blame_refuses_makes_births_unknown_but_fails_nothing(repo):
    head = repo.commit(a="one\ntwo\n")
    repo.git("config", "blame.ignoreRevsFile", "not-there")
    births = repo.files.births("a.py")
    assert born(births) == [(1, head, "a.py", 1, 2)]
    assert births.is_cut
    assert not any(run.known for run in births.runs)


def test_births_count_lines_at_lf_only(repo):
    first = repo.commit(a="a\x0cb\nc\u2028d\ne\x85f\rg\nlast")
    assert born(repo.files.births("a.py")) == [(1, first, "a.py", 1, 4)]
    assert repo.files.head_text("a.py") == ("a\x0cb", "c\u2028d", "e\x85f\rg", "last")


@pytest.mark.parametrize(
    "name",
    [
        "with space.py",
        "tab\there.py",
        'quo"te\\.py',
        "né.py",
        "new\nline.py",
        ":(top)x.py",
        "-rf",
        "*.py",
        "\udcff\udcfe.py",
    ],
)
def test_any_file_name_git_takes_is_read_and_anchored(repo, name):
    first = repo.commit()
    repo.write(name, "one\ntwo\n")
    second = repo.commit()
    repo.git("mv", "--", name, f"{name}.moved")
    repo.commit()
    assert first != second
    assert born(repo.files.births(f"{name}.moved")) == [(1, second, name, 1, 2)]
    assert repo.anchor(f"{name}.moved", 2).births == (Birth(second, name, 2, 2),)


def test_sha256_repositories_work(new_repo):
    repo = new_repo("wide", "--object-format=sha256")
    first = repo.commit(a="one\n")
    assert len(first) == 64
    assert born(repo.files.births("a.py")) == [(1, first, "a.py", 1, 1)]


def test_a_bare_repository_has_births_and_heads_text(repo):
    first = repo.commit(a="one\ntwo\n")
    bare = repo.clone("bare.git", "--bare")
    assert born(bare.files.births("a.py")) == [(1, first, "a.py", 1, 2)]
    assert bare.files.worktree_text("a.py") == ("one", "two")
    assert bare.anchor("a.py", 2).births == (Birth(first, "a.py", 2, 2),)


def test_a_file_that_no_commit_has_has_no_births(repo):
    assert repo.files.births("a.py") == FileBirths(None, "a.py")
    head = repo.commit(other="x\n")
    repo.write("a.py", "one\n")
    assert repo.files.births("a.py") == FileBirths(head, "a.py")
    assert repo.files.births("dir") == FileBirths(head, "dir")


def test_an_empty_file_and_a_binary_file_have_no_births(repo):
    repo.commit(a="", b=b"\0\1\2")
    assert repo.files.births("a.py").runs == () == repo.files.births("b.py").runs
    assert repo.files.head_text("a.py") == ()
    assert repo.files.head_text("b.py") is None


def test_births_are_asked_for_once_per_commit_and_follow_head(repo):
    repo.commit(a="one\n")
    before = repo.files.births("a.py")
    assert repo.files.births("a.py") is before
    second = repo.commit(a="one\ntwo\n")
    assert repo.files.births("a.py").of(2).commit == second


def test_the_cache_forgets_what_was_not_used_longest():
    cache = BlameCache(limit=2)
    for path in ("a", "b"):
        cache.keep("c1", path, BlamedFile("b", (), FileBirths("c1", path)))
    cache.get("c1", "a")
    cache.keep("c1", "c", BlamedFile("b", (), FileBirths("c1", "c")))
    assert [cache.get("c1", path) is not None for path in ("a", "b", "c")] == [True, False, True]


@pytest.mark.parametrize(
    ("quoted", "path"),
    [
        (b"plain.py", "plain.py"),
        (b'"a\\tb\\n\\"\\\\.py"', 'a\tb\n"\\.py'),
        (b'"\\303\\251.py"', "é.py"),
        (b'"\\377.py"', "\udcff.py"),
        (b'"', '"'),
    ],
)
def test_quoted_paths_are_read_as_git_writes_them(quoted, path):
    assert unquote_path(quoted) == path
