"""What became of a commit that was rewritten here: scenarios by real git commands, the evidence beside."""

from __future__ import annotations

import pytest

from lsp_server.code.rewrite_journal import Noted
from lsp_server.errors import StoreError
from lsp_server.records.evidence import Evidence

from .conftest import Repo
from .rewriting import forget_moves, head, many, sequence, subjects, text, today


@pytest.fixture
def begun(repo: Repo) -> Repo:
    """A branch ``main`` with one file of forty lines, and a branch ``topic`` that is checked out."""
    repo.commit("Begin", a=text())
    repo.git("branch", "-M", "main")
    repo.git("switch", "-q", "-c", "topic")
    return repo


# nothing was rewritten ---------------------------------------------------------------------------------
def test_a_commit_that_a_branch_has_was_not_rewritten(begun: Repo) -> None:
    commit = begun.commit("Change", a=text(l3="three"))
    begun.git("switch", "-q", "main")
    assert today(begun, commit) == {}


def test_a_commit_that_is_not_here_has_no_answer(begun: Repo) -> None:
    assert today(begun, "1" * 40) == {}


def test_a_commit_that_was_thrown_away_has_no_answer(begun: Repo) -> None:
    old = begun.commit("Change", a=text(l3="three"))
    begun.git("reset", "-q", "--hard", "main")
    begun.commit("Another", b="b\n")
    assert today(begun, old) == {}


# amend -------------------------------------------------------------------------------------------------
def test_an_amendment_is_remembered_by_git_itself(begun: Repo) -> None:
    old = begun.commit("Change", a=text(l3="three"))
    begun.write("a.py", "quite another file\n")
    begun.git(
        "commit", "-q", "-a", "--amend", "-m", "Another", "--reset-author", "--date=2001-01-01T00:00:00Z"
    )
    assert today(begun, old) == {old: (head(begun), Evidence.AMENDED)}


def test_an_amendment_of_an_amendment_is_followed(begun: Repo) -> None:
    first = begun.commit("One", a=text(l3="three"))
    begun.git("commit", "-q", "--amend", "-m", "Two")
    second = head(begun)
    begun.git("commit", "-q", "--amend", "-m", "Three")
    assert today(begun, first, second) == {
        first: (head(begun), Evidence.AMENDED),
        second: (head(begun), Evidence.AMENDED),
    }


def test_an_amendment_of_what_git_has_forgotten_is_not_taken_for_one_of_what_stood_before(
    begun: Repo,
) -> None:
    before = begun.commit("Before", a=text(l3="three"))
    begun.commit("Change", b="b\n")
    begun.git("commit", "-q", "--amend", "-m", "Changed")
    begun.git("reflog", "delete", "HEAD@{1}")
    begun.git("reflog", "delete", "topic@{1}")
    begun.git("reset", "-q", "--hard", "main")
    begun.git("cherry-pick", "topic@{1}")  # what stood before is lost now
    assert today(begun, before) == {}


def test_an_amended_message_leaves_the_change(begun: Repo) -> None:
    old = begun.commit("Chagne", a=text(l3="three"))
    begun.git("commit", "-q", "--amend", "-m", "Change")
    forget_moves(begun)
    assert today(begun, old) == {old: (head(begun), Evidence.PATCH_ID)}


def test_an_amended_change_is_paired_by_range_diff(begun: Repo) -> None:
    old = begun.commit("Change", a=text(**many(1, 19)))
    begun.write("a.py", text(**many(1, 19), l30="one more"))
    begun.git("commit", "-q", "-a", "--amend", "--no-edit")
    forget_moves(begun)
    assert today(begun, old) == {old: (head(begun), Evidence.RANGE_DIFF)}


def test_an_amendment_that_leaves_nothing_of_the_change_is_not_guessed(begun: Repo) -> None:
    old = begun.commit("Change", a=text(l3="three"))
    begun.write("a.py", text(**many(30, 35, "quite another thing")))
    begun.git(
        "commit", "-q", "-a", "--amend", "-m", "Another", "--reset-author", "--date=2001-01-01T00:00:00Z"
    )
    forget_moves(begun)
    assert today(begun, old) == {}


def test_an_empty_commit_with_a_new_message_has_the_same_files(begun: Repo) -> None:
    old = begun.commit("Releaes 1.0")
    begun.git("commit", "-q", "--allow-empty", "--amend", "-m", "Release 1.0")
    forget_moves(begun)
    assert today(begun, old) == {old: (head(begun), Evidence.TREE)}


# rebase ------------------------------------------------------------------------------------------------
def test_a_rebase_onto_a_newer_main_keeps_the_changes(begun: Repo) -> None:
    one = begun.commit("One", a=text(l3="three"))
    two = begun.commit("Two", a=text(l3="three", l20="twenty"))
    begun.git("switch", "-q", "main")
    begun.commit("Meanwhile", a=text(l35="thirty-five"))
    begun.git("rebase", "-q", "main", "topic")
    assert today(begun, one, two) == {
        one: (head(begun, "HEAD~1"), Evidence.PATCH_ID),
        two: (head(begun), Evidence.PATCH_ID),
    }


def test_a_rebase_next_to_a_changed_line_keeps_the_changed_lines(begun: Repo) -> None:
    one = begun.commit("One", a=text(l10="ten"))
    begun.git("switch", "-q", "main")
    begun.commit("Meanwhile", a=text(l12="twelve"))
    begun.git("rebase", "-q", "main", "topic")
    assert today(begun, one) == {one: (head(begun), Evidence.PATCH_ID)}


def test_a_rebase_onto_another_branch_leaves_a_part_behind(begun: Repo) -> None:
    below = begun.commit("Below", b="b\n")
    begun.git("switch", "-q", "-c", "above")
    above = begun.commit("Above", a=text(l3="three"))
    begun.git("rebase", "-q", "--onto", "main", "topic", "above")
    begun.git("branch", "-q", "-D", "topic")
    assert today(begun, below, above) == {above: (head(begun), Evidence.PATCH_ID)}


def test_a_conflict_on_the_way_is_told_by_range_diff(begun: Repo) -> None:
    old = begun.commit("Change", a=text(**many(1, 14)))
    begun.git("switch", "-q", "main")
    begun.commit("Meanwhile", a=text(l14="fourteen here"))
    with pytest.raises(StoreError):
        begun.git("rebase", "-q", "main", "topic")
    begun.write("a.py", text(**many(1, 13), l14="fourteen here, too"))
    begun.git("add", "a.py")
    begun.environment["GIT_EDITOR"] = "true"
    begun.git("rebase", "--continue")
    assert today(begun, old) == {old: (head(begun), Evidence.RANGE_DIFF)}


def test_an_interactive_rebase_may_change_the_order(begun: Repo) -> None:
    one = begun.commit("One", a=text(l3="three"))
    two = begun.commit("Two", b="two\n")
    sequence(begun, "1{h;d};2{G}")
    begun.git("rebase", "-q", "-i", "main")
    assert subjects(begun, "main..") == ["One", "Two"]
    assert today(begun, one, two) == {
        one: (head(begun), Evidence.PATCH_ID),
        two: (head(begun, "HEAD~1"), Evidence.PATCH_ID),
    }


def test_a_commit_that_an_interactive_rebase_drops_is_lost(begun: Repo) -> None:
    one = begun.commit("One", a=text(l3="three"))
    two = begun.commit("Two", b="two\n")
    sequence(begun, "1s/^pick/drop/")
    begun.git("rebase", "-q", "-i", "main")
    assert today(begun, one, two) == {two: (head(begun), Evidence.PATCH_ID)}


def test_a_fixup_goes_where_it_was_squashed_into(begun: Repo) -> None:
    one = begun.commit("One", a=text(l3="three"))
    other = begun.commit("Other", b="b\n")
    begun.write("a.py", text(l3="three", l30="forgotten"))
    begun.git("commit", "-q", "-a", "--fixup", one)
    fixup = head(begun)
    sequence(begun, "")
    begun.git("rebase", "-q", "-i", "--autosquash", "main")
    assert subjects(begun, "main..") == ["Other", "One"]
    assert today(begun, one, other, fixup) == {
        one: (head(begun, "HEAD~1"), Evidence.AMENDED),
        other: (head(begun), Evidence.PATCH_ID),
        fixup: (head(begun, "HEAD~1"), Evidence.PATCH_ID),
    }


def test_a_fixup_on_a_newer_main_is_followed_through_what_was_picked(begun: Repo) -> None:
    one = begun.commit("One", a=text(l3="three"))
    begun.write("a.py", text(l3="three", l30="forgotten"))
    begun.git("commit", "-q", "-a", "--fixup", one)
    fixup = head(begun)
    begun.git("switch", "-q", "main")
    begun.commit("Meanwhile", b="b\n")
    begun.git("switch", "-q", "topic")
    sequence(begun, "")
    begun.git("rebase", "-q", "-i", "--autosquash", "main")
    assert today(begun, one, fixup) == {
        one: (head(begun), Evidence.PATCH_ID),
        fixup: (head(begun), Evidence.PATCH_ID),
    }


def test_a_merge_that_a_rebase_makes_again_has_the_same_files(begun: Repo) -> None:
    begun.commit("One", a=text(l3="three"))
    begun.git("switch", "-q", "main")
    begun.commit("Meanwhile", b="b\n")
    begun.git("merge", "-q", "--no-ff", "topic", "-m", "Merge topic")
    merge = head(begun)
    begun.git(
        "commit", "-q", "--amend", "-m", "Merge the topic", "--date=2031-01-01T00:00:00Z", "--reset-author"
    )
    assert today(begun, merge) == {merge: (head(begun), Evidence.AMENDED)}
    forget_moves(begun)
    assert today(begun, merge) == {}, "neither the words nor the date are the same: not guessed"


# cherry-pick -------------------------------------------------------------------------------------------
def test_a_cherry_pick_that_says_so_and_makes_the_change_is_believed(begun: Repo) -> None:
    picked = begun.commit("Change", a=text(l3="three"))
    begun.git("switch", "-q", "main")
    begun.commit("Meanwhile", a=text(l35="thirty-five"))
    begun.git("cherry-pick", "-x", picked)
    begun.git("branch", "-q", "-D", "topic")
    assert today(begun, picked) == {picked: (head(begun), Evidence.TRAILER)}


def test_a_cherry_pick_with_a_conflict_is_believed_for_what_is_left_of_the_change(begun: Repo) -> None:
    picked = begun.commit("Change", a=text(**many(1, 6)))
    begun.git("switch", "-q", "main")
    begun.commit("Meanwhile", a=text(l6="six here"))
    with pytest.raises(StoreError):
        begun.git("cherry-pick", "-x", picked)
    begun.write("a.py", text(**many(1, 5), l6="six here"))
    begun.git("add", "a.py")
    begun.git("commit", "-q", "--no-edit")
    begun.git("branch", "-q", "-D", "topic")
    assert f"(cherry picked from commit {picked})" in begun.git("log", "-1", "--format=%B")
    assert today(begun, picked) == {picked: (head(begun), Evidence.TRAILER)}


def test_a_cherry_pick_that_says_nothing_makes_the_same_change(begun: Repo) -> None:
    picked = begun.commit("Change", a=text(l3="three"))
    begun.git("switch", "-q", "main")
    begun.commit("Meanwhile", a=text(l35="thirty-five"))
    begun.git("cherry-pick", picked)
    begun.git("branch", "-q", "-D", "topic")
    assert today(begun, picked) == {picked: (head(begun), Evidence.PATCH_ID)}


def test_a_message_alone_takes_no_link_over(begun: Repo) -> None:
    old = begun.commit("Change", a=text(l3="three"))
    begun.git("switch", "-q", "main")
    begun.commit(f"Mine now\n\n(cherry picked from commit {old})", b="something else\n")
    begun.git("branch", "-q", "-D", "topic")
    assert today(begun, old) == {}


def test_a_message_takes_no_link_over_from_the_commit_that_makes_the_change(begun: Repo) -> None:
    old = begun.commit("Change", a=text(**many(1, 6)))
    author = begun.git("log", "-1", "--format=%an <%ae>"), begun.git("log", "-1", "--format=%aI")
    begun.git("switch", "-q", "main")
    begun.commit("Meanwhile", b="b\n")
    begun.git("cherry-pick", old)
    rightful = head(begun)
    begun.write("a.py", text(**many(1, 6), **many(8, 10)))
    begun.git("add", "-A")
    claim = f"Mine now\n\n(cherry picked from commit {old})"
    begun.git("commit", "-q", "-m", claim, f"--author={author[0]}", f"--date={author[1]}")
    begun.git("branch", "-q", "-D", "topic")
    assert today(begun, old) == {old: (rightful, Evidence.PATCH_ID)}


def test_a_message_that_claims_a_commit_that_is_not_here_is_not_believed(begun: Repo) -> None:
    begun.commit(f"Mine now\n\n(cherry picked from commit {'1' * 40})", a=text(l3="three"))
    assert today(begun, "1" * 40) == {}


def test_of_two_copies_none_is_chosen(begun: Repo) -> None:
    picked = begun.commit("Change", a=text(l3="three"))
    for branch in ("release-1", "release-2"):
        begun.git("switch", "-q", "-c", branch, "main")
        begun.commit(f"Open {branch}", b=branch)
        begun.git("cherry-pick", picked)
    begun.git("branch", "-q", "-D", "topic")
    assert today(begun, picked) == {}


def test_a_copy_that_says_it_is_a_copy_of_the_other_is_not_in_its_way(begun: Repo) -> None:
    picked = begun.commit("Change", a=text(l3="three"))
    begun.git("switch", "-q", "main")
    begun.commit("Meanwhile", b="b\n")
    begun.git("cherry-pick", picked)
    merged = head(begun)
    begun.git("switch", "-q", "-c", "release-1", "main~2")
    begun.commit("Open", c="c\n")
    begun.git("cherry-pick", "-x", merged)
    begun.git("branch", "-q", "-D", "topic")
    assert today(begun, picked) == {picked: (merged, Evidence.PATCH_ID)}


def test_what_was_reverted_and_brought_back_before_is_no_copy(begun: Repo) -> None:
    begun.git("switch", "-q", "main")
    begun.commit("Change", a=text(l3="three"))
    begun.git("revert", "--no-edit", "HEAD")
    begun.commit("Change again", a=text(l3="three"))
    again = head(begun)
    begun.git("reset", "-q", "--hard", "HEAD~1")
    begun.git("branch", "-q", "-D", "topic")
    assert today(begun, again) == {}, "the first one is in its own history"


# what was noted ----------------------------------------------------------------------------------------
def test_what_a_hook_noted_is_believed_through_several_steps(begun: Repo) -> None:
    one = begun.commit("One", a=text(l3="three"))
    begun.write("a.py", "nothing of it\n")
    begun.git("commit", "-q", "-a", "--amend", "-m", "Two")
    two = head(begun)
    begun.write("a.py", "nor of that\n")
    begun.git("commit", "-q", "-a", "--amend", "-m", "Three")
    forget_moves(begun)
    noted = [Noted(one, two, "hook"), Noted(two, head(begun), "hook")]
    assert today(begun, one, two, noted=noted) == {
        one: (head(begun), Evidence.HOOK),
        two: (head(begun), Evidence.HOOK),
    }


def test_what_was_noted_may_have_been_rewritten_again_where_no_hook_ran(begun: Repo) -> None:
    two = begun.commit("Two", a=text(l3="three"))
    begun.git("commit", "-q", "--amend", "-m", "Three")
    forget_moves(begun)
    one = "1" * 40  # git has cleared it away
    assert today(begun, one, noted=[Noted(one, two, "hook")]) == {one: (head(begun), Evidence.PATCH_ID)}


def test_a_circle_in_what_was_noted_does_no_harm(begun: Repo) -> None:
    noted = [Noted("1" * 40, "2" * 40, "hook"), Noted("2" * 40, "1" * 40, "hook")]
    assert today(begun, "1" * 40, noted=noted) == {}


def test_a_commit_that_was_amended_some_thousand_times_is_followed(begun: Repo) -> None:
    ids = [f"{number:040x}" for number in range(1, 3000)]
    noted = [Noted(old, new, "hook") for old, new in zip(ids, [*ids[1:], head(begun)], strict=True)]
    assert today(begun, ids[0], noted=noted) == {ids[0]: (head(begun), Evidence.HOOK)}


def test_a_commit_that_became_two_is_not_given_to_either(begun: Repo) -> None:
    one = begun.commit("One", a=text(l3="three"))
    two = begun.commit("Two", b="b\n")
    noted = [Noted("1" * 40, one, "hook"), Noted("1" * 40, two, "hook")]
    assert today(begun, "1" * 40, noted=noted) == {}


# what is no evidence -----------------------------------------------------------------------------------
def test_a_tree_that_comes_back_by_another_way_is_no_evidence(begun: Repo) -> None:
    old = begun.commit("Change", a=text(l3="three"))
    begun.git("reset", "-q", "--hard", "HEAD~1")
    begun.write("a.py", text(l3="three", l4="four"))
    begun.git("commit", "-q", "-a", "-m", "Another way", "--date=2031-01-01T00:00:00Z")
    begun.write("a.py", text(l3="three"))
    begun.git("commit", "-q", "-a", "-m", "Less of it", "--date=2031-01-01T00:00:00Z")
    forget_moves(begun)
    assert head(begun, f"{old}^{{tree}}") == head(begun, "HEAD^{tree}")
    assert today(begun, old) == {}


def test_binary_changes_are_told_apart(begun: Repo) -> None:
    begun.write("picture.bin", b"\0one")
    old = begun.commit("Picture")
    begun.git("switch", "-q", "main")
    begun.write("picture.bin", b"\0two")
    begun.commit("Picture")
    begun.git("branch", "-q", "-D", "topic")
    assert today(begun, old) == {}


def test_the_same_binary_change_is_the_same(begun: Repo) -> None:
    begun.write("picture.bin", b"\0one")
    old = begun.commit("Picture")
    begun.git("switch", "-q", "main")
    begun.commit("Meanwhile", b="b\n")
    begun.git("cherry-pick", old)
    begun.git("branch", "-q", "-D", "topic")
    assert today(begun, old) == {old: (head(begun), Evidence.PATCH_ID)}
