"""Clones that do not have the whole history: unknown is said, nothing is fetched."""

import pytest

from lsp_server.code.model import Certainty
from lsp_server.records.anchors import CodeRange

OLD = "def one():\n    return first\n\ndef two():\n    return first\n"


@pytest.fixture
def history(repo):
    """Three commits: the lines of ``OLD``, then one above and one below them."""
    repo.commit(a=OLD)
    repo.commit(a="# above\n" + OLD)
    repo.commit(a="# above\n" + OLD + "# below\n")
    return repo


def test_a_shallow_clone_does_not_claim_births_it_cannot_know(history):
    shallow = history.clone("shallow", "--depth=1")
    assert all(run.known for run in history.files.births("a.py").runs)
    assert [run.known for run in shallow.files.births("a.py").runs] == [False]
    deeper = history.clone("deeper", "--depth=2")
    assert [run.known for run in deeper.files.births("a.py").runs] == [False, True]


def test_an_anchor_on_cut_lines_is_unknown_not_stale(history):
    anchor = history.anchor("a.py", 3)  # its text stands twice
    shallow = history.clone("shallow", "--depth=1")
    located = shallow.locate(anchor)
    assert (located.ranges, located.certainty) == ((), Certainty.UNKNOWN)


def test_a_text_that_is_the_only_one_is_found_there_all_the_same(history):
    anchor = history.anchor("a.py", 2, 3)
    located = history.clone("shallow", "--depth=1").locate(anchor)
    assert (located.ranges, located.certainty) == ((CodeRange("a.py", 2, 3),), Certainty.TEXT)


def test_lines_born_after_the_cut_are_found_by_birth(history):
    anchor = history.anchor("a.py", 7)
    located = history.clone("deeper", "--depth=2").locate(anchor)
    assert (located.ranges, located.certainty) == ((CodeRange("a.py", 7, 7),), Certainty.BIRTHS)


def test_a_line_whose_text_is_gone_is_unknown_too_it_may_be_anywhere(history):
    anchor = history.anchor("a.py", 3)
    made_at = history.git("rev-parse", "HEAD")
    history.commit(a="# above\nnothing\n")
    shallow = history.clone("shallow", "--depth=1")
    assert shallow.locate(anchor, made_at=made_at).certainty is Certainty.UNKNOWN
    assert shallow.files.find(anchor, made_at=made_at).certainty is Certainty.UNKNOWN
    assert history.locate(anchor, made_at=made_at).certainty is Certainty.STALE


def test_where_all_is_here_since_it_was_made_a_shallow_clone_can_tell(history):
    shallow = history.clone("shallow", "--depth=1")
    anchor, made_at = shallow.anchor("a.py", 3), shallow.git("rev-parse", "HEAD")
    shallow.commit(a="# above\n# more\n" + OLD.replace("    return first\n", "    return last\n", 1))
    assert shallow.locate(anchor, made_at=made_at).certainty is Certainty.STALE


def test_what_is_fetched_later_is_told_then(history):
    anchor, made_at = history.anchor("a.py", 3), history.git("rev-parse", "HEAD")
    history.commit(a="# more\n# above\n" + OLD + "# below\n")
    shallow = history.clone("shallow", "--depth=1")
    assert shallow.locate(anchor, made_at=made_at).certainty is Certainty.UNKNOWN
    shallow.git("fetch", "-q", "--unshallow")
    whole = type(shallow)(shallow.root, shallow.environment)
    assert whole.locate(anchor, made_at=made_at).ranges == (CodeRange("a.py", 4, 4),)


def test_a_file_that_is_not_there_is_unknown_where_its_rename_may_be_cut_off(history):
    anchor = history.anchor("a.py", 2, 3)
    history.git("mv", "a.py", "b.py")
    history.commit()
    assert history.clone("shallow", "--depth=1").locate(anchor).certainty is Certainty.UNKNOWN
    assert history.locate(anchor).certainty is Certainty.STALE


def test_an_anchor_made_in_a_shallow_clone_is_found_in_a_whole_one(history):
    shallow = history.clone("shallow", "--depth=1")
    anchor = shallow.anchor("a.py", 3)
    made_at = history.commit(a="# more\n# above\n" + OLD + "# below\n")
    located = history.locate(anchor, made_at=made_at)
    assert (located.ranges, located.certainty) == ((CodeRange("a.py", 4, 4),), Certainty.BIRTHS)


@pytest.mark.parametrize("what", ["blob:none", "tree:0"])
def test_a_partial_clone_answers_without_fetching(history, what):
    anchor = history.anchor("a.py", 3)
    # `user` settings that allow every protocol are in force; even so nothing may be fetched.
    partial = history.clone("partial", f"--filter={what}")
    missing = partial.git("rev-list", "--objects", "--all", "--missing=print").count("\n?")
    births = partial.files.births("a.py")
    assert [(run.start, run.birth.length, run.known) for run in births.runs] == [(1, 7, False)]
    assert partial.locate(anchor).certainty is Certainty.UNKNOWN
    assert partial.anchor("a.py", 3).text == anchor.text
    assert partial.git("rev-list", "--objects", "--all", "--missing=print").count("\n?") == missing > 0


def test_an_anchor_made_in_a_partial_clone_is_found_in_a_whole_one(history):
    anchor = history.clone("partial", "--filter=blob:none").anchor("a.py", 3)
    history.commit(a="# more\n# above\n" + OLD + "# below\n")
    located = history.locate(anchor)
    assert (located.ranges, located.certainty) == ((CodeRange("a.py", 4, 4),), Certainty.BIRTHS)


def test_a_file_that_a_partial_clone_does_not_have_is_unknown(history):
    history.write("src/far.py", OLD)
    made_at = history.commit()
    anchor = history.anchor("src/far.py", 2, 3)
    history.git("mv", "src/far.py", "src/near.py")
    history.commit()
    sparse = history.clone("sparse", "--filter=blob:none", "--sparse")
    for since in (None, made_at):
        located = sparse.files.find(anchor, made_at=since)
        assert (located.ranges, located.certainty, located.total) == ((), Certainty.UNKNOWN, 2)


def test_a_file_that_is_too_large_to_be_read_is_unknown(history):
    anchor = history.anchor("a.py", 2, 3)
    with (history.root / "a.py").open("r+b") as file:
        file.truncate(60_000_000)
    assert history.files.find(anchor, made_at=history.files.head()).certainty is Certainty.UNKNOWN
